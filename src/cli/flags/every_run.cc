// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::CommonOptions;
using enum Feature;
using enum Group;

constexpr auto kCommonPart = &AllOptions::common;

constexpr Places kOfEveryRun = In({{kFrameworkRunner, kOptional},
                                   {kInferenceEngine, kEngineOptional},
                                   {kVerification, kOptional},
                                   {kTensorInspection, kOptional},
                                   {kCompareEncodings, kOptional},
                                   {kQuantChecker, kOptional},
                                   {kEndToEnd, kOptional}});
constexpr Places kEverywhere = In({{kFrameworkRunner, kOptional},
                                   {kInferenceEngine, kEngineOptional},
                                   {kVerification, kOptional},
                                   {kTensorInspection, kOptional},
                                   {kCompareEncodings, kOptional},
                                   {kQuantChecker, kOptional},
                                   {kDlcInfo, kOptional},
                                   {kEndToEnd, kOptional}});

constexpr Flag kFlags[] = {
    {.name = "working_dir",
     .short_name = "w",
     .placeholder = "WORKING_DIR",
     .fallback = "working_directory",
     .groups = kOfEveryRun,
     .help = "Where the directories of the features are made.",
     .set = &Set<kCommonPart, &CommonOptions::working_dir>},
    {.name = "output_dirname",
     .placeholder = "OUTPUT_DIRNAME",
     .groups = kOfEveryRun,
     .help = "The name of the run's directory below <working_dir>/<feature>; the time of day "
             "unless given.",
     .set = &Set<kCommonPart, &CommonOptions::output_dirname>},
    {.name = "args_config",
     .placeholder = "ARGS_CONFIG",
     .groups = kOfEveryRun,
     .help = "A JSON file of further flags, by their long or short names. A flag may be given "
             "there or on "
             "the command line, not in both."},
    {.name = "verbose",
     .short_name = "v",
     .groups = kEverywhere,
     .help = "Print what the log file holds.",
     .set = &Set<kCommonPart, &CommonOptions::verbose>},
    {.name = "version",
     .groups = kEverywhere,
     .help =
         "Print the program's version and end; with --verbose also the libraries that it runs."},
    {.name = "help", .short_name = "h", .groups = kEverywhere, .help = "Print this help and end."},
};

}  // namespace

std::span<const Flag> EveryRunFlags() { return kFlags; }

}  // namespace acc::cli
