// SPDX-License-Identifier: BSD-3-Clause
#include "features/conversion.h"

#include <fmt/format.h>

#include "base/log.h"
#include "ort/infer.h"

namespace acc::features {
namespace {

class RuntimeOracle : public convert::Oracle {
 public:
  Result<std::map<std::string, ValueInfo>> InferTypes(const model::Graph& graph) override {
    return ort::InferTypes(graph, {});
  }
  Result<std::map<std::string, Tensor>> Evaluate(const model::Graph& graph) override {
    return ort::Evaluate(graph, {});
  }
};

}  // namespace

Result<convert::TargetGraph> ConvertModel(const SourceModel& model,
                                          const std::vector<std::string>& output_tensors) {
  convert::Options options;
  for (const ValueInfo& input : model.inputs) options.input_dims[input.name] = input.dims;
  std::vector<std::string> known;
  for (const model::Node& node : model.graph.nodes) {
    known.insert(known.end(), node.outputs.begin(), node.outputs.end());
  }
  for (const std::string& output : output_tensors) {
    options.output_tensors.push_back(ModelSpelling(output, known));
  }
  RuntimeOracle oracle;
  auto target = convert::Convert(model.graph, options, oracle);
  if (!target.ok()) return target.status().WithContext("the model could not be converted");
  LogInfo("converted: {} nodes of {}, {} source tensors have no twin", target->graph.nodes.size(),
          model.graph.nodes.size(), target->removed.size());
  return target;
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

Result<InputLines> InputLines::Open(const std::filesystem::path& input_list, bool native,
                                    const SourceModel& model, const convert::TargetGraph& target) {
  InputLines lines;
  ACC_ASSIGN_OR_RETURN(lines.list_, store::ReadInputList(input_list));
  lines.types_ = model.file_types;
  lines.types_.native = native;
  lines.inputs_ = model.inputs;
  for (const ValueInfo& input : target.graph.inputs) {
    const auto tensor = target.tensors.find(input.name);
    if (tensor != target.tensors.end()) lines.target_name_[tensor->second.source] = input.name;
  }
  for (std::size_t line = 0; line < lines.size(); ++line) {
    ACC_RETURN_IF_ERROR(lines.Read(line).status());
  }
  return lines;
}

Result<store::NamedTensors> InputLines::Read(std::size_t line) const {
  auto read = store::ReadInputs(list_.lines[line], inputs_, types_);
  if (!read.ok()) return read.status().WithContext(fmt::format("input list, inference {}", line));
  store::NamedTensors tensors;
  for (auto& [source, tensor] : *read) {
    const auto target = target_name_.find(source);
    if (target != target_name_.end()) tensors.emplace(target->second, std::move(tensor));
  }
  return tensors;
}

}  // namespace acc::features
