// SPDX-License-Identifier: BSD-3-Clause
// Pooling, by windows and over whole images.
#include <algorithm>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/window.h"

namespace acc::dlc {
namespace {

// "PoolAvg2d", "PoolMax3d", …
std::string PoolType(std::string_view kind, const Window& window) {
  return TypeFor("Pool" + std::string(kind), window);
}

void AddPool(Builder& builder, const model::Node& node, const Window& window, std::string_view kind,
             std::vector<Attribute> more) {
  const std::string image = ReadImage(builder, node.inputs.front(), window);
  ImageOutput output(builder, node.outputs.front(), window);
  std::vector<Attribute> attributes = {
      builder.Uints("filter_size", window.kernel), Pads(builder, window),
      Text("pool_type", PoolType(kind, window)), Strides(builder, window)};
  std::ranges::move(more, std::back_inserter(attributes));
  builder.AddNode({.name = node.name,
                   .type = window.axes() == 3 ? "Pool3d" : "Pool",
                   .inputs = {image},
                   .outputs = {output.name()},
                   .attributes = std::move(attributes)});
  output.Finish();
}

bool WritePool(Builder& builder, const model::Node& node, std::string_view kind,
               std::vector<Attribute> attributes) {
  const auto window =
      WindowOf(builder.source(), node, node.Get<std::vector<std::int64_t>>("kernel_shape", {}));
  if (HasOutput(node, 1)) {
    return builder.Refuse("QNN's pooling has no output for the indices of the largest elements");
  }
  if (!window) return false;
  if (IsDilated(*window)) {
    if (kind != "Max") return builder.Refuse("QNN's average pooling has no dilations");
    attributes.push_back(Dilations(builder, *window));
  }
  if (node.Get<std::int64_t>("ceil_mode", 0) != 0) attributes.push_back(Uint("rounding_mode", 1));
  AddPool(builder, node, *window, kind, std::move(attributes));
  return true;
}

bool WriteAveragePool(Builder& builder, const model::Node& node) {
  const bool counts_pads = node.Get<std::int64_t>("count_include_pad", 0) != 0;
  return WritePool(builder, node, "Avg", {Flag("count_pad_for_edges", counts_pads)});
}

bool WriteMaxPool(Builder& builder, const model::Node& node) {
  return WritePool(builder, node, "Max", {});
}

bool WriteGlobalPool(Builder& builder, const model::Node& node, std::string_view kind,
                     std::vector<Attribute> attributes) {
  const Shape& dims = builder.source().Dims(node.inputs.front());
  if (dims.size() < 3) return false;
  auto window = WindowOf(builder.source(), node, {dims.begin() + 2, dims.end()});
  if (!window) return false;
  window->strides = window->kernel;
  AddPool(builder, node, *window, kind, std::move(attributes));
  return true;
}

bool WriteGlobalAveragePool(Builder& builder, const model::Node& node) {
  return WriteGlobalPool(builder, node, "Avg", {Flag("count_pad_for_edges", false)});
}

bool WriteGlobalMaxPool(Builder& builder, const model::Node& node) {
  return WriteGlobalPool(builder, node, "Max", {});
}

constexpr OperatorRow kRows[] = {
    {"AveragePool", WriteAveragePool},
    {"GlobalAveragePool", WriteGlobalAveragePool},
    {"GlobalMaxPool", WriteGlobalMaxPool},
    {"MaxPool", WriteMaxPool},
};

}  // namespace

std::span<const OperatorRow> PoolingRows() { return kRows; }

}  // namespace acc::dlc
