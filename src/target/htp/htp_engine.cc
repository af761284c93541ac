// SPDX-License-Identifier: BSD-3-Clause
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "base/log.h"
#include "model/onnx/onnx_format.h"
#include "ort/library.h"
#include "target/dequantize.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/htp/devices.h"
#include "target/htp/integer_io.h"
#include "target/htp/placement.h"

namespace acc::target {
namespace {

namespace fs = std::filesystem;

constexpr char kProviderName[] = "QNNExecutionProvider";
constexpr char kFolderVariable[] = "ACC_QNN_FOLDER";
constexpr char kInstall[] = "scripts/setup --for run";
// The first generation whose simulator computes in half precision.
constexpr int kFirstHalfArch = 69;
// Below this step of its 16-bit input, the HTP's Softmax answers as if the largest exponential were
// halved: ln(2) / 2^18, found by bisection on the simulator.
constexpr double kSmallestSoftmaxStep = 2.645e-6;

// The simulator prints a line of its own to stdout, which is for results.
class QuietStdout {
 public:
  QuietStdout() {
    std::fflush(stdout);
    saved_ = dup(STDOUT_FILENO);
    const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) {
      dup2(null, STDOUT_FILENO);
      close(null);
    }
  }
  ~QuietStdout() {
    std::fflush(stdout);
    if (saved_ >= 0) {
      dup2(saved_, STDOUT_FILENO);
      close(saved_);
    }
  }
  QuietStdout(const QuietStdout&) = delete;
  QuietStdout& operator=(const QuietStdout&) = delete;

 private:
  int saved_ = -1;
};

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
    PlacementLog placement;
    Execution execution{.model = {},
                        .config = Config(placement),
                        .taps = program.taps,
                        .inputs = model::InputNames(io.graph),
                        .outputs = model::OutputNames(io.graph),
                        .memory_budget_bytes = options_.memory_budget_bytes};
    ACC_ASSIGN_OR_RETURN(execution.model, model::SerializeOnnx(io.graph));
    const auto integer_inputs = [&](std::size_t line) { return ToIntegers(io, inputs(line)); };
    const QuietStdout quiet;
    const Status status = Execute(execution, lines, integer_inputs, sink, unreadable, what);
    not_taken_ = placement.NodesNotTaken();
    return status.WithContext("the HTP simulator could not run the converted model");
  }

  std::vector<NotTaken> not_taken() const override { return not_taken_; }
  std::vector<std::string> Hazards(const Program& program) const override;

 private:
  ort::SessionConfig Config(PlacementLog& placement) const;
  static Result<std::map<std::string, Tensor>> ToIntegers(
      const IntegerIo& io, Result<std::map<std::string, Tensor>> inputs);

  EngineOptions options_;
  HtpDevice device_;
  fs::path plugin_;
  fs::path simulator_;
  std::vector<NotTaken> not_taken_;
};

ort::SessionConfig HtpEngine::Config(PlacementLog& placement) const {
  ort::SessionConfig config;
  config.provider =
      ort::Provider{.name = kProviderName,
                    .library = plugin_,
                    .options = {{"backend_path", simulator_.string()},
                                {"htp_arch", std::to_string(device_.arch)},
                                {"soc_model", std::to_string(device_.soc_model)},
                                {"enable_htp_fp16_precision", options_.half ? "1" : "0"},
                                {"offload_graph_io_quantization", "0"},
                                // The shortest preparation; the results are the same in every mode.
                                {"htp_graph_finalization_optimization_mode", "1"}}};
  config.log = [&placement](std::string_view message) { placement.Read(message); };
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
