// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <map>
#include <mutex>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "golden/framework.h"
#include "model/onnx/onnx_format.h"
#include "ort/capture.h"
#include "ort/infer.h"

namespace acc::golden {
namespace {

using Tensors = std::map<std::string, Tensor>;

Status Capture(const ort::CapturePlan& plan, const Request& request, const Sink& sink,
               const UnreadableSink& unreadable) {
  const auto inputs = [&](std::size_t) -> Result<Tensors> { return request.inputs; };
  const auto one_line = [&](std::size_t, const std::string& tensor, const TensorView& value) {
    return sink(tensor, value);
  };
  return ort::Capture(plan, 1, inputs, one_line, unreadable, "golden run")
      .WithContext("ONNX Runtime could not run '" + request.model_path.string() + "'");
}

// The outputs of the file itself, whose functions the runtime inlines in its own way. Empty where
// the runtime refuses the file.
Result<Tensors> OwnOutputs(ort::CapturePlan plan, const Request& request) {
  plan.tensors.assign(plan.outputs.begin(), plan.outputs.end());
  Tensors outputs;
  std::mutex mutex;
  const auto keep = [&](const std::string& name, const TensorView& value) -> Status {
    std::vector<std::byte> bytes(value.bytes.begin(), value.bytes.end());
    ACC_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(value.type, value.dims, std::move(bytes)));
    const std::lock_guard lock(mutex);
    outputs.emplace(name, std::move(tensor));
    return OkStatus();
  };
  const Status status = Capture(plan, request, keep, [](const auto&, const auto&) {});
  if (status.code() == StatusCode::kInterrupted) return status;
  if (!status.ok()) {
    LogWarn("{}. The file with its functions inlined is run in its place", status.message());
    return Tensors();
  }
  return outputs;
}

// Tensors of functions are seen in the file with its functions inlined, outputs in the file itself.
Status CaptureInlined(ort::CapturePlan plan, const Request& request, const Sink& sink,
                      const UnreadableSink& unreadable) {
  ACC_ASSIGN_OR_RETURN(const Tensors own, OwnOutputs(plan, request));
  ACC_ASSIGN_OR_RETURN(plan.model, model::InlineOnnx(plan.model));
  const auto prefer_own = [&](const std::string& name, const TensorView& value) {
    const auto found = own.find(name);
    if (found == own.end()) return sink(name, value);
    if (!std::ranges::equal(found->second.bytes(), value.bytes)) {
      LogWarn(
          "'{}' has other values where the model's functions are inlined; those are kept that "
          "the model itself gives",
          Printable(name));
    }
    return sink(name, found->second.view());
  };
  return Capture(plan, request, prefer_own, unreadable);
}

}  // namespace

Status RunOnnxRuntime(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  ort::CapturePlan plan;
  ACC_ASSIGN_OR_RETURN(plan.model, ReadFile(request.model_path));
  plan.tensors = request.tensors;
  plan.config.optimize = request.optimize;
  plan.config.model_folder = std::filesystem::absolute(request.model_path).parent_path();
  plan.config.custom_op_library = request.custom_op_library;
  if (request.graph != nullptr) {
    plan.outputs = model::OutputNames(*request.graph);
    plan.infer_types = [graph = request.graph, config = plan.config] {
      return ort::InferTypes(*graph, config);
    };
  }
  plan.memory_budget_bytes = request.memory_budget_bytes;
  if (request.is_cut) {
    ACC_ASSIGN_OR_RETURN(plan.model, model::CutOnnx(plan.model, *request.graph));
    return Capture(plan, request, sink, unreadable);
  }
  const bool has_functions = request.graph != nullptr && request.graph->has_inlined_functions;
  return has_functions ? CaptureInlined(std::move(plan), request, sink, unreadable)
                       : Capture(plan, request, sink, unreadable);
}

}  // namespace acc::golden
