// SPDX-License-Identifier: BSD-3-Clause
#include "features/inference_engine/feature.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "features/shared/flags.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::Needed;
using flags::NoEffect;
using flags::Occurrences;
using flags::Section;
using flags::Set;
using Options = InferenceEngineOptions;

constexpr std::array<std::string_view, 3> kStages = {"source", "converted", "compiled"};
constexpr std::array<std::string_view, 7> kRuntimes = {"cpu",    "gpu",    "dsp",   "dspv68",
                                                       "dspv69", "dspv73", "dspv75"};
constexpr std::array<std::string_view, 6> kArchitectures = {
    "aarch64-android",    "aarch64-android-clang6.0", "aarch64-android-clang8.0",
    "x86_64-linux-clang", "x86_64-windows-msvc",      "wos"};
constexpr std::array<std::string_view, 9> kPerfProfiles = {
    "low_balanced",   "balanced",        "high_performance", "sustained_high_performance",
    "burst",          "low_power_saver", "power_saver",      "high_power_saver",
    "system_settings"};
constexpr std::array<std::string_view, 5> kProfilingLevels = {"off", "basic", "moderate",
                                                              "detailed", "linting"};

constexpr Section kCore = {.heading = "Core Arguments", .needed = Needed::kAlways};
constexpr Section kSourceStage = {.heading = "Arguments required for SOURCE stage",
                                  .needed = Needed::kAlways,
                                  .condition = "stage",
                                  .values = std::span(kStages).first(1)};
constexpr Section kStaticStage = {.heading = "Arguments required for CONVERTED or COMPILED stage",
                                  .needed = Needed::kAlways,
                                  .condition = "stage",
                                  .values = std::span(kStages).last(2)};
constexpr Section kEngineOptional = {.heading = "Optional Arguments"};

bool StartsFromDlc(const Options& options) { return options.stage != "source"; }

std::string IdleOnDlc(const Options& options) {
  return StartsFromDlc(options) ? NoEffect("the DLC is converted and quantized already") : "";
}

std::string IdleSourceOnDlc(const Options& options) {
  return StartsFromDlc(options) ? NoEffect("the DLC of --static_model runs") : "";
}

std::string IdleInputTensor(const Options& options, const Occurrences& /*given*/) {
  const bool types_of_list =
      std::ranges::any_of(options.model.input_tensors, &InputTensor::type_given);
  return types_of_list ? "" : IdleSourceOnDlc(options);
}

std::string IdleOnCpu(const Options& options, const Occurrences& /*given*/) {
  return options.runtime.starts_with("dsp")
             ? ""
             : NoEffect("--runtime " + options.runtime + " simulates no HTP");
}

std::string IdlePrintVersion(const CommonOptions& /*options*/, const Occurrences& /*given*/) {
  return NoEffect(
      "no SDK takes part, so there is no version of it to print. log.txt names what computes, and "
      "--version prints this program's version");
}

std::string IdleFineGrain(const Options& options, const Occurrences& /*given*/) {
  return options.debug_mode_off
             ? NoEffect("--debug_mode_off leaves no tensors in between to take apart")
             : "";
}

std::string IdleDissection(const Options& options) {
  return options.fine_grain_mode.empty() || options.debug_mode_off
             ? NoEffect("no run is taken apart without --fine_grain_mode or --deep_analyzer")
             : "";
}

// The source model's, which a DLC does without. The types of its inputs are those of the input
// list.
flags::Rows<Options> SourceModelRows() {
  auto rows = flags::RowsOf(&Options::model, ModelRows());
  for (flags::Row<Options>& row : rows) {
    if (row.flag.name == "input_tensor") {
      row.idle = &IdleInputTensor;
    } else {
      row = flags::IdleWhere<Options>({std::move(row)}, &IdleSourceOnDlc).front();
    }
    row.flag.section = &kSourceStage;
  }
  return rows;
}

flags::Rows<Options> WhatRunsRows() {
  Flag input_list = InputListFlag();
  input_list.section = &kCore;
  return {
      {{.name = "stage",
        .placeholder = "STAGE",
        .choices = kStages,
        .fallback = "source",
        .section = &kCore,
        .help = "What to start from: a source model, a converted model, or a compiled one."},
       &Set<&Options::stage>},
      {{.name = "runtime",
        .short_name = "r",
        .placeholder = "RUNTIME",
        .choices = kRuntimes,
        .section = &kCore,
        .help = "What computes on the target."},
       &Set<&Options::runtime>},
      {{.name = "architecture",
        .short_name = "a",
        .placeholder = "ARCHITECTURE",
        .choices = kArchitectures,
        .section = &kCore,
        .help = "The machine that the target runs on."},
       &Set<&Options::architecture>},
      {input_list, &Set<&Options::input_list>},
      {{.name = "static_model",
        .placeholder = "STATIC_MODEL",
        .section = &kStaticStage,
        .help = "The converted or compiled model."},
       &Set<&Options::static_model>},
      {{.name = "use_native_input_files",
        .short_name = "nif",
        .help = "The files of the input list hold the graph's own types instead of float32."},
       &Set<&Options::use_native_input_files>},
      {{.name = "use_native_output_files",
        .short_name = "nof",
        .help = "Write <tensor>.raw in the graph's own type instead of float32: the integers of a "
                "quantized tensor. Their float32 goes into the folder float32."},
       &Set<&Options::use_native_output_files>},
      {{.name = "model_name",
        .short_name = "mn",
        .placeholder = "MODEL_NAME",
        .fallback = "snpe_model",
        .help = "The name of the converted model; <name>_graph_struct.json carries it."},
       &Set<&Options::model_name>},
      {{.name = "htp_socs", .placeholder = "HTP_SOCS", .help = "The chip that the HTP is part of."},
       &Set<&Options::htp_socs>,
       &IdleOnCpu},
      {{.name = "debug_mode_off", .help = "Write only the outputs of the model, not every tensor."},
       &Set<&Options::debug_mode_off>},
      {{.name = "fine_grain_mode",
        .placeholder = "FINE_GRAIN_MODE",
        .help = "The directory of goldens that feed each layer by itself: dissection.csv then says "
                "which layers make the error, which pass it on, and what in them makes it."},
       &Set<&Options::fine_grain_mode>,
       &IdleFineGrain},
  };
}

// Of Qualcomm's own runner.
flags::Rows<CommonOptions> IdleRows() {
  return {
      {{.name = "print_version",
        .placeholder = "PRINT_VERSION",
        .help = "Print the version of the SDK beside the output."},
       nullptr,
       &IdlePrintVersion},
      {{.name = "perf_profile",
        .placeholder = "PROFILE",
        .choices = kPerfProfiles,
        .help = "How the device trades speed for power."},
       nullptr,
       &IdleWithoutSdk},
      {{.name = "profiling_level",
        .placeholder = "LEVEL",
        .choices = kProfilingLevels,
        .help = "Profile the run, and how closely."},
       nullptr,
       &IdleWithoutSdk},
      {{.name = "offline_prepare",
        .help = "Prepare the graph for the HTP before it reaches the device."},
       nullptr,
       &IdleWithoutSdk},
      {{.name = "extra_quantizer_args",
        .placeholder = "ARGS",
        .help = "More arguments for Qualcomm's quantizer, quoted: 'arg1=value1;arg2=value2'."},
       nullptr,
       &IdleWithoutSdk},
      {{.name = "extra_runtime_args",
        .placeholder = "ARGS",
        .help = "More arguments for Qualcomm's net runner, quoted: 'arg1=value1;arg2=value2'."},
       nullptr,
       &IdleWithoutSdk},
  };
}

const Section& SectionAlone(const Flag& flag) {
  return flag.section == &flags::kOptional ? kEngineOptional : *flag.section;
}

}  // namespace

bool IsOfCore(const Flag& flag) { return flag.section == &kCore; }

bool IsOfSourceModel(const Flag& flag) { return flag.section == &kSourceStage; }

flags::Rows<Options> InferenceEngineRows() {
  auto rows = SourceModelRows();
  flags::Add(rows, WhatRunsRows());
  flags::Add(rows, flags::IdleWhere(flags::RowsOf(&Options::dissection, DissectionRows()),
                                    &IdleDissection));
  flags::Add(rows, flags::RowsOf(&Options::common, SdkRows()));
  flags::Add(rows, flags::RowsOf(&Options::common, IdleRows()));
  flags::Add(rows, flags::IdleWhere(flags::RowsOf(&Options::quantization, QuantizationRows()),
                                    &IdleOnDlc));
  flags::Add(rows, {{GoldenDirectoryFlag(), &Set<&Options::golden_output_reference_directory>},
                    {MemoryBudgetFlag(), &SetMemoryBudget<&Options::memory_budget_mb>}});
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRows()));
  return rows;
}

const Feature& InferenceEngine() {
  static const Feature kFeature =
      WithRows({.flag = "inference_engine",
                .title = "Inference Engine",
                .summary = "Converts and quantizes the model, runs it with the target's arithmetic "
                           "and writes the output of every node.",
                .example = "--framework onnx\n"
                           "--model_path model.onnx\n"
                           "--input_tensor data 1,3,224,224 data.raw\n"
                           "--output_tensor prob\n"
                           "--runtime dsp\n"
                           "--architecture x86_64-linux-clang\n"
                           "--input_list image_list.txt",
                .sections = {&kCore, &kSourceStage, &kStaticStage, &kEngineOptional}},
               flags::Placed(InferenceEngineRows(), &SectionAlone), &RunInferenceEngine);
  return kFeature;
}

}  // namespace acc::features
