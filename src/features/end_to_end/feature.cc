// SPDX-License-Identifier: BSD-3-Clause
#include "features/end_to_end/feature.h"

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
using flags::Section;
using Options = EndToEndOptions;

constexpr std::array<std::string_view, 1> kAnalyzers = {"modelDissectionAnalyzer"};

constexpr Section kModel = {
    .heading = "Arguments required by both Framework Runner and Inference Engine",
    .needed = Needed::kAlways};
constexpr Section kEngine = {.heading = "Arguments required by Inference Engine",
                             .needed = Needed::kAlways};
constexpr Section kVerifiers = {.heading = "Arguments required by Verification",
                                .needed = Needed::kAlways};
constexpr Section kMoreForRunner = {.heading = "optional arguments of Framework Runner"};
constexpr Section kMoreForEngine = {.heading = "optional arguments of Inference Engine"};
constexpr Section kMoreForVerification = {.heading = "optional arguments of Verification"};

const Section& SectionOfRunner(const Flag& flag) {
  return flag.section == &flags::kRequired ? kModel : kMoreForRunner;
}

const Section& SectionOfEngine(const Flag& flag) {
  if (IsOfSourceModel(flag)) return kModel;
  return IsOfCore(flag) && flag.fallback.empty() ? kEngine : kMoreForEngine;
}

const Section& SectionOfVerification(const Flag& flag) {
  return flag.section == &flags::kRequired ? kVerifiers : kMoreForVerification;
}

std::string IdleWithGoldens(const Options& options) {
  return options.verification.golden_output_reference_directory.empty()
             ? ""
             : flags::NoEffect(
                   "--golden_output_reference_directory is given, so no golden run is made");
}

std::string IdleDissection(const Options& options, const flags::Occurrences& /*given*/) {
  return options.inference_engine.debug_mode_off
             ? flags::NoEffect("--debug_mode_off leaves no tensors in between to take apart")
             : "";
}

std::string IdleWithoutAnalyzer(const Options& options) {
  return options.dissects ? "" : flags::NoEffect("no run is taken apart without --deep_analyzer");
}

// Those of the whole run, and those that several of its features share; each feature's rows set its
// own part of the latter. Verification alone is told of the model only what a mapping needs; here
// it is told all.
flags::Rows<Options> OwnRows() {
  auto rows =
      flags::RowsOf(&Options::verification, flags::RowsOfBase<VerificationOptions>(flags::RowsOf(
                                                &VerificationOptions::model, ModelRows())));
  rows = flags::Placed(std::move(rows), [](const Flag&) -> const Section& { return kModel; });
  flags::Add(
      rows,
      {{GoldenDirectoryFlag()},
       {{.name = "enable_tensor_inspection",
         .help = "Also write plots and elements of each tensor, as --tensor_inspection does, "
                 "into tensor_inspection/ of the verification's directory. Takes much longer."},
        [](const Flag& flag, const flags::Occurrences& given, Options& options) {
          return flags::Assign(flag, given, options.verification.enable_tensor_inspection);
        }},
       {{.name = "deep_analyzer",
         .placeholder = "ANALYZER",
         .choices = kAnalyzers,
         .help = "Also run each layer by itself, fed with its golden inputs: which layers make the "
                 "error, which pass it on, and what in them makes it."},
        [](const Flag& /*flag*/, const flags::Occurrences& /*given*/, Options& options) {
          options.dissects = true;
          return OkStatus();
        },
        &IdleDissection},
       {MemoryBudgetFlag()}});
  flags::Add(rows, flags::IdleWhere(flags::RowsOf(&Options::inference_engine,
                                                  flags::RowsOf(&InferenceEngineOptions::dissection,
                                                                DissectionRows())),
                                    &IdleWithoutAnalyzer));
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRows()));
  return rows;
}

flags::Rows<VerificationOptions> VerificationRowsOfTheWhole() {
  flags::Rows<VerificationOptions> rows = VerificationRows();
  std::erase_if(rows, [](const auto& row) { return row.flag.is_alone; });
  return rows;
}

flags::Rows<Options> EndToEndRows() {
  auto rows = OwnRows();
  flags::Add(rows, flags::RowsOf(&Options::inference_engine,
                                 flags::Placed(InferenceEngineRows(), &SectionOfEngine)));
  flags::Add(rows, flags::RowsOf(&Options::verification, flags::Placed(VerificationRowsOfTheWhole(),
                                                                       &SectionOfVerification)));
  flags::Add(rows,
             flags::IdleWhere(flags::RowsOf(&Options::framework_runner,
                                            flags::Placed(FrameworkRunnerRows(), &SectionOfRunner)),
                              &IdleWithGoldens));
  return rows;
}

}  // namespace

const Feature& EndToEnd() {
  static const Feature kFeature = WithRows(
      {.flag = "",
       .title = "End to end",
       .summary = "Without a feature: Framework Runner, Inference Engine and Verification, one "
                  "after the other.",
       .example = "--framework onnx\n"
                  "--model_path model.onnx\n"
                  "--input_tensor data 1,3,224,224 data.raw\n"
                  "--output_tensor prob\n"
                  "--runtime dsp\n"
                  "--architecture x86_64-linux-clang\n"
                  "--input_list image_list.txt\n"
                  "--act_bitwidth 16\n"
                  "--default_verifier SQNR threshold 20",
       .sections = {&kModel, &kEngine, &kVerifiers, &flags::kOptional, &kMoreForRunner,
                    &kMoreForEngine, &kMoreForVerification}},
      EndToEndRows(), &RunEndToEnd);
  return kFeature;
}

}  // namespace acc::features
