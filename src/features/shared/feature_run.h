// SPDX-License-Identifier: BSD-3-Clause
// What every feature's run begins and ends with: its folder, its log, its options file.
#pragma once

#include <filesystem>
#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "features/shared/feature.h"
#include "store/run_directory.h"

namespace acc::features {

class FeatureRun {
 public:
  // Makes <working_dir>/<feature>/<time>, opens its log.txt and writes <feature>_options.json.
  static Result<FeatureRun> Open(const CommonOptions& options, const Feature& feature);

  const std::filesystem::path& path() const { return directory_.path(); }

  // Makes it the latest run of its feature; not called for one that failed. What the outcome tells
  // stdout goes into its log as well.
  Status Finish(const Outcome& outcome);

 private:
  FeatureRun(store::RunDirectory directory, LogFile log)
      : directory_(std::move(directory)), log_(std::move(log)) {}

  store::RunDirectory directory_;
  LogFile log_;
};

}  // namespace acc::features
