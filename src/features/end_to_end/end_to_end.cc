// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <chrono>

#include "features/end_to_end/feature.h"
#include "features/framework_runner/feature.h"
#include "features/inference_engine/feature.h"
#include "features/inference_engine/golden_line.h"
#include "features/shared/feature_run.h"
#include "features/source_model/options.h"
#include "features/verification/feature.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

void Append(std::vector<std::string>& lines, const Outcome& outcome) {
  lines.insert(lines.end(), outcome.summary_lines.begin(), outcome.summary_lines.end());
}

// The features make timed folders of their own; --output_dirname is the wrapper's.
Result<fs::path> GoldenDirectory(const EndToEndOptions& options, Outcome& whole) {
  if (!options.verification.golden_output_reference_directory.empty()) {
    return options.verification.golden_output_reference_directory;
  }
  FrameworkRunnerOptions golden = options.framework_runner;
  golden.common.output_dirname.clear();
  ACC_ASSIGN_OR_RETURN(const Outcome outcome, RunFrameworkRunner(golden));
  Append(whole.summary_lines, outcome);
  return outcome.directory;
}

Result<fs::path> TargetDirectory(const EndToEndOptions& options, const fs::path& golden,
                                 std::size_t line, Outcome& whole) {
  InferenceEngineOptions engine = options.inference_engine;
  engine.common.output_dirname.clear();
  engine.golden_output_reference_directory = golden;
  if (options.dissects) engine.fine_grain_mode = golden;
  engine.golden_line = line;
  ACC_ASSIGN_OR_RETURN(const Outcome outcome, RunInferenceEngine(engine));
  Append(whole.summary_lines, outcome);
  return outcome.directory;
}

// The words of the command that makes the golden run alone.
std::vector<std::string> GoldenCommand(const EndToEndOptions& options) {
  const ModelOptions& model = options.framework_runner.model;
  if (!options.verification.golden_output_reference_directory.empty()) return {};
  std::vector<std::string> words = {"--framework_runner", "--framework", model.framework,
                                    "--model_path", model.model_path.string()};
  for (const InputTensor& input : model.input_tensors) {
    words.insert(words.end(),
                 {"--input_tensor", input.name, fmt::format("{}", fmt::join(input.dims, ",")),
                  input.raw_file.string()});
    if (input.type_given) words.emplace_back(Name(input.type));
  }
  for (const std::string& output : model.output_tensors) {
    words.insert(words.end(), {"--output_tensor", output});
  }
  return words;
}

Result<Outcome> Verify(const EndToEndOptions& options, const fs::path& golden,
                       const fs::path& target, std::size_t line) {
  VerificationOptions verification = options.verification;
  verification.common.output_dirname.clear();
  verification.golden_command = GoldenCommand(options);
  verification.golden_output_reference_directory = golden;
  verification.inference_results = target / "output" / fmt::format("Result_{}", line);
  if (verification.tensor_mapping.empty())
    verification.tensor_mapping = target / "tensor_mapping.json";
  if (verification.graph_struct.empty()) {
    verification.graph_struct =
        target / (options.inference_engine.model_name + "_graph_struct.json");
  }
  return RunVerification(verification);
}

// Each feature's run says where its own options come from.
EndToEndOptions WithOrigin(EndToEndOptions options) {
  options.framework_runner.common.origin = options.common.origin;
  options.inference_engine.common.origin = options.common.origin;
  options.verification.common.origin = options.common.origin;
  return options;
}

}  // namespace

Result<Outcome> RunEndToEnd(const EndToEndOptions& given) {
  const auto start = std::chrono::steady_clock::now();
  const EndToEndOptions options = WithOrigin(given);
  const bool golden_given = !options.verification.golden_output_reference_directory.empty();
  ACC_RETURN_IF_ERROR(CheckInferenceEngine(options.inference_engine));
  ACC_RETURN_IF_ERROR(CheckVerification(options.verification));
  if (!golden_given) ACC_RETURN_IF_ERROR(CheckFrameworkRunner(options.framework_runner));
  ACC_ASSIGN_OR_RETURN(auto wrapper, FeatureRun::Open(options.common, EndToEnd()));
  std::size_t line = 0;
  if (!golden_given) {
    ACC_ASSIGN_OR_RETURN(line, LineOfGoldenInput(options.inference_engine));
  }
  // The statements of the golden and the target run stand in what verification says of both.
  Outcome whole{.directory = wrapper.path(), .thresholds_met = true};
  ACC_ASSIGN_OR_RETURN(const fs::path golden, GoldenDirectory(options, whole));
  ACC_ASSIGN_OR_RETURN(const fs::path target, TargetDirectory(options, golden, line, whole));
  ACC_ASSIGN_OR_RETURN(const Outcome verified, Verify(options, golden, target, line));
  whole.statements = verified.statements;
  Append(whole.summary_lines, verified);
  whole.thresholds_met = verified.thresholds_met;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  whole.summary_lines.push_back(fmt::format("end to end in {:.1f} s", seconds.count()));
  ACC_RETURN_IF_ERROR(wrapper.Finish(whole));
  return whole;
}

}  // namespace acc::features
