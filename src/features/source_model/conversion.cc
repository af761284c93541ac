// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "ort/infer.h"

namespace acc::features {
namespace {

class RuntimeOracle : public convert::Oracle {
 public:
  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override {
    return features::InferTypes(graph);
  }
  Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) override {
    return ort::Evaluate(graph, {});
  }
};

void LogEqualization(const convert::Equalization& equalization) {
  if (equalization.chains.empty()) {
    LogWarn("{}", convert::Summary(equalization));
  } else {
    LogInfo("{}", convert::Summary(equalization));
  }
  for (const convert::EqualizedChain& chain : equalization.chains) {
    for (const convert::EqualizedLayer& layer : chain.layers) {
      LogDebug("equalized '{}': channel ranges from {:.3g} to {:.3g}, were from {:.3g} to {:.3g}",
               layer.node, layer.after.smallest, layer.after.largest, layer.before.smallest,
               layer.before.largest);
    }
  }
  for (const convert::Obstacle& obstacle : equalization.obstacles) {
    LogDebug("not equalized: after '{}', {}", obstacle.node, obstacle.reason);
  }
}

// The next state is an output too, where all of the model is asked for.
void AddNextState(const SourceModel& model, std::vector<std::string>& outputs) {
  const auto& next = model.state.next;
  const bool is_whole = std::ranges::all_of(model.graph.outputs, [&](const ValueInfo& output) {
    return std::ranges::count(outputs, output.name) + std::ranges::count(next, output.name) > 0;
  });
  if (outputs.empty() || !is_whole) return;
  for (const ValueInfo& output : model.graph.outputs) {
    if (std::ranges::count(outputs, output.name) == 0) outputs.push_back(output.name);
  }
}

std::vector<std::string> NamesOf(const std::set<ElementType>& types) {
  std::vector<std::string> names;
  for (const ElementType type : types) names.emplace_back(Name(type));
  return names;
}

}  // namespace

Result<convert::TargetGraph> ConvertModel(const SourceModel& model,
                                          const std::vector<std::string>& output_tensors,
                                          const std::vector<std::string>& algorithms,
                                          bool for_htp) {
  convert::Options options;
  options.for_htp = for_htp;
  options.equalize_layers = !algorithms.empty();
  options.absorb_biases = std::ranges::count(algorithms, "hba") > 0;
  for (const ValueInfo& input : model.inputs) options.input_dims[input.name] = input.dims;
  std::vector<std::string> known;
  for (const model::Node& node : model.graph.nodes) {
    known.insert(known.end(), node.outputs.begin(), node.outputs.end());
  }
  for (const std::string& output : output_tensors) {
    options.output_tensors.push_back(ModelSpelling(output, known));
  }
  AddNextState(model, options.output_tensors);
  RuntimeOracle oracle;
  auto target = convert::Convert(model.graph, options, oracle);
  if (!target.ok()) return target.status().WithContext("the model could not be converted");
  LogInfo("converted: {} nodes of {}, {} source tensors have no twin", target->graph.nodes.size(),
          model.graph.nodes.size(), target->removed.size());
  if (!target->made_float32.empty()) {
    LogInfo("floats of the source's type {} are float32 on the target",
            Join(NamesOf(target->made_float32), ", "));
  }
  if (options.equalize_layers) LogEqualization(target->equalization);
  return target;
}

Result<convert::TargetGraph> ConvertUnfolded(const SourceModel& model) {
  convert::Options options;
  options.fold_batch_norm = false;
  for (const ValueInfo& input : model.inputs) options.input_dims[input.name] = input.dims;
  RuntimeOracle oracle;
  auto target = convert::Convert(model.graph, options, oracle);
  if (!target.ok()) return target.status().WithContext("the model could not be converted");
  return target;
}

Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) {
  return ort::InferTypes(graph, {});
}

std::vector<std::string> TensorOrder(const model::Graph& graph) {
  std::vector<std::string> order;
  for (const ValueInfo& input : graph.inputs) order.push_back(input.name);
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      if (!output.empty()) order.push_back(output);
    }
  }
  return order;
}

}  // namespace acc::features
