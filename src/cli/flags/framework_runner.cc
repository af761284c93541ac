// SPDX-License-Identifier: BSD-3-Clause
#include <array>
#include <string_view>

#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::FrameworkRunnerOptions;
using enum Feature;
using enum Group;

constexpr Places kOfRunner = In({{kFrameworkRunner, kOptional}, {kEndToEnd, kMoreForRunner}});

constexpr std::array<std::string_view, 3> kTfLiteKernels = {"builtin", "reference", "xnnpack"};

constexpr Flag kFlags[] = {
    {.name = "enable_graph_optimization",
     .groups = kOfRunner,
     .help = "Let ONNX Runtime optimize the graph. The reference runs without.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::enable_graph_optimization>,
     .idle = &IdleUnlessOptimizing},
    {.name = "disable_graph_optimization",
     .excludes = "enable_graph_optimization",
     .groups = kOfRunner,
     .help = "Keep ONNX Runtime's graph optimizations off, as they are unless enabled.",
     .set = &Accept},
    {.name = "onnx_custom_op_lib",
     .placeholder = "LIBRARY",
     .groups = kOfRunner,
     .help = "A shared library of custom operators for ONNX Runtime.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::onnx_custom_op_lib>,
     .idle = &IdleUnlessOnnx},
    {.name = "tflite_kernels",
     .placeholder = "KERNELS",
     .choices = kTfLiteKernels,
     .fallback = "builtin",
     .groups = kOfRunner,
     .help = "The kernels that run a TensorFlow Lite model: the library's own, its plain reference "
             "kernels, or XNNPACK's.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::tflite_kernels>,
     .idle = &IdleUnlessTfLite},
    {.name = "golden_without_quantization",
     .groups = kOfRunner,
     .help = "Of a model that its file quantizes, take the real numbers as the reference: what the "
             "quantization costs, not how the target computes it. Weights are those that their "
             "codes stand for.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::without_quantization>},
    {.name = "add_layer_outputs",
     .placeholder = "NAMES",
     .groups = kOfRunner,
     .help = "Write only these tensors; names with commas between them.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::add_layer_outputs>,
     .idle = &IdleWithGoldens},
    {.name = "add_layer_types",
     .placeholder = "TYPES",
     .groups = kOfRunner,
     .help = "Write only the outputs of these operator types, such as Resize,Transpose.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::add_layer_types>,
     .idle = &IdleWithGoldens},
    {.name = "skip_layer_outputs",
     .placeholder = "NAMES",
     .groups = kOfRunner,
     .help = "Do not write these tensors.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::skip_layer_outputs>,
     .idle = &IdleWithGoldens},
    {.name = "skip_layer_types",
     .placeholder = "TYPES",
     .groups = kOfRunner,
     .help = "Do not write the outputs of these operator types.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::skip_layer_types>,
     .idle = &IdleWithGoldens},
    {.name = "start_layer",
     .placeholder = "NAME",
     .groups = kOfRunner,
     .help = "Write from this layer's output to the end of the model.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::start_layer>,
     .idle = &IdleWithGoldens},
    {.name = "end_layer",
     .placeholder = "NAME",
     .groups = kOfRunner,
     .help = "Write up to this layer's output.",
     .set = &Set<kRunnerPart, &FrameworkRunnerOptions::end_layer>,
     .idle = &IdleWithGoldens},
    {.name = "memory_budget_mb",
     .placeholder = "MB",
     .fallback = "1024",
     .groups = In({{kFrameworkRunner, kOptional},
                   {kInferenceEngine, kEngineOptional},
                   {kQuantChecker, kOptional},
                   {kEndToEnd, kOptional}}),
     .help = "How much memory the tensors captured in one pass may take.",
     .set = &SetMemoryBudget},
};

}  // namespace

std::span<const Flag> FrameworkRunnerFlags() { return kFlags; }

}  // namespace acc::cli
