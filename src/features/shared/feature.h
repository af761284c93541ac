// SPDX-License-Identifier: BSD-3-Clause
// What one feature is to the command line: how it is called, its flags, and the request that they
// make.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "features/shared/common_options.h"
#include "flags/flag.h"
#include "flags/rows.h"

namespace acc::features {

// What a finished feature tells the command line.
struct Outcome {
  std::filesystem::path directory;         // The run it made; empty where it makes none.
  bool thresholds_met = true;              // False: exit code 1.
  std::vector<std::string> statements;     // store::Manifest::statements of the run, for stdout.
  std::vector<std::string> summary_lines;  // For stdout, after the statements.
};

// The options of one feature, ready to be carried out.
class Request {
 public:
  virtual ~Request() = default;
  virtual Result<Outcome> Run() const = 0;
  virtual const CommonOptions& common() const = 0;
  // One line for each flag that was given and changes nothing.
  virtual std::vector<std::string> IdleFlags() const = 0;
};

template <typename Options>
class RequestWith final : public Request {
 public:
  using Runner = Result<Outcome> (*)(const Options&);

  RequestWith(Options options, Runner run, std::vector<std::string> idle_flags)
      : options_(std::move(options)), run_(run), idle_flags_(std::move(idle_flags)) {}

  Result<Outcome> Run() const override { return run_(options_); }
  const CommonOptions& common() const override { return options_.common; }
  std::vector<std::string> IdleFlags() const override { return idle_flags_; }
  const Options& options() const { return options_; }

 private:
  Options options_;
  Runner run_;
  std::vector<std::string> idle_flags_;
};

struct Feature {
  // Selects it: "framework_runner"; empty for end to end. It may also be one of the feature's
  // flags, and then takes a value.
  std::string_view flag;
  std::string_view deprecated_flag = {};  // Its old name, or empty.
  std::string_view title;
  std::string_view summary;
  std::string_view example;                     // Arguments of a command, one flag per line.
  std::vector<const flags::Section*> sections;  // Of --help, in their order.
  std::vector<flags::Flag> flags = {};
  // Fails with a usage error for values that are out of range. Reads no file.
  std::function<Result<std::unique_ptr<Request>>(Origin)> request_from;
};

// The feature with those flags, carried out by `run`.
template <typename Options>
Feature WithRows(Feature feature, const flags::Rows<Options>& rows,
                 Result<Outcome> (*run)(const Options&)) {
  for (const flags::Row<Options>& row : rows) feature.flags.push_back(row.flag);
  feature.request_from = [rows, run](Origin origin) -> Result<std::unique_ptr<Request>> {
    Options options;
    ACC_RETURN_IF_ERROR(flags::SetOptions(rows, origin.given, options));
    std::vector<std::string> idle = flags::IdleFlags(rows, origin.given, options);
    options.common.origin = std::move(origin);
    return std::unique_ptr<Request>(
        std::make_unique<RequestWith<Options>>(std::move(options), run, std::move(idle)));
  };
  return feature;
}

}  // namespace acc::features
