// SPDX-License-Identifier: BSD-3-Clause
#include "features/framework_runner/float_golden.h"

#include <map>
#include <set>
#include <utility>

#include "convert/float32.h"
#include "features/source_model/conversion.h"
#include "features/source_model/input_lines.h"
#include "model/onnx/onnx_format.h"
#include "ort/capture.h"

namespace acc::features {
namespace {

// The inputs given, in real numbers, by the converted graph's names.
Result<std::map<std::string, Tensor>> InputsFor(const FrameworkRunnerOptions& options,
                                                const SourceModel& source,
                                                const convert::TargetGraph& converted) {
  ACC_ASSIGN_OR_RETURN(auto given, ReadRealInputs(source, options.model));
  const ExpectedInputs expected = InputsOf(source, converted, false);
  std::map<std::string, Tensor> inputs;
  for (auto& [name, tensor] : given) {
    const auto target = expected.target_name.find(name);
    if (target == expected.target_name.end()) continue;
    ACC_ASSIGN_OR_RETURN(tensor, convert::AsFloat32(tensor));
    inputs.emplace(target->second, std::move(tensor));
  }
  return inputs;
}

}  // namespace

Status RunFloatGolden(const FrameworkRunnerOptions& options, const SourceModel& source,
                      const std::vector<std::string>& wanted, const FloatGoldenSink& sink,
                      const std::function<void(const std::string&, const std::string&)>& skip) {
  ACC_ASSIGN_OR_RETURN(const auto converted, ConvertUnfolded(source));
  ACC_ASSIGN_OR_RETURN(const auto inputs, InputsFor(options, source, converted));
  const std::set<std::string> selected(wanted.begin(), wanted.end());
  ort::CapturePlan plan;
  ACC_ASSIGN_OR_RETURN(plan.model, model::SerializeOnnx(converted.graph));
  plan.inputs = model::InputNames(converted.graph);
  plan.outputs = model::OutputNames(converted.graph);
  plan.config.custom_op_library = options.onnx_custom_op_lib;
  plan.memory_budget_bytes = options.memory_budget_mb << 20;
  for (const std::string& tensor : TensorOrder(converted.graph)) {
    const auto& record = converted.tensors.at(tensor);
    const bool is_input = plan.inputs.contains(tensor);
    const bool is_wanted = is_input || selected.contains(record.source);
    if (!record.source.empty() && record.is_shown && is_wanted) plan.tensors.push_back(tensor);
  }
  for (const convert::Removed& removed : converted.removed) {
    if (selected.contains(removed.source)) skip(removed.source, removed.reason);
  }
  const auto read = [&](std::size_t) -> Result<std::map<std::string, Tensor>> { return inputs; };
  const auto named = [&](std::size_t, const std::string& tensor, const TensorView& value) {
    const auto& record = converted.tensors.at(tensor);
    return sink(record.source, value, record.held);
  };
  const auto unreadable = [&](const std::string& tensor, const std::string& reason) {
    skip(converted.tensors.at(tensor).source, reason);
  };
  return ort::Capture(plan, 1, read, named, unreadable, "golden run in real numbers");
}

}  // namespace acc::features
