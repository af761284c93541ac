// SPDX-License-Identifier: BSD-3-Clause
#include <set>

#include "quantize/overrides.h"

namespace acc::quantize {

Overrides SourceEncodings(const model::Graph& graph) {
  Overrides encodings;
  for (const auto& [name, tensor] : graph.source_tensors) {
    if (tensor.encoding) encodings.activations.emplace(name, *tensor.encoding);
  }
  encodings.params = graph.source_params;
  return encodings;
}

OverrideLookup::OverrideLookup(Overrides overrides, std::map<std::string, std::string> source_name)
    : overrides_(std::move(overrides)), source_name_(std::move(source_name)) {}

const TensorEncoding* OverrideLookup::Find(const Encodings& encodings,
                                           const std::string& tensor) const {
  if (const auto found = encodings.find(tensor); found != encodings.end()) return &found->second;
  const auto source = source_name_.find(tensor);
  if (source == source_name_.end()) return nullptr;
  const auto found = encodings.find(source->second);
  return found != encodings.end() ? &found->second : nullptr;
}

const TensorEncoding* OverrideLookup::Activation(const std::string& tensor) const {
  return Find(overrides_.activations, tensor);
}

const TensorEncoding* OverrideLookup::Param(const std::string& tensor) const {
  const TensorEncoding* param = Find(overrides_.params, tensor);
  return param != nullptr ? param : Find(overrides_.activations, tensor);
}

bool OverrideLookup::HasOwnAxis(const std::string& tensor) const {
  const auto source = source_name_.find(tensor);
  return overrides_.own_axis.contains(tensor) ||
         (source != source_name_.end() && overrides_.own_axis.contains(source->second));
}

std::vector<std::string> OverrideLookup::UnknownIn(const model::Graph& graph) const {
  std::set<std::string> known;
  const auto add = [&](const std::string& tensor) {
    known.insert(tensor);
    const auto source = source_name_.find(tensor);
    if (source != source_name_.end()) known.insert(source->second);
  };
  for (const ValueInfo& input : graph.inputs) add(input.name);
  for (const auto& [name, value] : graph.initializers) add(name);
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) add(output);
  }
  std::set<std::string> unknown;
  for (const Encodings* encodings : {&overrides_.activations, &overrides_.params}) {
    for (const auto& [name, encoding] : *encodings) {
      if (!known.contains(name)) unknown.insert(name);
    }
  }
  return {unknown.begin(), unknown.end()};
}

}  // namespace acc::quantize
