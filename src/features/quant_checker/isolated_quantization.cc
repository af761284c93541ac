// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/isolated_quantization.h"

#include "features/quant_checker/option_result.h"
#include "features/source_model/quantization.h"
#include "tensor/codes.h"

namespace acc::features {

IsolatedQuantization::IsolatedQuantization(const CheckedGraph& graph, const InputLines& lines,
                                           const FloatOutputs& outputs, target::Engine& engine)
    : graph_(graph), lines_(lines), outputs_(outputs), engine_(engine) {}

Result<double> IsolatedQuantization::Measure(
    const std::map<std::string, TensorEncoding>& encodings) {
  ++runs_;
  // The quantizer keeps a param float beside float activations; rounded values need no quantizer.
  convert::TargetGraph target = graph_.target;
  quantize::Overrides activations;
  for (const auto& [tensor, encoding] : encodings) {
    const auto param = target.graph.initializers.find(tensor);
    if (param == target.graph.initializers.end()) {
      activations.activations[tensor] = encoding;
    } else if (!encoding.is_float) {
      const Tensor& values = param->second;
      param->second = Tensor::FromFloats(
          values.dims(), FakeQuantized(values.values<float>(), values.dims(), encoding));
    }
  }
  ACC_ASSIGN_OR_RETURN(const auto quantizer,
                       QuantizerOf(target, {}, activations, {.given_encodings_only = true}));
  ACC_ASSIGN_OR_RETURN(const auto quantized, quantizer->Finish(quantize::Calibrator({}, {})));
  ACC_ASSIGN_OR_RETURN(const auto errors,
                       MeasureOutputs(target, quantized, lines_, outputs_, engine_, ""));
  return LowestOf(errors);
}

}  // namespace acc::features
