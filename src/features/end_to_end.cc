// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/files.h"
#include "base/log.h"
#include "features/feature_run.h"
#include "features/features.h"
#include "features/sharing.h"
#include "features/static_model.h"
#include "features/verification_plan.h"
#include "features/verification_sources.h"
#include "match/names.h"
#include "store/input_list.h"
#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Result<bool> SameContent(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::equivalent(a, b, error)) return true;
  ACC_ASSIGN_OR_RETURN(const auto first, MappedFile::Open(a));
  ACC_ASSIGN_OR_RETURN(const auto second, MappedFile::Open(b));
  return std::ranges::equal(first.bytes(), second.bytes());
}

// The golden file with its axes as a channel-last target stores them.
Result<bool> IsChannelLastTwin(const fs::path& file, const InputTensor& golden) {
  const std::size_t rank = golden.dims.size();
  const Permutation permutation = FromSource(AxisOrder::kChannelLast, rank);
  ACC_ASSIGN_OR_RETURN(const auto source, MappedFile::Open(golden.raw_file));
  ACC_ASSIGN_OR_RETURN(const auto other, MappedFile::Open(file));
  const std::size_t bytes = source.bytes().size();
  const auto count = ElementCount(golden.dims);
  const bool fits = count && *count > 0 && bytes % *count == 0 && bytes == other.bytes().size();
  if (!fits || IsIdentity(permutation)) return false;
  std::vector<std::byte> permuted(bytes);
  ACC_RETURN_IF_ERROR(
      PermuteElements(source.bytes(), golden.dims, permutation, bytes / *count, permuted));
  return std::ranges::equal(permuted, other.bytes());
}

// A DLC may take an image channel-last that the source takes channel-first.
Result<bool> IsGoldenInput(const fs::path& file, const InputTensor& golden, bool of_dlc) {
  ACC_ASSIGN_OR_RETURN(const bool same, SameContent(file, golden.raw_file));
  if (same || !of_dlc) return same;
  return IsChannelLastTwin(file, golden);
}

bool IsNamed(const InputTensor& given, const std::string& name) {
  return name.empty() ||
         match::NameKey(match::WithoutPort(given.name)) == match::NameKey(match::WithoutPort(name));
}

Result<bool> HoldsGoldenInput(const std::vector<store::InputList::Entry>& line,
                              const std::vector<InputTensor>& golden, bool of_dlc) {
  for (const auto& entry : line) {
    const auto tensor = std::ranges::find_if(
        golden, [&](const InputTensor& given) { return IsNamed(given, entry.input); });
    if (tensor == golden.end()) return false;
    ACC_ASSIGN_OR_RETURN(const bool same, IsGoldenInput(entry.file, *tensor, of_dlc));
    if (!same) return false;
  }
  return true;
}

// The line of the input list that holds the golden run's own input: its Result_N is what compares.
Result<std::size_t> LineOfGoldenInput(const InferenceEngineOptions& options) {
  ACC_ASSIGN_OR_RETURN(const auto list, store::ReadInputList(options.input_list));
  for (std::size_t line = 0; line < list.lines.size(); ++line) {
    ACC_ASSIGN_OR_RETURN(
        const bool holds,
        HoldsGoldenInput(list.lines[line], options.model.input_tensors, options.stage != "source"));
    if (holds) return line;
  }
  return Failure(
      fmt::format("no line of the input list '{}' holds the files of --input_tensor, so the golden "
                  "and the target "
                  "run would see different inputs. Add a line with these files.",
                  options.input_list.string()));
}

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
                                 Outcome& whole) {
  InferenceEngineOptions engine = options.inference_engine;
  engine.common.output_dirname.clear();
  engine.golden_output_reference_directory = golden;
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

}  // namespace

Result<Outcome> RunEndToEnd(const EndToEndOptions& options) {
  const auto start = std::chrono::steady_clock::now();
  ACC_RETURN_IF_ERROR(CheckStage(options.inference_engine));
  ACC_RETURN_IF_ERROR(CheckShare(options.verification));
  ACC_RETURN_IF_ERROR(DefaultColumns(options.verification.default_verifiers).status());
  ACC_RETURN_IF_ERROR(CheckVerifierConfig(options.verification));
  ACC_ASSIGN_OR_RETURN(auto wrapper, FeatureRun::Open(options.common, "wrapper"));
  const bool golden_given = !options.verification.golden_output_reference_directory.empty();
  std::size_t line = 0;
  if (!golden_given) {
    ACC_ASSIGN_OR_RETURN(line, LineOfGoldenInput(options.inference_engine));
  }
  // The statements of the golden and the target run stand in what verification says of both.
  Outcome whole{
      .directory = wrapper.path(), .thresholds_met = true, .statements = {}, .summary_lines = {}};
  ACC_ASSIGN_OR_RETURN(const fs::path golden, GoldenDirectory(options, whole));
  ACC_ASSIGN_OR_RETURN(const fs::path target, TargetDirectory(options, golden, whole));
  ACC_ASSIGN_OR_RETURN(const Outcome verified, Verify(options, golden, target, line));
  whole.statements = verified.statements;
  Append(whole.summary_lines, verified);
  whole.thresholds_met = verified.thresholds_met;
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  whole.summary_lines.push_back(fmt::format("end to end in {:.1f} s", seconds.count()));
  ACC_RETURN_IF_ERROR(wrapper.Finish());
  return whole;
}

}  // namespace acc::features
