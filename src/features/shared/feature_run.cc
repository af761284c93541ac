// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/feature_run.h"

#include <string>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "flags/given_json.h"

namespace acc::features {

Result<FeatureRun> FeatureRun::Open(const CommonOptions& options, const Feature& feature) {
  const bool is_whole = feature.flag.empty();
  const std::string name(is_whole ? "wrapper" : feature.flag);
  ACC_ASSIGN_OR_RETURN(auto directory,
                       store::RunDirectory::Create({.working_dir = options.working_dir,
                                                    .feature = name,
                                                    .output_dirname = options.output_dirname,
                                                    .link_latest = !is_whole}));
  ACC_ASSIGN_OR_RETURN(auto log, LogFile::Open(directory.path() / "log.txt"));
  const Json given = flags::GivenAsJson(feature.flags, options.origin.given);
  ACC_RETURN_IF_ERROR(
      WriteFileAtomically(directory.path() / (name + "_options.json"), DumpJson(given, 2) + "\n"));
  log.Write(LogLevel::kDebug, "command: " + Join(options.origin.command, " "));
  return FeatureRun(std::move(directory), std::move(log));
}

Status FeatureRun::Finish(const Outcome& outcome) {
  for (const std::string& statement : outcome.statements) log_.Write(LogLevel::kInfo, statement);
  for (const std::string& line : outcome.summary_lines) log_.Write(LogLevel::kInfo, line);
  return directory_.Finish();
}

}  // namespace acc::features
