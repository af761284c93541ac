// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/onnx_format.h"
#include "ort/infer.h"
#include "ort/library.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/host/half_precision.h"

namespace acc::target {
namespace {

// ONNX Runtime on the CPU, its graph optimizations off: every node computes what its definition
// says.
class HostEngine : public Engine {
 public:
  explicit HostEngine(const EngineOptions& options) : options_(options) {}

  std::string Description() const override {
    const char* arithmetic = options_.half        ? "results rounded to half precision"
                             : options_.quantized ? "quantization simulated in float32 (QDQ)"
                                                  : "float32";
    return "host engine: ONNX Runtime " + ort::OnnxRuntimeVersion() + " on the CPU, " + arithmetic;
  }

  Status Run(const Program& program, std::size_t lines, const InputSource& inputs, const Sink& sink,
             const UnreadableSink& unreadable, std::string_view what) override {
    Execution execution;
    ACC_ASSIGN_OR_RETURN(execution.model, Serialize(program));
    execution.taps = program.taps;
    const model::Connections connections(program.graph);
    for (Tap& tap : execution.taps) {
      if (MakerOf(program.graph, connections, tap) >= 0) tap.processor = Processor::kCpu;
    }
    execution.inputs = model::InputNames(program.graph);
    execution.outputs = model::OutputNames(program.graph);
    execution.memory_budget_bytes = options_.memory_budget_bytes;
    return Execute(execution, lines, inputs, sink, unreadable, what)
        .WithContext("the host engine could not run the converted model");
  }

 private:
  static Result<std::string> Serialize(const Program& program) {
    if (!program.half) return model::SerializeOnnx(program.graph);
    ACC_ASSIGN_OR_RETURN(const auto types, ort::InferTypes(program.graph, {}));
    return model::SerializeOnnx(RoundedToHalf(program.graph, types));
  }

  EngineOptions options_;
};

}  // namespace

Result<std::unique_ptr<Engine>> CreateHostEngine(const EngineOptions& options) {
  ACC_RETURN_IF_ERROR(ort::LoadOnnxRuntime());
  return std::unique_ptr<Engine>(std::make_unique<HostEngine>(options));
}

}  // namespace acc::target
