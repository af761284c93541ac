// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <set>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/comparison/sources.h"
#include "features/dissection/dissection.h"
#include "features/dissection/hazard_proofs.h"
#include "features/dissection/reproducer.h"
#include "features/inference_engine/dlc_files.h"
#include "features/inference_engine/feature.h"
#include "features/inference_engine/golden_line.h"
#include "features/inference_engine/selected_tensors.h"
#include "features/shared/feature_run.h"
#include "features/shared/run_folder.h"
#include "features/source_model/conversion.h"
#include "features/source_model/options.h"
#include "features/source_model/quantization.h"
#include "features/source_model/source_model.h"
#include "features/source_model/source_quantization.h"
#include "features/target_run/static_model.h"
#include "features/target_run/target_run.h"
#include "match/names.h"
#include "model/onnx/quantization.h"
#include "quantize/encodings_file.h"
#include "quantize/overrides.h"
#include "report/hazards.h"
#include "store/hazards.h"
#include "store/manifest.h"
#include "target/engine.h"
#include "target/places.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

target::EngineOptions EngineOptionsOf(const InferenceEngineOptions& options) {
  return {.runtime = options.runtime,
          .architecture = options.architecture,
          .htp_socs = options.htp_socs,
          .half = options.quantization.precision == Precision::kFp16,
          .quantized = options.quantization.precision == Precision::kInt8,
          .memory_budget_bytes = options.memory_budget_mb << 20};
}

// What is to be run, with which inputs.
struct Work {
  TargetModel model;
  InputLines lines;
};

Result<TargetModel> BuildTargetModel(const InferenceEngineOptions& options,
                                     const SourceModel& source, convert::TargetGraph converted,
                                     const InputLines& lines) {
  TargetModel model;
  model.half = options.quantization.precision == Precision::kFp16;
  model.structure = GraphStructOf(converted, options.model_name);
  model.converted = std::move(converted);
  model.statements = SourceStatements(source);
  if (options.quantization.precision == Precision::kInt8) {
    ACC_ASSIGN_OR_RETURN(model.quantized,
                         QuantizeModel(model.converted, ParamNames(source.graph), lines,
                                       options.quantization, options.memory_budget_mb << 20));
    ACC_ASSIGN_OR_RETURN(
        const auto quantization,
        CheckedStatementsOf(model.converted, *model.quantized, options.quantization));
    model.statements.insert(model.statements.end(), quantization.begin(), quantization.end());
  }
  const auto more = TargetStatements(options.quantization, source.graph, model.converted,
                                     model.quantized ? &*model.quantized : nullptr);
  model.statements.insert(model.statements.end(), more.begin(), more.end());
  return model;
}

// The '#' and '%' lines.
std::string SelectionText(const store::InputList& list) {
  std::string text;
  if (!list.output_layers.empty()) text += "#" + Join(list.output_layers, " ") + "\n";
  if (!list.output_tensors.empty()) text += "%" + Join(list.output_tensors, " ") + "\n";
  return text;
}

// Copies of the raw files and a list that names them, so that the run explains itself.
Status KeepInputs(const InputLines& lines, const fs::path& run) {
  std::string text = SelectionText(lines.list());
  for (std::size_t line = 0; line < lines.size(); ++line) {
    const fs::path folder = fs::path("input_list_files") / fmt::format("Result_{}", line);
    ACC_RETURN_IF_ERROR(CreateFolders(run / folder));
    std::size_t number = 0;
    for (const auto& entry : lines.list().lines[line]) {
      const fs::path copy = folder / fmt::format("{}_{}", number++, entry.file.filename().string());
      ACC_ASSIGN_OR_RETURN(const auto mapped, MappedFile::Open(entry.file));
      ACC_RETURN_IF_ERROR(WriteFile(run / copy, mapped.bytes()));
      const std::string prefix = entry.input.empty() ? "" : entry.input + ":=";
      text += (number == 1 ? "" : " ") + prefix + copy.generic_string();
    }
    text += '\n';
  }
  return WriteFile(run / "input_list.txt", text);
}

// Encodings that came with the weights do not fit what equalization makes of these.
Status CheckEqualizable(const SourceModel& source, const InferenceEngineOptions& options) {
  const QuantizationOptions& given = options.quantization;
  const bool keeps_encodings = KeepsSourceEncodings(given);
  if (given.algorithms.empty() || !keeps_encodings || !HasSourceEncodings(source.graph))
    return OkStatus();
  return UsageError(
      "--algorithms rescales weights, and the encodings that the model brings would no longer fit "
      "them. Add --override_params to calibrate anew, or leave --algorithms out");
}

// What the model's framework quantized, in the form that --quantization_overrides takes.
Status KeepEncodings(const SourceModel& source, const fs::path& run) {
  if (!HasSourceEncodings(source.graph)) return OkStatus();
  return quantize::WriteEncodings(run / "source_encodings.json",
                                  quantize::SourceEncodings(source.graph));
}

// Where nothing says which source tensor is meant, as in a DLC, by the spelling of the names.
store::TensorMapping MappingByName(const TargetModel& model, const store::Manifest& golden) {
  store::Manifest target;
  for (const target::Tap& tap : ProgramOf(model, false).taps) {
    target.tensors.push_back({.name = tap.tensor});
  }
  store::TensorMapping mapping;
  const auto pairs = match::PairNames(golden, target, nullptr);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i]) continue;
    mapping.emplace_back(target.tensors[i].name, golden.tensors[pairs[i]->golden].name);
  }
  return mapping;
}

// With a golden directory, only pairs whose golden tensor is there.
Result<store::TensorMapping> MappingFor(const TargetModel& model, const fs::path& golden) {
  store::TensorMapping mapping = MappingOf(model);
  if (golden.empty()) return mapping;
  ACC_ASSIGN_OR_RETURN(const auto manifest, store::ListTensors(golden));
  if (mapping.empty()) return MappingByName(model, manifest);
  std::set<std::string> there;
  for (const auto& tensor : manifest.tensors) there.insert(tensor.name);
  // A golden run of a quantized ONNX file has an input as it is and as the file rounds it.
  const auto& rounded = model.converted.graph.onnx_quantization.rounded_inputs;
  for (auto& [target, source] : mapping) {
    const auto twin = model.quantized ? rounded.find(source) : rounded.end();
    if (twin != rounded.end() && there.contains(twin->second)) source = twin->second;
  }
  std::erase_if(mapping, [&](const auto& pair) { return !there.contains(pair.second); });
  return mapping;
}

Status DescribeModel(const InferenceEngineOptions& options, const TargetModel& model,
                     const fs::path& run) {
  ACC_RETURN_IF_ERROR(
      store::WriteGraphStruct(run / (options.model_name + "_graph_struct.json"), model.structure));
  ACC_ASSIGN_OR_RETURN(const auto mapping,
                       MappingFor(model, Resolved(options.golden_output_reference_directory,
                                                  options.common.working_dir)));
  return store::WriteTensorMapping(run / "tensor_mapping.json", mapping);
}

// What the user has to know of how the target took the model, at once and at the end.
std::vector<std::string> Remarks(const TargetRunResult& result,
                                 const std::vector<store::HazardRecord>& hazards) {
  std::vector<std::string> remarks;
  for (const std::string& refusal : target::GroupedRefusals(result.places)) {
    remarks.push_back("not taken by the HTP, run on the CPU: " + refusal);
  }
  for (const store::HazardRecord& hazard : hazards) remarks.push_back(report::HazardLine(hazard));
  for (const std::string& remark : remarks) LogWarn("{}", remark);
  return remarks;
}

// The arithmetic that the DLC itself asks for; the HTP has no other for floats than half precision.
Precision PrecisionOf(const TargetModel& model, const InferenceEngineOptions& options) {
  if (model.quantized) return Precision::kInt8;
  const bool on_htp = options.runtime.starts_with("dsp");
  return model.half || on_htp ? Precision::kFp16 : Precision::kFp32;
}

Result<Work> PrepareSource(const InferenceEngineOptions& options, const SourceModel& source,
                           const fs::path& run) {
  Work work;
  ACC_RETURN_IF_ERROR(CheckEqualizable(source, options));
  ACC_ASSIGN_OR_RETURN(auto converted, ConvertModel(source, options.model.output_tensors,
                                                    options.quantization.algorithms,
                                                    options.runtime.starts_with("dsp")));
  ACC_ASSIGN_OR_RETURN(
      work.lines, InputLines::Open(options.input_list,
                                   InputsOf(source, converted, options.use_native_input_files)));
  ACC_RETURN_IF_ERROR(KeepInputs(work.lines, run));
  ACC_RETURN_IF_ERROR(KeepEncodings(source, run));
  ACC_ASSIGN_OR_RETURN(work.model,
                       BuildTargetModel(options, source, std::move(converted), work.lines));
  ACC_ASSIGN_OR_RETURN(work.model.selected, SelectedTensors(work.lines.list(), work.model));
  WriteDlcFiles(work.model, options.common, run);
  return work;
}

Result<Work> PrepareStatic(const InferenceEngineOptions& options, StaticModel model,
                           const fs::path& run) {
  Work work;
  ACC_ASSIGN_OR_RETURN(
      work.lines, InputLines::Open(options.input_list, InputsOf(model, options.model.input_tensors,
                                                                options.use_native_input_files)));
  ACC_RETURN_IF_ERROR(KeepInputs(work.lines, run));
  work.model = std::move(model.model);
  ACC_ASSIGN_OR_RETURN(work.model.selected, SelectedTensors(work.lines.list(), work.model));
  work.model.half = options.quantization.precision == Precision::kFp16;
  return work;
}

// The flags that choose this target again.
std::vector<std::string> EngineWords(const InferenceEngineOptions& options) {
  std::vector<std::string> words = {"--runtime", options.runtime, "--architecture",
                                    options.architecture};
  if (!options.htp_socs.empty()) words.insert(words.end(), {"--htp_socs", options.htp_socs});
  const Precision precision = options.quantization.precision;
  if (precision != Precision::kInt8) {
    words.insert(words.end(), {"--precision", precision == Precision::kFp16 ? "fp16" : "fp32"});
  }
  return words;
}

Result<std::size_t> GoldenLine(const InferenceEngineOptions& options) {
  if (options.golden_line) return *options.golden_line;
  return options.model.model_path.empty() ? Result<std::size_t>(std::size_t{0})
                                          : LineOfGoldenInput(options);
}

// --fine_grain_mode: which layers make the error.
Result<std::vector<std::string>> TakeApart(const InferenceEngineOptions& options, const Work& work,
                                           target::Engine& engine, const fs::path& run) {
  if (options.fine_grain_mode.empty() || options.debug_mode_off) return std::vector<std::string>();
  const fs::path golden = Resolved(options.fine_grain_mode, options.common.working_dir);
  ACC_ASSIGN_OR_RETURN(const std::size_t golden_line, GoldenLine(options));
  ACC_ASSIGN_OR_RETURN(auto lines,
                       ChosenLines(options.dissection.lines, golden_line, work.lines.size()));
  ACC_ASSIGN_OR_RETURN(const auto mapping, MappingFor(work.model, golden));
  return Dissect({.model = work.model,
                  .lines = work.lines,
                  .chosen = std::move(lines),
                  .golden = golden,
                  .mapping = mapping,
                  .run = run,
                  .engine = engine,
                  .is_host = !options.runtime.starts_with("dsp"),
                  .memory_budget_bytes = options.memory_budget_mb << 20,
                  .only = options.dissection.only,
                  .every_cut = options.dissection.every_cut,
                  .engine_words = EngineWords(options)});
}

// Known weaknesses of the target that this model runs into, each tried alone.
Result<std::vector<store::HazardRecord>> HazardsOf(const InferenceEngineOptions& options,
                                                   const Work& work, target::Engine& engine,
                                                   const fs::path& run) {
  const auto found = engine.Hazards(ProgramOf(work.model, false));
  if (found.empty()) return std::vector<store::HazardRecord>();
  ACC_ASSIGN_OR_RETURN(const auto hazards,
                       ProveHazards({.model = work.model,
                                     .lines = work.lines,
                                     .line = options.golden_line.value_or(0),
                                     .scratch = run / "hazard_values",
                                     .engine = engine,
                                     .memory_budget_bytes = options.memory_budget_mb << 20},
                                    found));
  ACC_RETURN_IF_ERROR(store::WriteHazards(run / "hazards.json", hazards));
  return hazards;
}

Result<Outcome> RunWork(const InferenceEngineOptions& options, const Work& work,
                        target::Engine& engine, const fs::path& run) {
  const std::string& only = options.dissection.only;
  if (!only.empty()) ACC_RETURN_IF_ERROR(CheckLayerName(work.model, only));
  ACC_RETURN_IF_ERROR(ChosenLines(options.dissection.lines, 0, work.lines.size()).status());
  ACC_RETURN_IF_ERROR(DescribeModel(options, work.model, run));
  ACC_ASSIGN_OR_RETURN(const auto result,
                       RunTarget(work.model, work.lines, engine, options.debug_mode_off,
                                 options.use_native_output_files, run));
  Outcome outcome{.directory = run, .thresholds_met = true, .statements = result.statements};
  outcome.summary_lines.push_back(
      fmt::format("target: {} of {} in {}", Counted(result.tensors, "tensor"),
                  Counted(work.lines.size(), "input"), (run / "output").string()));
  if (!work.model.selected.empty()) {
    outcome.summary_lines.push_back(
        fmt::format("only what the '#' and '%' lines of the input list select is captured: {}",
                    Counted(result.tensors, "tensor")));
  }
  ACC_ASSIGN_OR_RETURN(const auto hazards, HazardsOf(options, work, engine, run));
  for (auto& remark : Remarks(result, hazards)) outcome.summary_lines.push_back(std::move(remark));
  ACC_ASSIGN_OR_RETURN(const auto apart, TakeApart(options, work, engine, run));
  outcome.summary_lines.insert(outcome.summary_lines.end(), apart.begin(), apart.end());
  return outcome;
}

Result<Outcome> RunSource(const InferenceEngineOptions& options) {
  ACC_ASSIGN_OR_RETURN(auto engine, target::CreateEngine(EngineOptionsOf(options)));
  ACC_ASSIGN_OR_RETURN(SourceModel source, ReadSourceModel(options.model));
  if (!KeepsSourceEncodings(options.quantization)) model::ClampToRanges(source.graph);
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, InferenceEngine()));
  LogInfo("target run of '{}' on the {}", options.model.model_path.string(), engine->Description());
  ACC_ASSIGN_OR_RETURN(const Work work, PrepareSource(options, source, run.path()));
  ACC_ASSIGN_OR_RETURN(Outcome outcome, RunWork(options, work, *engine, run.path()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

Result<Outcome> RunStatic(InferenceEngineOptions options) {
  ACC_ASSIGN_OR_RETURN(StaticModel model,
                       ReadStaticModel(options.static_model, options.model_name));
  options.quantization.precision = PrecisionOf(model.model, options);
  ACC_ASSIGN_OR_RETURN(auto engine, target::CreateEngine(EngineOptionsOf(options)));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, InferenceEngine()));
  LogInfo("target run of the DLC '{}' on the {}", options.static_model.string(),
          engine->Description());
  ACC_ASSIGN_OR_RETURN(const Work work, PrepareStatic(options, std::move(model), run.path()));
  ACC_ASSIGN_OR_RETURN(Outcome outcome, RunWork(options, work, *engine, run.path()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace

Result<Outcome> RunInferenceEngine(const InferenceEngineOptions& options) {
  ACC_RETURN_IF_ERROR(CheckInferenceEngine(options));
  return options.stage == "source" ? RunSource(options) : RunStatic(options);
}

}  // namespace acc::features
