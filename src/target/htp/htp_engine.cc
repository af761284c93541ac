// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/library_places.h"
#include "base/limits.h"
#include "model/cut.h"
#include "model/onnx/onnx_format.h"
#include "ort/library.h"
#include "target/dequantize.h"
#include "target/engine.h"
#include "target/execution.h"
#include "target/htp/devices.h"
#include "target/htp/halving.h"
#include "target/htp/hazards.h"
#include "target/htp/integer_io.h"
#include "target/htp/isolated.h"
#include "target/htp/placement.h"
#include "target/places.h"

namespace acc::target {
namespace {

namespace fs = std::filesystem;

constexpr char kProviderName[] = "QNNExecutionProvider";
constexpr char kFolderVariable[] = "ACC_QNN_FOLDER";
// The first generation whose simulator computes in half precision.
constexpr int kFirstHalfArch = 69;
// So many sessions that end with an error, whatever they capture, have it from the graph.
constexpr std::size_t kErrorsOfTheGraph = 2;
std::string Install() {
  return InstallCommand("scripts/setup --for run",
                        "pip install 'snpe-accuracy-debugger[qualcomm]'");
}

// What the library calls itself; others of Qualcomm's have the same interface and compute nothing.
constexpr std::string_view kBackendName = "HTP_";
// Of the tensors that are not inputs. With fewer than half of them, most layers cannot be told from
// their neighbours, and a report would show the wrong one.
constexpr double kLeastShare = 0.5;

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
             const UnreadableSink& unreadable, std::string_view what) override;

  std::vector<NodePlace> places() const override { return places_; }
  std::vector<Hazard> Hazards(const Program& program) const override { return HtpHazards(program); }

 private:
  ort::SessionConfig Config() const;
  // Fails where the HTP has no part in the session.
  Status Check(const SessionLog& log, const Placement& placement) const;
  static Result<std::map<std::string, Tensor>> ToIntegers(
      const IntegerIo& io, Result<std::map<std::string, Tensor>> inputs);

  EngineOptions options_;
  HtpDevice device_;
  fs::path plugin_;
  fs::path simulator_;
  std::vector<NodePlace> places_;
};

// The taps that are inputs come first: they are shown as they are fed, without the simulator.
std::vector<Tap> TakeFed(std::vector<Tap>& taps, const std::set<std::string>& inputs) {
  const auto is_fed = [&](const Tap& tap) { return inputs.contains(tap.fetch); };
  const auto made = std::stable_partition(taps.begin(), taps.end(), is_fed);
  std::vector<Tap> fed(taps.begin(), made);
  taps.erase(taps.begin(), made);
  return fed;
}

std::string MemoryStep() {
  const std::string note = AddressSpaceNote();
  return note.empty() ? "" : note + ", and the simulator needs 1 GB and more: give it more. ";
}

std::string NextStep(std::string_view reason) {
  const bool says_memory = reason.find(AddressSpaceNote()) != std::string_view::npos;
  return (says_memory ? "" : MemoryStep()) +
         "Try another --act_bitwidth or --precision, another generation (--runtime dspv75), or "
         "--runtime cpu.";
}

std::string LibraryStep() {
  return MemoryStep() +
         fmt::format("If the library is damaged, install it again with '{}'.", Install());
}

std::string OperatorStep() {
  return MemoryStep() +
         "Use --runtime cpu, or replace these operators by ones that the HTP has; --precision "
         "changes what it takes.";
}

Status NothingComputed(const SessionLog& log, const std::vector<NodePlace>& places) {
  std::string why;
  for (const std::string& error : log.errors) why += "\n  " + error;
  if (!log.errors.empty()) {
    return Failure(fmt::format("the HTP computes nothing, everything would run on the CPU:{}\n{}",
                               why, LibraryStep()));
  }
  for (const std::string& refusal : GroupedRefusals(places)) why += "\n  " + refusal;
  const auto on_cpu = std::ranges::count(places, Processor::kCpu, &NodePlace::processor);
  return Failure(fmt::format(
      "the HTP computes nothing of this model, {} of {} nodes are left to the CPU and the others "
      "only change the form of a tensor:{}\n{}",
      on_cpu, places.size(), why, OperatorStep()));
}

// Leaves to the execution what its taps need: a node that the plugin cannot make ends every session
// that has it, so what is before it can only be shown without it.
Status Narrow(const model::Graph& graph, Execution& execution) {
  std::vector<std::string> wanted;
  for (const Tap& tap : execution.taps) wanted.push_back(tap.fetch);
  model::Graph narrowed = graph;
  model::KeepNodes(model::NeededNodes(graph.nodes, execution.inputs, wanted), narrowed.nodes);
  std::erase_if(narrowed.outputs, [&](const ValueInfo& output) {
    return std::ranges::find(wanted, output.name) == wanted.end();
  });
  execution.outputs = model::OutputNames(narrowed);
  ACC_ASSIGN_OR_RETURN(execution.model, model::SerializeOnnx(narrowed));
  return OkStatus();
}

Status CheckShare(const Halving& done, std::size_t wanted, const Program& program) {
  if (wanted == 0 || static_cast<double>(done.shown) >= kLeastShare * static_cast<double>(wanted)) {
    return OkStatus();
  }
  std::string reason = done.reason + ".";
  for (const Hazard& hazard : HtpHazards(program)) reason += "\n" + ToText(hazard);
  reason += (reason.find('\n') == std::string::npos ? " " : "\n") + NextStep(done.reason);
  if (done.shown == 0) return Failure(reason);
  return Failure(fmt::format(
      "only {} of {} tensors could be captured, too few to tell where the model goes wrong; {} "
      "attempts failed, the first: {}",
      done.shown, wanted, done.failures, reason));
}

Status HtpEngine::Run(const Program& program, std::size_t lines, const InputSource& inputs,
                      const Sink& sink, const UnreadableSink& unreadable, std::string_view what) {
  IntegerIo io = WithIntegerIo(program.graph);
  io.graph = WithDistinctNodeNames(std::move(io.graph));
  Execution execution{.config = Config(),
                      .inputs = model::InputNames(io.graph),
                      .outputs = model::OutputNames(io.graph),
                      .memory_budget_bytes = options_.memory_budget_bytes};
  ACC_ASSIGN_OR_RETURN(execution.model, model::SerializeOnnx(io.graph));
  Placement placement(io.graph);
  bool has_computed = false;  // In a session before: then it is the capture that keeps it out.
  const auto enter = [&](const SessionLog& log) -> Status {
    placement.Enter(log);
    if (!has_computed) ACC_RETURN_IF_ERROR(Check(log, placement));
    has_computed = true;
    return OkStatus();
  };
  const auto execute = [&] {
    return ExecuteIsolated(
        execution, lines, [&](std::size_t line) { return ToIntegers(io, inputs(line)); }, sink,
        unreadable, enter, [&](const Tap& tap) { return placement.Of(tap); }, what);
  };
  std::size_t errors = 0;
  const auto attempt = [&](const std::vector<Tap>& taps) -> Result<ChildEnd> {
    execution.taps = taps;
    if (errors >= kErrorsOfTheGraph) ACC_RETURN_IF_ERROR(Narrow(io.graph, execution));
    ACC_ASSIGN_OR_RETURN(ChildEnd end, execute());
    if (end.ok() || end.signal || ++errors != kErrorsOfTheGraph) return end;
    ACC_RETURN_IF_ERROR(Narrow(io.graph, execution));
    return execute();
  };
  std::vector<Tap> made = program.taps;
  const std::vector<Tap> fed = TakeFed(made, execution.inputs);
  const auto run = [&]() -> Status {
    if (!fed.empty()) ACC_RETURN_IF_ERROR(attempt(fed).status());
    ACC_ASSIGN_OR_RETURN(const Halving done, CaptureApart(made, attempt, unreadable));
    return CheckShare(done, made.size(), program);
  };
  const Status status = run();
  places_ = placement.places();
  return status.WithContext("the HTP simulator could not run the converted model");
}

Status HtpEngine::Check(const SessionLog& log, const Placement& placement) const {
  if (!log.backend.empty() && !log.backend.starts_with(kBackendName)) {
    return Failure(fmt::format(
        "'{}' is not the HTP simulator, it calls itself '{}'. Install it again with '{}'.",
        simulator_.string(), log.backend, Install()));
  }
  if (placement.Computes()) return OkStatus();
  return NothingComputed(log, placement.places());
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

Result<fs::path> FindPlugin() {
  return FindPackageFile("onnxruntime_qnn/libonnxruntime_providers_qnn.so", kFolderVariable,
                         Install());
}

}  // namespace

Result<OpenedLibrary> HtpLibrary() {
  ACC_ASSIGN_OR_RETURN(fs::path plugin, FindPlugin());
  return OpenedLibrary{
      .name = "Qualcomm's plugin for ONNX Runtime", .version = "", .file = std::move(plugin)};
}

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
  ACC_ASSIGN_OR_RETURN(auto plugin, FindPlugin());
  ACC_ASSIGN_OR_RETURN(auto simulator,
                       FindPackageFile("onnxruntime_qnn/libQnnHtp.so", kFolderVariable, Install()));
  return std::unique_ptr<Engine>(
      std::make_unique<HtpEngine>(options, device, std::move(plugin), std::move(simulator)));
}

}  // namespace acc::target
