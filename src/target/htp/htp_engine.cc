// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "base/log.h"
#include "base/progress.h"
#include "model/onnx/onnx_format.h"
#include "ort/library.h"
#include "target/dequantize.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/htp/devices.h"
#include "target/htp/integer_io.h"
#include "target/htp/isolated.h"

namespace acc::target {
namespace {

namespace fs = std::filesystem;

constexpr char kProviderName[] = "QNNExecutionProvider";
constexpr char kFolderVariable[] = "ACC_QNN_FOLDER";
constexpr char kInstall[] = "scripts/setup --for run";
// The first generation whose simulator computes in half precision.
constexpr int kFirstHalfArch = 69;
// Each try after a crash costs seconds; tensors that are not captured by then are reported as such.
constexpr int kMostTries = 24;
// Below this step of its 16-bit input, the HTP's Softmax answers as if the largest exponential were
// halved: ln(2) / 2^18, found by bisection on the simulator.
constexpr double kSmallestSoftmaxStep = 2.645e-6;

class HtpEngine : public Engine {
 public:
  HtpEngine(const EngineOptions& options, HtpDevice device, fs::path plugin, fs::path simulator)
      : options_(options),
        device_(device),
        plugin_(std::move(plugin)),
        simulator_(std::move(simulator)) {}

  std::string Description() const override {
    return fmt::format("HTP simulator v{} (soc_model {}), {}", device_.arch, device_.soc_model,
                       options_.half ? "half precision" : "integers");
  }

  Status Run(const Program& program, std::size_t lines, const InputSource& inputs, const Sink& sink,
             const UnreadableSink& unreadable, std::string_view what) override {
    const IntegerIo io = WithIntegerIo(program.graph);
    Execution execution{.model = {},
                        .config = Config(),
                        .taps = program.taps,
                        .inputs = model::InputNames(io.graph),
                        .outputs = model::OutputNames(io.graph),
                        .memory_budget_bytes = options_.memory_budget_bytes};
    ACC_ASSIGN_OR_RETURN(execution.model, model::SerializeOnnx(io.graph));
    const Work work{.lines = lines,
                    .inputs = [&](std::size_t line) { return ToIntegers(io, inputs(line)); },
                    .sink = sink,
                    .unreadable = unreadable,
                    .what = what};
    shown_ = 0;
    tries_ = kMostTries;
    const Status status = RunApart(execution, work);
    if (status.ok() && shown_ == 0 && !program.taps.empty()) {
      return Failure(
          "Qualcomm's HTP simulator crashes on this model, whatever tensor is captured. Try "
          "another "
          "--runtime, --act_bitwidth or --precision, or --runtime cpu.");
    }
    return status.WithContext("the HTP simulator could not run the converted model");
  }

  std::vector<NotTaken> not_taken() const override { return not_taken_; }
  std::vector<std::string> Hazards(const Program& program) const override;

 private:
  struct Work {
    std::size_t lines;
    InputSource inputs;
    const Sink& sink;
    const UnreadableSink& unreadable;
    std::string_view what;
  };

  ort::SessionConfig Config() const;
  // Captures the taps; where the simulator crashes, each half of them by itself.
  Status RunApart(const Execution& execution, const Work& work);
  static Result<std::map<std::string, Tensor>> ToIntegers(
      const IntegerIo& io, Result<std::map<std::string, Tensor>> inputs);

  EngineOptions options_;
  HtpDevice device_;
  fs::path plugin_;
  fs::path simulator_;
  std::vector<NotTaken> not_taken_;
  // Of the current Run: taps that came back, and how often the simulator may still be tried.
  std::size_t shown_ = 0;
  int tries_ = 0;
};

Status HtpEngine::RunApart(const Execution& execution, const Work& work) {
  if (tries_-- <= 0) {
    for (const Tap& tap : execution.taps) {
      work.unreadable(tap.tensor, "Qualcomm's simulator crashes too often");
    }
    return OkStatus();
  }
  ACC_ASSIGN_OR_RETURN(const auto signal,
                       ExecuteIsolated(execution, work.lines, work.inputs, work.sink,
                                       work.unreadable, not_taken_, work.what));
  const std::size_t count = execution.taps.size();
  if (!signal) {
    shown_ += count;
    return OkStatus();
  }
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  if (count == 1) {
    work.unreadable(execution.taps[0].tensor, "Qualcomm's simulator crashes when it is captured");
    return OkStatus();
  }
  LogInfo(
      "Qualcomm's simulator crashed (signal {}) with {} tensors captured at once; trying each half "
      "of them",
      *signal, count);
  const auto middle = execution.taps.begin() + static_cast<std::ptrdiff_t>(count / 2);
  Execution half = execution;
  half.taps.assign(execution.taps.begin(), middle);
  ACC_RETURN_IF_ERROR(RunApart(half, work));
  half.taps.assign(middle, execution.taps.end());
  return RunApart(half, work);
}

ort::SessionConfig HtpEngine::Config() const {
  ort::SessionConfig config;
  config.provider =
      ort::Provider{.name = kProviderName,
                    .library = plugin_,
                    .options = {{"backend_path", simulator_.string()},
                                {"htp_arch", std::to_string(device_.arch)},
                                {"soc_model", std::to_string(device_.soc_model)},
                                {"enable_htp_fp16_precision", options_.half ? "1" : "0"},
                                {"offload_graph_io_quantization", "0"}}};
  return config;
}

Result<std::map<std::string, Tensor>> HtpEngine::ToIntegers(
    const IntegerIo& io, Result<std::map<std::string, Tensor>> inputs) {
  if (!inputs.ok()) return inputs;
  std::map<std::string, Tensor> converted;
  for (const auto& [name, tensor] : *inputs) {
    const auto moved = io.inputs.find(name);
    if (moved == io.inputs.end()) {
      converted[name] = tensor;
      continue;
    }
    ACC_ASSIGN_OR_RETURN(converted[moved->second.name],
                         Quantize(tensor.view(), moved->second.encoding));
  }
  return converted;
}

std::vector<std::string> HtpEngine::Hazards(const Program& program) const {
  std::vector<std::string> hazards;
  const model::Connections connections(program.graph);
  for (const model::Node& node : program.graph.nodes) {
    if (node.op_type != "Softmax") continue;
    const int producer = connections.Producer(node.inputs[0]);
    if (producer < 0) continue;
    const auto encoding = EncodingOf(program.graph, program.graph.nodes[producer]);
    if (!encoding || encoding->channels[0].bitwidth != 16) continue;
    const double step = encoding->channels[0].scale;
    if (step >= kSmallestSoftmaxStep) continue;
    hazards.push_back(fmt::format(
        "Softmax '{}' reads a 16-bit tensor with a step of {:.3g}. Below {:.4g} the HTP's 16-bit "
        "Softmax is wrong (it halves the largest exponential). Widen the range of its input to at "
        "least {:.3g} with --quantization_overrides, or calibrate with inputs that spread it.",
        node.name, step, kSmallestSoftmaxStep, kSmallestSoftmaxStep * 65535));
  }
  return hazards;
}

}  // namespace

Result<std::unique_ptr<Engine>> CreateHtpEngine(const EngineOptions& options) {
  ACC_ASSIGN_OR_RETURN(const HtpDevice device, FindHtpDevice(options.runtime, options.htp_socs));
  if (!options.half && !options.quantized) {
    return UsageError(
        "the HTP has no fp32 arithmetic. Use --precision int8 or fp16, or --runtime cpu.");
  }
  if (options.half && device.arch < kFirstHalfArch) {
    return UsageError(
        fmt::format("HTP v{} has no fp16 arithmetic. Use --runtime dspv69 or newer, or "
                    "--precision int8.",
                    device.arch));
  }
  ACC_ASSIGN_OR_RETURN(auto plugin,
                       ort::FindPackageFile("onnxruntime_qnn/libonnxruntime_providers_qnn.so",
                                            kFolderVariable, kInstall));
  ACC_ASSIGN_OR_RETURN(auto simulator, ort::FindPackageFile("onnxruntime_qnn/libQnnHtp.so",
                                                            kFolderVariable, kInstall));
  return std::unique_ptr<Engine>(
      std::make_unique<HtpEngine>(options, device, std::move(plugin), std::move(simulator)));
}

}  // namespace acc::target
