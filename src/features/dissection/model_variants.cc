// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/model_variants.h"

#include <algorithm>
#include <set>
#include <utility>

#include "features/dissection/tensor_errors.h"
#include "features/source_model/conversion.h"
#include "features/source_model/quantization.h"
#include "quantize/operators.h"

namespace acc::features {
namespace {

std::set<std::string> BiasesOf(const model::Graph& graph) {
  std::set<std::string> biases;
  for (const model::Node& node : graph.nodes) {
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const bool is_bias = quantize::RoleOf(node, i) == quantize::InputRole::kBias;
      if (is_bias) biases.insert(node.inputs[i]);
    }
  }
  return biases;
}

Result<quantize::QuantizedGraph> QuantizedAsGiven(const TargetModel& model,
                                                  const quantize::Overrides& given) {
  ACC_ASSIGN_OR_RETURN(const auto types, InferTypes(model.converted.graph));
  return QuantizeAsGiven(model.converted.graph, types, given);
}

}  // namespace

target::Program Rounded(target::Program program,
                        const std::map<std::string, TensorEncoding>& encodings) {
  for (const auto& [name, encoding] : encodings) {
    const auto param = program.graph.initializers.find(name);
    if (param == program.graph.initializers.end() || encoding.is_float) continue;
    param->second = RoundedBy(encoding, param->second);
  }
  return program;
}

std::map<std::string, TensorEncoding> EncodingsOf(const TargetModel& model, bool biases) {
  const std::set<std::string> are_biases = BiasesOf(model.converted.graph);
  std::map<std::string, TensorEncoding> encodings = model.quantized->params;
  std::erase_if(encodings,
                [&](const auto& entry) { return are_biases.contains(entry.first) != biases; });
  return encodings;
}

Result<quantize::QuantizedGraph> QuantizedWith(
    const TargetModel& model, const std::map<std::string, TensorEncoding>& encodings) {
  quantize::Overrides given{.activations = model.quantized->activations,
                            .params = model.quantized->params};
  for (const auto& [name, encoding] : encodings) {
    (given.params.contains(name) ? given.params : given.activations)[name] = encoding;
  }
  return QuantizedAsGiven(model, given);
}

Result<quantize::QuantizedGraph> QuantizedWithout(const TargetModel& model,
                                                  const std::string& tensor,
                                                  const std::vector<std::string>& nodes) {
  quantize::Overrides given{.activations = model.quantized->activations,
                            .params = model.quantized->params};
  given.activations.erase(tensor);
  for (const bool biases : {false, true}) {
    for (const std::string& param : ParamsOf(model, nodes, biases)) given.params.erase(param);
  }
  return QuantizedAsGiven(model, given);
}

std::vector<std::string> ParamsOf(const TargetModel& model, const std::vector<std::string>& nodes,
                                  bool biases) {
  std::vector<std::string> params;
  if (!model.quantized) return params;
  const auto encodings = EncodingsOf(model, biases);
  for (const model::Node& node : model.converted.graph.nodes) {
    if (std::ranges::count(nodes, node.name) == 0) continue;
    for (const std::string& input : node.inputs) {
      const bool counts = encodings.contains(input) && std::ranges::count(params, input) == 0;
      if (counts) params.push_back(input);
    }
  }
  return params;
}

}  // namespace acc::features
