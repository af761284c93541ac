// SPDX-License-Identifier: BSD-3-Clause
// The files of one model's quantization check.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "features/quant_checker/option_result.h"
#include "report/check_report.h"

namespace acc::features {

// Reports one option after the other, and of each the inputs as they come.
class CheckFiles {
 public:
  struct Options {
    std::filesystem::path results;
    std::string model;                // As pages call it.
    std::vector<std::string> inputs;  // The files of each line.
    bool csv = false;
  };

  // Makes the folders.
  static Result<CheckFiles> Create(Options options);

  // Weights and biases; also begins the option's list of activations.
  Status WriteParams(const std::string& option, const report::CheckTable& weights,
                     const report::CheckTable& biases);
  // The page of one input and its part of the list.
  Status WriteActivations(const std::string& option, std::size_t line,
                          const report::CheckTable& activations, const report::CheckTable& inputs);
  Status WriteInputs(const std::vector<report::CheckTable>& inputs) const;
  // Ends the lists of activations.
  Status Close();

  const Options& options() const { return options_; }

 private:
  explicit CheckFiles(Options options) : options_(std::move(options)) {}

  Options options_;
  std::map<std::string, FileWriter> activations_;  // By option.
};

}  // namespace acc::features
