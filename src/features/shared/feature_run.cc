// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/feature_run.h"

#include "base/files.h"
#include "base/text.h"

namespace acc::features {

Result<FeatureRun> FeatureRun::Open(const CommonOptions& options, const std::string& feature) {
  ACC_ASSIGN_OR_RETURN(auto directory,
                       store::RunDirectory::Create({.working_dir = options.working_dir,
                                                    .feature = feature,
                                                    .output_dirname = options.output_dirname,
                                                    .link_latest = feature != "wrapper"}));
  ACC_ASSIGN_OR_RETURN(auto log, LogFile::Open(directory.path() / "log.txt"));
  ACC_RETURN_IF_ERROR(
      WriteFileAtomically(directory.path() / (feature + "_options.json"), options.given));
  log.Write(LogLevel::kDebug, "command: " + Join(options.command, " "));
  return FeatureRun(std::move(directory), std::move(log));
}

Status FeatureRun::Finish(const Outcome& outcome) {
  for (const std::string& statement : outcome.statements) log_.Write(LogLevel::kInfo, statement);
  for (const std::string& line : outcome.summary_lines) log_.Write(LogLevel::kInfo, line);
  return directory_.Finish();
}

}  // namespace acc::features
