// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/text.h"
#include "base/threads.h"
#include "golden/framework.h"
#include "golden/tflite/interpreter.h"
#include "model/tflite/capture.h"
#include "tensor/codes.h"

namespace acc::golden {
namespace {

using model::CapturableTflite;
using tflite::Interpreter;
using tflite::Kernels;

std::string CountsOf(const std::map<std::string, int>& operators) {
  std::vector<std::string> parts;
  for (const auto& [name, count] : operators) parts.push_back(fmt::format("{} ({})", name, count));
  return Join(parts, ", ");
}

// Real numbers as the integers that the model's input takes.
Result<Tensor> Quantized(const Tensor& value, const CapturableTflite::Tensor& input) {
  ACC_ASSIGN_OR_RETURN(std::vector<float> values, ToFloats(value.view()));
  const Encoding& encoding = input.encoding->channels.front();
  const bool is_signed = input.type != ElementType::kUint8 && input.type != ElementType::kUint16;
  const std::int64_t first = is_signed ? std::int64_t{1} << (encoding.bitwidth - 1) : 0;
  for (float& each : values) each = static_cast<float>(CodeOf(each, encoding) - first);
  return FromFloatValues(input.type, value.dims(), values);
}

class Capture {
 public:
  Capture(const Request& request, const CapturableTflite& model, Kernels kernels)
      : request_(request), model_(model), kernels_(kernels) {}

  Status Prepare() {
    for (const ValueInfo& input : request_.graph->inputs) {
      const int place = static_cast<int>(values_.size());
      const auto found = request_.inputs.find(input.name);
      if (found == request_.inputs.end()) return Failure("no value for '" + input.name + "'");
      const CapturableTflite::Tensor& described = Described(model_.Find(input.name));
      Tensor value = found->second;
      if (described.encoding && value.type() == ElementType::kFloat32) {
        ACC_ASSIGN_OR_RETURN(value, Quantized(value, described));
      }
      if (value.type() != described.type) {
        return Failure(fmt::format("its input '{}' holds {}, not {}", Printable(input.name),
                                   Name(described.type), Name(value.type())));
      }
      input_dims_[place] = value.dims();
      values_.push_back(std::move(value));
    }
    return ChooseTensors();
  }

  Status Run(const Sink& sink, const UnreadableSink& unreadable) const {
    ACC_ASSIGN_OR_RETURN(const auto groups, Groups());
    Progress progress("golden run", groups.size());
    for (const Group& group : groups) {
      ACC_RETURN_IF_ERROR(CheckInterrupted());
      ACC_RETURN_IF_ERROR(RunGroup(group, sink, unreadable));
      progress.Advance();
    }
    return OkStatus();
  }

 private:
  Status ChooseTensors() {
    for (const std::string& name : request_.tensors) {
      const int tensor = model_.Find(name);
      if (tensor < 0) return Failure("the model has no tensor '" + Printable(name) + "'");
      tensors_.push_back(tensor);
    }
    return OkStatus();
  }

  struct Group {
    std::vector<int> tensors;
    Kernels kernels = Kernels::kBuiltin;
  };

  const CapturableTflite::Tensor& Described(int tensor) const {
    return model_.tensors()[static_cast<std::size_t>(tensor)];
  }

  // XNNPACK unpacks constants when it loads the model and never writes them out.
  Kernels KernelsFor(int tensor) const {
    const bool is_left_out =
        kernels_ == Kernels::kXnnpack && Described(tensor).is_unpacked_constant;
    return is_left_out ? Kernels::kBuiltin : kernels_;
  }

  // The bytes that a tensor takes.
  using Sizes = std::function<std::uint64_t(int tensor)>;

  // The file tells, where the inputs have the dims that it was made for.
  bool HasFileDims() const {
    return std::ranges::all_of(request_.graph->inputs, [&](const ValueInfo& input) {
      return Described(model_.Find(input.name)).dims == request_.inputs.at(input.name).dims();
    });
  }

  std::uint64_t FileBytes(int tensor) const {
    const CapturableTflite::Tensor& described = Described(tensor);
    return ByteSize(described.type, ElementCount(described.dims).value_or(0));
  }

  // Otherwise the plain model does: it holds no more than it needs.
  Result<std::vector<Group>> Groups() const {
    if (HasFileDims()) return GroupsOf([&](int tensor) { return FileBytes(tensor); });
    ACC_ASSIGN_OR_RETURN(std::string content, model_.WithOutputs({}));
    ACC_ASSIGN_OR_RETURN(const Interpreter plain,
                         Interpreter::Create(std::move(content), kernels_, input_dims_));
    return GroupsOf([&](int tensor) { return plain.ByteSize(tensor); });
  }

  // What the memory budget holds at one time; a tensor above it is alone.
  std::vector<Group> GroupsOf(const Sizes& size_of) const {
    std::vector<int> tensors = tensors_;
    std::stable_partition(tensors.begin(), tensors.end(),
                          [&](int tensor) { return KernelsFor(tensor) == kernels_; });
    std::vector<Group> groups;
    std::uint64_t used = 0;
    for (const int tensor : tensors) {
      const std::uint64_t need = size_of(tensor);
      const Kernels kernels = KernelsFor(tensor);
      if (groups.empty() || groups.back().kernels != kernels ||
          SumOrMost(used, need) > request_.memory_budget_bytes) {
        groups.push_back({{}, kernels});
        used = 0;
      }
      groups.back().tensors.push_back(tensor);
      used = SumOrMost(used, need);
    }
    return groups;
  }

  Status RunGroup(const Group& group, const Sink& sink, const UnreadableSink& unreadable) const {
    ACC_ASSIGN_OR_RETURN(std::string content, model_.WithOutputs(group.tensors));
    ACC_ASSIGN_OR_RETURN(Interpreter interpreter,
                         Interpreter::Create(std::move(content), group.kernels, input_dims_));
    for (std::size_t place = 0; place < values_.size(); ++place) {
      ACC_RETURN_IF_ERROR(interpreter.SetInput(static_cast<int>(place), values_[place].view()));
    }
    ACC_RETURN_IF_ERROR(interpreter.Run());
    return Deliver(interpreter, group.tensors, sink, unreadable);
  }

  // Several at a time; the first failure wins.
  Status Deliver(const Interpreter& interpreter, const std::vector<int>& tensors, const Sink& sink,
                 const UnreadableSink& unreadable) const {
    std::mutex mutex;
    Status status;
    ParallelFor(tensors.size(), [&](std::size_t i) {
      const CapturableTflite::Tensor& described = Described(tensors[i]);
      const auto value = ValueOf(interpreter, tensors[i]);
      const Status delivered = value.ok() ? sink(described.name, *value) : OkStatus();
      const std::lock_guard lock(mutex);
      if (!value.ok()) unreadable(described.name, value.status().message());
      if (status.ok()) status = delivered;
    });
    return status;
  }

  Result<TensorView> ValueOf(const Interpreter& interpreter, int tensor) const {
    const ElementType type = Described(tensor).type;
    if (type == ElementType::kString) return Failure("it holds strings");
    if (ByteSize(type, 1) == 0) return Failure("its type has no raw form");
    return interpreter.Value(tensor, type);
  }

  const Request& request_;
  const CapturableTflite& model_;
  Kernels kernels_;
  std::vector<Tensor> values_;
  std::map<int, Shape> input_dims_;
  std::vector<int> tensors_;
};

Status RunModel(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  ACC_ASSIGN_OR_RETURN(const Kernels kernels, tflite::KernelsFromName(request.kernels));
  model::Ends ends;
  if (request.is_cut) {
    for (const ValueInfo& input : request.graph->inputs) ends.inputs.push_back(input.name);
    for (const ValueInfo& output : request.graph->outputs) ends.outputs.push_back(output.name);
  }
  ACC_ASSIGN_OR_RETURN(const CapturableTflite model,
                       CapturableTflite::Open(request.model_path, ends));
  if (model.has_control_flow_bodies()) {
    LogInfo("the model has subgraphs besides the main one; tensors of these are not captured");
  }
  Capture capture(request, model, kernels);
  ACC_RETURN_IF_ERROR(capture.Prepare());
  Status status = capture.Run(sink, unreadable);
  if (status.ok() || model.custom_operators().empty()) return status;
  return status.WithContext(
      fmt::format("the model has custom operators, which run only where their program brings them "
                  "(--output_tensor with a tensor before them, or --input_tensor with one behind "
                  "them, leaves them out): {}",
                  CountsOf(model.custom_operators())));
}

}  // namespace

Status RunTfLite(const Request& request, const Sink& sink, const UnreadableSink& unreadable) {
  return RunModel(request, sink, unreadable)
      .WithContext("TensorFlow Lite could not run '" + Printable(request.model_path.native()) +
                   "'");
}

}  // namespace acc::golden
