// SPDX-License-Identifier: BSD-3-Clause
#include "features/framework_runner/feature.h"

#include <array>
#include <string_view>

#include "features/shared/flags.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::NoEffect;
using flags::Occurrences;
using flags::Set;
using Options = FrameworkRunnerOptions;

constexpr std::array<std::string_view, 3> kTfLiteKernels = {"builtin", "reference", "xnnpack"};

std::string IdleUnlessOptimizing(const Options& options, const Occurrences& /*given*/) {
  return options.model.framework == "tflite" ? NoEffect("TensorFlow Lite optimizes no graph") : "";
}

std::string IdleUnlessOnnx(const Options& options, const Occurrences& /*given*/) {
  const std::string& framework = options.model.framework;
  return framework == "onnx" ? "" : NoEffect("it is for ONNX, not " + framework);
}

std::string IdleUnlessTfLite(const Options& options, const Occurrences& /*given*/) {
  const std::string& framework = options.model.framework;
  return framework == "tflite" ? "" : NoEffect("it is for TensorFlow Lite, not " + framework);
}

}  // namespace

flags::Rows<Options> FrameworkRunnerRows() {
  auto rows = flags::RowsOf(&Options::model, ModelRows());
  flags::Add(
      rows,
      {{{.name = "enable_graph_optimization",
         .help = "Let ONNX Runtime optimize the graph. The reference runs without."},
        &Set<&Options::enable_graph_optimization>,
        &IdleUnlessOptimizing},
       {{.name = "disable_graph_optimization",
         .excludes = "enable_graph_optimization",
         .help = "Keep ONNX Runtime's graph optimizations off, as they are unless enabled."}},
       {{.name = "onnx_custom_op_lib",
         .placeholder = "LIBRARY",
         .help = "A shared library of custom operators for ONNX Runtime."},
        &Set<&Options::onnx_custom_op_lib>,
        &IdleUnlessOnnx},
       {{.name = "tflite_kernels",
         .placeholder = "KERNELS",
         .choices = kTfLiteKernels,
         .fallback = "builtin",
         .help = "The kernels that run a TensorFlow Lite model: the library's own, its plain "
                 "reference kernels, or XNNPACK's."},
        &Set<&Options::tflite_kernels>,
        &IdleUnlessTfLite},
       {{.name = "golden_without_quantization",
         .help = "Of a model that its file quantizes, take the real numbers as the reference: what "
                 "the quantization costs, not how the target computes it. Weights are those that "
                 "their codes stand for."},
        &Set<&Options::without_quantization>},
       {{.name = "add_layer_outputs",
         .placeholder = "NAMES",
         .help = "Write only these tensors; names with commas between them."},
        &Set<&Options::add_layer_outputs>},
       {{.name = "add_layer_types",
         .placeholder = "TYPES",
         .help = "Write only the outputs of these operator types, such as Resize,Transpose."},
        &Set<&Options::add_layer_types>},
       {{.name = "skip_layer_outputs",
         .placeholder = "NAMES",
         .help = "Do not write these tensors."},
        &Set<&Options::skip_layer_outputs>},
       {{.name = "skip_layer_types",
         .placeholder = "TYPES",
         .help = "Do not write the outputs of these operator types."},
        &Set<&Options::skip_layer_types>},
       {{.name = "start_layer",
         .placeholder = "NAME",
         .help = "Write from this layer's output to the end of the model."},
        &Set<&Options::start_layer>},
       {{.name = "end_layer", .placeholder = "NAME", .help = "Write up to this layer's output."},
        &Set<&Options::end_layer>},
       {MemoryBudgetFlag(), &SetMemoryBudget<&Options::memory_budget_mb>}});
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRows()));
  return rows;
}

const Feature& FrameworkRunner() {
  static const Feature kFeature =
      WithRows({.flag = "framework_runner",
                .deprecated_flag = "framework_diagnosis",
                .title = "Framework Runner",
                .summary = "Runs the source model in its own framework and writes the output of "
                           "every node: the golden tensors.",
                .example = "--framework onnx\n"
                           "--model_path model.onnx\n"
                           "--input_tensor data 1,3,224,224 data.raw\n"
                           "--output_tensor prob",
                .sections = {&flags::kRequired, &flags::kOptional}},
               FrameworkRunnerRows(), &RunFrameworkRunner);
  return kFeature;
}

}  // namespace acc::features
