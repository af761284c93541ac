// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/quant_checker/config.h"
#include "features/quant_checker/feature.h"
#include "features/quant_checker/model_check.h"
#include "features/shared/early_checks.h"
#include "features/shared/feature_run.h"
#include "golden/framework.h"
#include "model/reader/reader.h"
#include "store/file_names.h"
#include "store/input_list.h"
#include "store/run_directory.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

// What can be judged of the options before anything runs.
Status CheckOptions(const QuantCheckerOptions& options) {
  ACC_RETURN_IF_ERROR(golden::FindFramework(options.model.framework).status());
  ACC_RETURN_IF_ERROR(CheckModel(options.model));
  ACC_RETURN_IF_ERROR(store::ReadInputList(options.input_list).status());
  ACC_RETURN_IF_ERROR(CheckGoldens("golden_output_reference_directory",
                                   options.golden_output_reference_directory,
                                   options.common.working_dir));
  return CheckOverrides(options.quantization_overrides);
}

// The models of a folder, by name; of a file, itself.
Result<std::vector<fs::path>> ModelsOf(const QuantCheckerOptions& options) {
  const fs::path& path = options.model.model_path;
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<fs::path>{path};
  ACC_ASSIGN_OR_RETURN(const model::ReaderInfo* reader, model::FindReader(options.model.framework));
  std::vector<fs::path> models;
  for (const auto& entry : fs::directory_iterator(path, error)) {
    const bool fits = ToLower(entry.path().extension().native()) == reader->extension;
    if (fits && entry.is_regular_file(error)) models.push_back(entry.path());
  }
  std::ranges::sort(models);
  if (models.empty()) {
    return Failure(fmt::format("the folder '{}' has no model of {}: no file that ends in {}",
                               Printable(path.native()), reader->framework, reader->extension));
  }
  return models;
}

class Checker {
 public:
  Checker(const QuantCheckerOptions& options, CheckerConfig config)
      : options_(options), config_(std::move(config)) {}

  Result<Outcome> Run() {
    ACC_ASSIGN_OR_RETURN(const auto models, ModelsOf(options_));
    ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options_.common, QuantChecker()));
    ACC_ASSIGN_OR_RETURN(auto results, store::RunDirectory::Create(
                                           {.working_dir = options_.common.working_dir,
                                            .feature = "results",
                                            .output_dirname = options_.common.output_dirname}));
    const bool is_folder = fs::is_directory(options_.model.model_path);
    outcome_.directory = results.path();
    store::FileNames names;
    for (const fs::path& model : models) {
      const fs::path folder =
          is_folder ? results.path() / names.PathFor(model.filename().native()) : results.path();
      const Status status = Check(model, folder);
      if (status.code() == StatusCode::kInterrupted) return status;
      if (!status.ok() && !is_folder) return status;
      if (!status.ok()) Note(model, status);
    }
    ACC_RETURN_IF_ERROR(results.Finish());
    ACC_RETURN_IF_ERROR(results.LinkEntries());
    ACC_RETURN_IF_ERROR(run.Finish(outcome_));
    if (!failures_.empty()) return FailureOf(models.size(), results.path());
    return std::move(outcome_);
  }

 private:
  Status Check(const fs::path& model, const fs::path& folder) {
    QuantCheckerOptions options = options_;
    options.model.model_path = model;
    ACC_RETURN_IF_ERROR(CreateFolders(folder));
    LogInfo("checking '{}'", Printable(model.native()));
    ACC_ASSIGN_OR_RETURN(const ModelCheckOutcome outcome, CheckModel(options, config_, folder));
    outcome_.thresholds_met = outcome_.thresholds_met && outcome.thresholds_met;
    outcome_.summary_lines.push_back(Printable(model.native()) + ":");
    outcome_.summary_lines.insert(outcome_.summary_lines.end(), outcome.summary_lines.begin(),
                                  outcome.summary_lines.end());
    return OkStatus();
  }

  void Note(const fs::path& model, const Status& status) {
    LogWarn("'{}' could not be checked: {}", Printable(model.native()), status.message());
    failures_.push_back(
        fmt::format("'{}': {}", Printable(model.filename().native()), status.message()));
  }

  // The models that could be checked keep their results; the exit code tells of the others.
  Status FailureOf(std::size_t models, const fs::path& results) const {
    return Failure(fmt::format("{} of {} models could not be checked:\n  {}\n{}", failures_.size(),
                               models, Join(failures_, "\n  "),
                               failures_.size() < models
                                   ? "The others' results are in " + results.native()
                                   : "There are no results."));
  }

  const QuantCheckerOptions& options_;
  const CheckerConfig config_;
  Outcome outcome_;
  std::vector<std::string> failures_;
};

}  // namespace

Result<Outcome> RunQuantChecker(const QuantCheckerOptions& options) {
  ACC_ASSIGN_OR_RETURN(CheckerConfig config, ReadCheckerConfig(options.config_file));
  ACC_RETURN_IF_ERROR(CheckOptions(options));
  return Checker(options, std::move(config)).Run();
}

}  // namespace acc::features
