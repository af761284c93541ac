// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::ModelOptions;
using enum Feature;
using enum Group;

constexpr std::array<std::string_view, 3> kFrameworks = {"tensorflow", "onnx", "tflite"};

constexpr Places kOfModel = In({{kFrameworkRunner, kRequired},
                                {kInferenceEngine, kSourceStage},
                                {kQuantChecker, kRequired},
                                {kEndToEnd, kRunnerAndEngine}});
constexpr Places kOfModelAndMapping = In({{kFrameworkRunner, kRequired},
                                          {kInferenceEngine, kSourceStage},
                                          {kQuantChecker, kRequired},
                                          {kVerification, kMapping},
                                          {kEndToEnd, kRunnerAndEngine}});

constexpr Flag kFlags[] = {
    {.name = "framework",
     .short_name = "f",
     .placeholder = "FRAMEWORK [VERSION]",
     .max_words = 2,
     .choices = kFrameworks,
     .groups = kOfModelAndMapping,
     .help = "The framework of the source model and, optionally, its version.",
     .set = &SetFramework,
     .idle = &IdleFramework},
    {.name = "model_path",
     .short_name = "m",
     .placeholder = "MODEL_PATH",
     .groups = kOfModelAndMapping,
     .help = "The source model's file; for the quantization checker also a folder of models.",
     .set = &SetOfModel<&ModelOptions::model_path>,
     .idle = &IdleSourceOnDlc},
    {.name = "input_tensor",
     .short_name = "i",
     .placeholder = "NAME DIMS RAW [TYPE]",
     .min_words = 3,
     .max_words = 4,
     .repeatable = true,
     .groups = kOfModel,
     .help = "An input of the model: its name, its dimensions with commas between them, the raw "
             "file of its elements and, optionally, their type (float32 unless given). Repeat it "
             "for each input: -i data1 1,224,224,3 data1.raw -i data2 1,50 data2.raw int64. A "
             "scalar has the dimensions 1 or ''. A tensor from the middle of the model may be "
             "named too: the model is cut there, and what is before it does not run.",
     .set = &SetInputTensors,
     .idle = &IdleInputTensor},
    {.name = "output_tensor",
     .short_name = "o",
     .placeholder = "OUTPUT_TENSOR",
     .repeatable = true,
     .groups = kOfModel,
     .help = "The name of an output of the model. Repeat it for each output.",
     .set = &SetOutputTensors,
     .idle = &IdleSourceOnDlc},
};

}  // namespace

std::span<const Flag> ModelFlags() { return kFlags; }

}  // namespace acc::cli
