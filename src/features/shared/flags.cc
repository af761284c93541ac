// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/flags.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <string_view>

#include "base/text.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::Occurrences;
using flags::OnlyWord;
using flags::Set;

// A petabyte; in bytes it fits 64 bits.
constexpr std::int64_t kMostMegabytes = 1'000'000'000;

constexpr std::array<std::string_view, 3> kHosts = {"x86", "x86_64-windows-msvc", "wos"};

std::string IdleEnginePath(const CommonOptions& /*options*/, const Occurrences& given) {
  return fmt::format("{} has no effect: this program's converter, quantizer and engines run",
                     Printable(OnlyWord(given)));
}

std::string IdleHostDevice(const CommonOptions& /*options*/, const Occurrences& given) {
  const std::string& host = OnlyWord(given);
  return host == "x86"
             ? ""
             : flags::NoEffect("the model is converted on this machine, x86, not " + host);
}

}  // namespace

flags::Rows<CommonOptions> CommonRows() {
  flags::Rows<CommonOptions> rows = {
      {{.name = "working_dir",
        .short_name = "w",
        .placeholder = "WORKING_DIR",
        .fallback = "working_directory",
        .help = "Where the directories of the features are made."},
       &Set<&CommonOptions::working_dir>},
      {{.name = "output_dirname",
        .placeholder = "OUTPUT_DIRNAME",
        .help = "The name of the run's directory below <working_dir>/<feature>; the time of day "
                "unless given."},
       &Set<&CommonOptions::output_dirname>},
      {{.name = "args_config",
        .placeholder = "ARGS_CONFIG",
        .help = "A JSON file of further flags, by their long or short names. A flag may be given "
                "there or on "
                "the command line, not in both.",
        .is_question = true}},
  };
  flags::Add(rows, CommonRowsWithoutDirectory());
  return rows;
}

flags::Rows<CommonOptions> CommonRowsWithoutDirectory() {
  return {
      {{.name = "verbose", .short_name = "v", .help = "Print what the log file holds."},
       &Set<&CommonOptions::verbose>},
      {{.name = "version",
        .help =
            "Print the program's version and end; with --verbose also the libraries that it runs.",
        .is_question = true}},
      {{.name = "help",
        .short_name = "h",
        .help = "Print this help and end.",
        .is_question = true}},
  };
}

flags::Rows<CommonOptions> SdkRows() {
  return {
      {{.name = "engine_path",
        .short_name = "p",
        .placeholder = "ENGINE_PATH",
        .help = "The root of Qualcomm's SDK, to use its own tools; without it the engines of this "
                "program run."},
       nullptr,
       &IdleEnginePath},
      {{.name = "deviceId",
        .placeholder = "DEVICEID",
        .help = "The serial number of the device; the first one of the list unless given."},
       nullptr,
       &IdleWithoutSdk},
      {{.name = "host_device",
        .placeholder = "HOST",
        .choices = kHosts,
        .fallback = "x86",
        .help = "The machine that converts the model."},
       nullptr,
       &IdleHostDevice},
      {{.name = "extra_converter_args",
        .placeholder = "ARGS",
        .help = "More arguments for Qualcomm's converter, quoted: 'input_dtype=data "
                "float;input_layout=data1 NCHW'."},
       nullptr,
       &IdleWithoutSdk},
  };
}

std::string IdleWithoutSdk(const CommonOptions& /*options*/, const Occurrences& /*given*/) {
  return flags::NoEffect(
      "it steers Qualcomm's own tools, and this program's converter, quantizer and engines run");
}

Flag GoldenDirectoryFlag() {
  return {
      .name = "golden_output_reference_directory",
      .aliases = {"golden_dir_for_mapping", "framework_results"},
      .placeholder = "GOLDEN_DIRECTORY",
      .help =
          "The directory of golden outputs. Verification compares with it, the inference engine "
          "makes the tensor mapping from it, the quantization checker makes sure with it that "
          "the converted model computes the same in float, and the end-to-end run then skips "
          "the framework runner."};
}

Flag MemoryBudgetFlag() {
  return {.name = "memory_budget_mb",
          .placeholder = "MB",
          .fallback = "1024",
          .help = "How much memory the tensors captured in one pass may take."};
}

Status AssignMemoryBudget(const Flag& flag, const Occurrences& given, std::uint64_t& megabytes) {
  ACC_ASSIGN_OR_RETURN(const std::int64_t number, flags::PositiveNumber(flag, OnlyWord(given)));
  if (number > kMostMegabytes) {
    return UsageError(fmt::format("{} takes at most {} MB, not {}", flags::Dashed(flag),
                                  kMostMegabytes, Printable(OnlyWord(given))));
  }
  megabytes = static_cast<std::uint64_t>(number);
  return OkStatus();
}

}  // namespace acc::features
