// SPDX-License-Identifier: BSD-3-Clause
#include "convert/state.h"

#include <fmt/format.h>

#include <unordered_set>
#include <utility>
#include <vector>

#include "base/text.h"
#include "convert/rename.h"

namespace acc::convert {
namespace {

// The operators of other domains with their counts: the first suspects when a runtime refuses a
// model.
std::string NonStandardOperators(const model::Graph& graph) {
  std::map<std::string, int> counts;
  for (const model::Node& node : graph.nodes) {
    if (!node.domain.empty()) ++counts[Printable(node.domain + "." + node.op_type)];
  }
  std::vector<std::string> parts;
  for (const auto& [name, count] : counts) parts.push_back(fmt::format("{} x {}", count, name));
  return parts.empty() ? "" : ". Operators outside the ONNX standard: " + Join(parts, ", ");
}

}  // namespace

State::State(const model::Graph& source, const Options& the_options, Oracle& the_oracle)
    : graph(source), options(the_options), oracle(the_oracle) {
  RenameTensors(
      graph, [](std::string_view name) { return std::string(name); }, names_);
  for (const ValueInfo& input : graph.inputs) source_tensors_.insert(input.name);
  for (const model::Node& node : graph.nodes) {
    source_tensors_.insert(node.outputs.begin(), node.outputs.end());
  }
  source_tensors_.erase("");
  std::erase_if(source_tensors_,
                [&](const std::string& name) { return IsAddedByTranslation(name); });
}

const ValueInfo* State::TypeOf(const std::string& tensor) const {
  const auto found = types_.find(tensor);
  return found == types_.end() ? nullptr : &found->second;
}

const Shape* State::StaticDims(const std::string& tensor) const {
  if (const Tensor* constant = Constant(tensor)) return &constant->dims();
  const ValueInfo* info = TypeOf(tensor);
  return info != nullptr && info->has_rank && IsStatic(info->dims) ? &info->dims : nullptr;
}

Status State::UpdateTypes() {
  if (types_are_current_) return OkStatus();
  Result<std::map<std::string, ValueInfo>> types = oracle.InferTypes(graph);
  if (!types.ok()) {
    return Status(types.status().code(), types.status().message() + NonStandardOperators(graph))
        .WithContext("the runtime refuses the model");
  }
  for (const auto& [name, info] : *types) types_.insert_or_assign(name, info);
  for (const ValueInfo& input : graph.inputs) types_.insert_or_assign(input.name, input);
  types_are_current_ = true;
  return OkStatus();
}

const Tensor* State::Constant(const std::string& tensor) const {
  const auto found = graph.initializers.find(tensor);
  return found == graph.initializers.end() ? nullptr : &found->second;
}

void State::Remove(const std::string& tensor, std::string reason) {
  removed_.emplace(tensor, std::move(reason));
}

void State::RemoveTwin(const std::string& tensor, const std::string& twin) {
  twins_.emplace(tensor, twin);
}

std::string State::TwinOf(const std::string& tensor) const {
  std::string last;
  for (auto twin = twins_.find(tensor); twin != twins_.end(); twin = twins_.find(last)) {
    last = twin->second;
  }
  return last;
}

std::string State::WhyRemoved(const std::string& tensor) const {
  const std::string twin = TwinOf(tensor);
  const std::string& last = twin.empty() ? tensor : twin;
  const auto found = removed_.find(last);
  std::string reason = found == removed_.end() ? "" : found->second;
  if (last == tensor) return reason;
  const std::string same = fmt::format("same value as {}", last);
  return reason.empty() ? same : fmt::format("{}, {}", same, reason);
}

void DropUnusedInitializers(model::Graph& graph) {
  std::unordered_set<std::string> used;
  for (const ValueInfo& output : graph.outputs) used.insert(output.name);
  for (const model::Node& node : graph.nodes) {
    used.insert(node.inputs.begin(), node.inputs.end());
    for (std::string& read : model::OuterReads(node)) used.insert(std::move(read));
  }
  std::erase_if(graph.initializers, [&](const auto& entry) { return !used.contains(entry.first); });
}

}  // namespace acc::convert
