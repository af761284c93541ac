// SPDX-License-Identifier: BSD-3-Clause
#include "base/files.h"
#include "golden/framework.h"
#include "ort/capture.h"
#include "ort/infer.h"

namespace acc::golden {

Status RunOnnxRuntime(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  ort::CapturePlan plan;
  ACC_ASSIGN_OR_RETURN(plan.model, ReadFile(request.model_path));
  plan.tensors = request.tensors;
  plan.config.optimize = request.optimize;
  plan.config.model_folder = std::filesystem::absolute(request.model_path).parent_path();
  plan.config.custom_op_library = request.custom_op_library;
  if (request.graph != nullptr) {
    plan.outputs = model::OutputNames(*request.graph);
    plan.infer_types = [&] { return ort::InferTypes(*request.graph, plan.config); };
  }
  plan.memory_budget_bytes = request.memory_budget_bytes;
  const auto inputs = [&](std::size_t) -> Result<std::map<std::string, Tensor>> {
    return request.inputs;
  };
  const auto one_line = [&](std::size_t, const std::string& tensor, const TensorView& value) {
    return sink(tensor, value);
  };
  return ort::Capture(plan, 1, inputs, one_line, unreadable, "golden run")
      .WithContext("ONNX Runtime could not run '" + request.model_path.string() + "'");
}

}  // namespace acc::golden
