// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"

#include <fmt/format.h>

#include "base/text.h"

namespace acc::cli {
namespace {

std::string NoEffect(std::string_view reason) { return fmt::format("has no effect: {}", reason); }

bool StartsFromDlc(const AllOptions& options) { return options.inference_engine.stage != "source"; }

}  // namespace

std::string IdleWithoutSdk(Feature /*feature*/, const AllOptions& /*options*/) {
  return NoEffect(
      "it steers Qualcomm's own tools, and this program's converter, quantizer and engines run");
}

std::string IdleEnginePath(Feature /*feature*/, const AllOptions& options) {
  return fmt::format("{} has no effect: this program's converter, quantizer and engines run",
                     Printable(options.inference_engine.engine_path.native()));
}

std::string IdlePrintVersion(Feature /*feature*/, const AllOptions& /*options*/) {
  return NoEffect(
      "no SDK takes part, so there is no version of it to print. log.txt names what computes, and "
      "--version prints this program's version");
}

std::string IdleHostDevice(Feature /*feature*/, const AllOptions& options) {
  const std::string& host = options.inference_engine.host_device;
  return host == "x86" ? "" : NoEffect("the model is converted on this machine, x86, not " + host);
}

std::string IdleFineGrain(Feature /*feature*/, const AllOptions& /*options*/) {
  return NoEffect("every tensor is shown in one run");
}

std::string IdleOnCpu(Feature /*feature*/, const AllOptions& options) {
  const std::string& runtime = options.inference_engine.runtime;
  return runtime.starts_with("dsp") ? "" : NoEffect("--runtime " + runtime + " simulates no HTP");
}

std::string IdleOnDlc(Feature /*feature*/, const AllOptions& options) {
  return StartsFromDlc(options) ? NoEffect("the DLC is converted and quantized already") : "";
}

std::string IdleSourceOnDlc(Feature feature, const AllOptions& options) {
  const bool alone = feature == Feature::kInferenceEngine;
  return alone && StartsFromDlc(options) ? NoEffect("the DLC of --static_model runs") : "";
}

std::string IdleInputTensor(Feature feature, const AllOptions& options) {
  for (const features::InputTensor& tensor : options.framework_runner.model.input_tensors) {
    if (tensor.type_given) return "";  // The type of the input list's files.
  }
  return IdleSourceOnDlc(feature, options);
}

std::string IdleWithoutQuantizing(Feature feature, const AllOptions& options) {
  using features::Precision;
  const Precision precision = options.inference_engine.precision;
  if (StartsFromDlc(options) || precision == Precision::kInt8) return IdleOnDlc(feature, options);
  return NoEffect(fmt::format("--precision {} quantizes nothing",
                              precision == Precision::kFp16 ? "fp16" : "fp32"));
}

std::string IdleAdjusted(Feature feature, const AllOptions& options) {
  std::string idle = IdleWithoutQuantizing(feature, options);
  const bool symmetric = options.inference_engine.quantization.use_symmetric_quantize_weights;
  if (idle.empty() && symmetric) {
    idle = NoEffect("--use_symmetric_quantize_weights says how weights are quantized");
  }
  return idle;
}

std::string IdlePercentile(Feature feature, const AllOptions& options) {
  const features::QuantizationOptions& given = options.inference_engine.quantization;
  std::string idle = IdleWithoutQuantizing(feature, options);
  const bool is_read = given.act_quantizer_calibration == "percentile" ||
                       given.param_quantizer_calibration == "percentile";
  if (idle.empty() && !is_read) {
    idle = NoEffect(
        "neither --act_quantizer_calibration nor --param_quantizer_calibration is percentile");
  }
  return idle;
}

std::string IdleFramework(Feature feature, const AllOptions& options) {
  const features::ModelOptions& model = options.framework_runner.model;
  std::string idle = IdleSourceOnDlc(feature, options);
  if (idle.empty() && !model.framework_version.empty()) {
    idle = fmt::format("{}: the version {} has no effect; the one that is installed runs",
                       model.framework, Printable(model.framework_version));
  }
  return idle;
}

std::string IdleEngineName(Feature /*feature*/, const AllOptions& /*options*/) {
  return NoEffect("results of every engine are matched in the same way");
}

std::string IdleWithGoldens(Feature feature, const AllOptions& options) {
  const bool given = !options.verification.golden_output_reference_directory.empty();
  return feature == Feature::kEndToEnd && given
             ? NoEffect("--golden_output_reference_directory is given, so no golden run is made")
             : "";
}

std::string IdleUnlessOnnx(Feature feature, const AllOptions& options) {
  std::string idle = IdleWithGoldens(feature, options);
  const std::string& framework = options.framework_runner.model.framework;
  if (idle.empty() && framework != "onnx") idle = NoEffect("it is for ONNX, not " + framework);
  return idle;
}

std::string IdleUnlessOptimizing(Feature feature, const AllOptions& options) {
  std::string idle = IdleWithGoldens(feature, options);
  const std::string& framework = options.framework_runner.model.framework;
  if (idle.empty() && framework == "tflite") idle = NoEffect("TensorFlow Lite optimizes no graph");
  return idle;
}

std::string IdleUnlessTfLite(Feature feature, const AllOptions& options) {
  std::string idle = IdleWithGoldens(feature, options);
  const std::string& framework = options.framework_runner.model.framework;
  if (idle.empty() && framework != "tflite") {
    idle = NoEffect("it is for TensorFlow Lite, not " + framework);
  }
  return idle;
}

std::string IdleForParams(Feature /*feature*/, const AllOptions& options) {
  return options.compare_encodings.params_only
             ? NoEffect(
                   "the goldens tell the cost of activations, and --params_only leaves them "
                   "out")
             : "";
}

}  // namespace acc::cli
