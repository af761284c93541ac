// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/discrete_tensor.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/text.h"

namespace acc::features {
namespace {

// As ONNX, TensorFlow, TensorFlow Lite and QNN spell them, in lower case and without "_".
constexpr std::array<std::string_view, 6> kMakersOfIndices = {"argmax",
                                                              "argmin",
                                                              "nonmaxsuppression",
                                                              "nonzero",
                                                              "nonmaxsuppressionv4",
                                                              "nonmaxsuppressionv5"};
// They give the elements of what they read first, as they are.
constexpr std::array<std::string_view, 10> kMovers = {
    "cast",  "identity",  "reshape",   "squeeze", "flatten",
    "slice", "unsqueeze", "transpose", "expand",  "tile"};
// Their codes and zero points belong to a range that the run itself chose.
constexpr std::array<std::string_view, 1> kMakersOfCodes = {"dynamicquantizelinear"};
constexpr std::array<std::string_view, 2> kMakersOfSums = {"matmulinteger", "convinteger"};

bool IsNaming(ElementType type) {
  switch (type) {
    case ElementType::kBool:
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kInt64:
    case ElementType::kUint64: return true;
    default: return false;
  }
}

template <std::size_t kCount>
bool Holds(const std::array<std::string_view, kCount>& list, std::string_view op_type) {
  std::string word = ToLower(op_type);
  std::erase(word, '_');
  return std::ranges::find(list, word) != list.end();
}

}  // namespace

bool IsDiscrete(const match::Pair& pair) {
  const auto either = [&](const auto& list) {
    return Holds(list, pair.golden.op_type) || Holds(list, pair.target.op_type);
  };
  if (either(kMakersOfIndices)) return true;
  if (either(kMakersOfCodes) && !IsFloat(pair.golden.type)) return true;
  return (IsNaming(pair.golden.type) || IsNaming(pair.target.type)) && !either(kMakersOfSums);
}

std::set<std::string> TensorsOfIndices(const store::GraphStruct& graph) {
  std::set<std::string> indices;
  for (const store::GraphStruct::Node& node : graph.nodes) {
    const bool moves_some =
        Holds(kMovers, node.type) && !node.inputs.empty() && indices.contains(node.inputs.front());
    if (!moves_some && !Holds(kMakersOfIndices, node.type)) continue;
    for (const auto& output : node.outputs) indices.insert(output.name);
  }
  return indices;
}

}  // namespace acc::features
