// SPDX-License-Identifier: BSD-3-Clause
#include "cli/program.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <new>
#include <ostream>
#include <variant>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/command_line.h"
#include "cli/help.h"
#include "cli/shorthand.h"
#include "features/libraries.h"

namespace acc::cli {
namespace {

constexpr int kBeyondThreshold = 1;

// Answers a request: help and version as an outcome of one text.
struct Answer {
  Runner run;

  Result<features::Outcome> operator()(const HelpRequest& request) const {
    return features::Outcome{.summary_lines = {HelpText(*request.feature)}};
  }
  Result<features::Outcome> operator()(const VersionRequest& request) const {
    std::vector<std::string> lines = {std::string(kProgram) + " " ACC_VERSION};
    if (request.libraries) std::ranges::move(features::LibraryLines(), std::back_inserter(lines));
    return features::Outcome{.summary_lines = std::move(lines)};
  }
  Result<features::Outcome> operator()(const FeatureRequest& request) const {
    SetVerbose(request.options->common().verbose);
    return run(*request.feature, *request.options);
  }
};

Result<features::Outcome> ParseAndRun(std::span<const std::string> words, Runner run) {
  ACC_ASSIGN_OR_RETURN(const CommandLine line, ParseCommandLine(words));
  for (const std::string& warning : line.warnings) Log(LogLevel::kWarn, warning);
  return std::visit(Answer{run}, line.request);
}

// What was taken from the model comes first, and the whole command, to be pasted and edited.
Result<features::Outcome> CompleteAndRun(std::span<const std::string> words, Runner run) {
  if (!IsShorthand(words)) return ParseAndRun(words, run);
  ACC_ASSIGN_OR_RETURN(FullCommand full, FullCommandOf(words));
  for (const std::string& statement : full.statements) Log(LogLevel::kWarn, statement);
  Log(LogLevel::kInfo, "in full: " + CommandText(full.words));
  Result<features::Outcome> ran = ParseAndRun(full.words, run);
  if (!ran.ok() && ran.status().code() == StatusCode::kFailed && !full.hint.empty()) {
    return Failure(ran.status().message() + ". " + full.hint);
  }
  ACC_ASSIGN_OR_RETURN(features::Outcome outcome, std::move(ran));
  outcome.statements.insert(outcome.statements.begin(), full.statements.begin(),
                            full.statements.end());
  return outcome;
}

// Failures travel as Status; what is caught here are the ones nobody expected.
Result<features::Outcome> CaughtRun(std::span<const std::string> words, Runner run) {
  try {
    return CompleteAndRun(words, run);
  } catch (const std::bad_alloc&) {
    return OutOfMemory();
  } catch (const std::exception& error) {
    return Unexpected(error.what());
  } catch (...) {
    return Unexpected("an exception of its own kind");
  }
}

}  // namespace

Result<features::Outcome> RunRequest(const features::Feature& /*feature*/,
                                     const features::Request& request) {
  return request.Run();
}

Status OutOfMemory() {
  const std::string note = AddressSpaceNote();
  return Failure("out of memory. " + (note.empty() ? "" : note + ". ") +
                 "A smaller --memory_budget_mb, fewer tensors (--add_layer_types, "
                 "--skip_layer_types) or a machine with more memory may help.");
}

Status Crashed(std::string_view where) {
  const std::string note = AddressSpaceNote();
  return Failure("crashed: " + std::string(where) + ". " +
                 (note.empty() ? "" : note + "; give it more. ") +
                 "Nothing of this run was taken for a result; please report it with the command.");
}

Status Unexpected(std::string_view text) {
  return Failure("unexpected: " + std::string(text) +
                 ". This is a fault of the program; please report it with the command.");
}

std::string FailureLine(const Status& failure) {
  return std::string(kProgram) + ": error: " + PrintableLines(failure.message());
}

int RunProgram(std::span<const std::string> words, std::ostream& out, std::ostream& err,
               Runner run) {
  const Result<features::Outcome> outcome = CaughtRun(words, run);
  BeginLastWords();
  if (!outcome.ok()) {
    const Status status = outcome.status();
    err << FailureLine(status) << std::endl;
    return ExitCode(status);
  }
  for (const std::string& statement : outcome->statements) out << PrintableLines(statement) << '\n';
  for (const std::string& line : outcome->summary_lines) out << PrintableLines(line) << '\n';
  out.flush();
  if (!out) {
    const Status failure = Failure("cannot write the summary to standard output");
    err << FailureLine(failure) << std::endl;
    return ExitCode(failure);
  }
  return outcome->thresholds_met ? 0 : kBeyondThreshold;
}

}  // namespace acc::cli
