// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <set>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/feature_run.h"
#include "features/features.h"
#include "features/quantization.h"
#include "features/source_model.h"
#include "features/target_run.h"
#include "store/manifest.h"
#include "target/engine.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

target::EngineOptions EngineOptionsOf(const InferenceEngineOptions& options) {
  return {.runtime = options.runtime,
          .architecture = options.architecture,
          .htp_socs = options.htp_socs,
          .half = options.precision == Precision::kFp16,
          .quantized = options.precision == Precision::kInt8,
          .memory_budget_bytes = options.memory_budget_mb << 20};
}

// The engines here are simulations; what steers Qualcomm's own tools has no meaning for them.
void WarnOfUnusedOptions(const InferenceEngineOptions& options, const target::Engine& engine) {
  for (const auto& [flag, value] : options.sdk_only) {
    LogWarn("--{} steers Qualcomm's own tools; the {} does not use it", flag, engine.Description());
  }
  if (!options.engine_path.empty()) {
    LogWarn("--engine_path {} is not used: this build runs the {}", options.engine_path.string(),
            engine.Description());
  }
  if (!options.fine_grain_mode.empty()) {
    LogWarn("--fine_grain_mode is not used: the {} shows every tensor in one run",
            engine.Description());
  }
  const bool quantization_given =
      options.precision != Precision::kInt8 && !options.quantization.quantization_overrides.empty();
  if (quantization_given) LogWarn("--quantization_overrides has no effect on a float --precision");
}

Result<TargetModel> BuildTargetModel(const InferenceEngineOptions& options,
                                     const SourceModel& source, convert::TargetGraph converted,
                                     const InputLines& lines) {
  TargetModel model{.converted = std::move(converted), .quantized = {}, .half = false};
  model.half = options.precision == Precision::kFp16;
  if (options.precision == Precision::kInt8) {
    ACC_ASSIGN_OR_RETURN(model.quantized,
                         QuantizeModel(model.converted, ParamNames(source.graph), lines,
                                       options.quantization, options.memory_budget_mb << 20));
  }
  return model;
}

// Copies of the raw files and a list that names them, so that the run explains itself.
Status KeepInputs(const InputLines& lines, const fs::path& run) {
  std::string text;
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

// With a golden directory, only pairs whose golden tensor is there.
Result<store::TensorMapping> MappingFor(const TargetModel& model, const fs::path& golden) {
  store::TensorMapping mapping = MappingOf(model);
  if (golden.empty()) return mapping;
  ACC_ASSIGN_OR_RETURN(const auto manifest, store::ListTensors(golden));
  std::set<std::string> there;
  for (const auto& tensor : manifest.tensors) there.insert(tensor.name);
  std::erase_if(mapping, [&](const auto& pair) { return !there.contains(pair.second); });
  return mapping;
}

Status DescribeModel(const InferenceEngineOptions& options, const TargetModel& model,
                     const fs::path& run) {
  ACC_RETURN_IF_ERROR(store::WriteGraphStruct(run / (options.model_name + "_graph_struct.json"),
                                              GraphStructOf(model, options.model_name)));
  ACC_ASSIGN_OR_RETURN(const auto mapping,
                       MappingFor(model, options.golden_output_reference_directory));
  return store::WriteTensorMapping(run / "tensor_mapping.json", mapping);
}

// What the user has to know of how the target took the model, in the log and at the end.
std::vector<std::string> Remarks(const target::Engine& engine, const target::Program& program,
                                 const TargetRunResult& result) {
  std::vector<std::string> remarks;
  for (const target::NotTaken& node : engine.not_taken()) {
    remarks.push_back(fmt::format("not taken by the HTP, run on the CPU: {} '{}'{}", node.op_type,
                                  Printable(node.node),
                                  node.reason.empty() ? "" : ": " + Printable(node.reason)));
  }
  for (const std::string& hazard : engine.Hazards(program)) remarks.push_back(hazard);
  remarks.insert(remarks.end(), result.notes.begin(), result.notes.end());
  for (const std::string& remark : remarks) LogWarn("{}", remark);
  return remarks;
}

Status CheckStage(const InferenceEngineOptions& options) {
  if (options.stage == "source") return OkStatus();
  return UsageError("--stage " + options.stage +
                    " starts from a DLC file, which this build cannot read. Use --stage source "
                    "with --model_path.");
}

}  // namespace

Result<Outcome> RunInferenceEngine(const InferenceEngineOptions& options) {
  ACC_RETURN_IF_ERROR(CheckStage(options));
  ACC_ASSIGN_OR_RETURN(auto engine, target::CreateEngine(EngineOptionsOf(options)));
  ACC_ASSIGN_OR_RETURN(const SourceModel source, ReadSourceModel(options.model));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, "inference_engine"));
  WarnOfUnusedOptions(options, *engine);
  LogInfo("target run of '{}' on the {}", options.model.model_path.string(), engine->Description());
  ACC_ASSIGN_OR_RETURN(auto converted, ConvertModel(source, options.model.output_tensors));
  ACC_ASSIGN_OR_RETURN(
      const auto lines,
      InputLines::Open(options.input_list, options.use_native_input_files, source, converted));
  ACC_RETURN_IF_ERROR(KeepInputs(lines, run.path()));
  ACC_ASSIGN_OR_RETURN(const TargetModel model,
                       BuildTargetModel(options, source, std::move(converted), lines));
  ACC_RETURN_IF_ERROR(DescribeModel(options, model, run.path()));
  ACC_ASSIGN_OR_RETURN(const auto result, RunTarget(model, lines, *engine, options.debug_mode_off,
                                                    options.use_native_output_files, run.path()));
  Outcome outcome{.directory = run.path(), .thresholds_met = true, .summary_lines = {}};
  outcome.summary_lines.push_back(
      fmt::format("target: {} tensors of {} input{} in {}", result.tensors, lines.size(),
                  lines.size() == 1 ? "" : "s", (run.path() / "output").string()));
  for (auto& remark : Remarks(*engine, ProgramOf(model, false), result)) {
    outcome.summary_lines.push_back(std::move(remark));
  }
  ACC_RETURN_IF_ERROR(run.Finish());
  return outcome;
}

}  // namespace acc::features
