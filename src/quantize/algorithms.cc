// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"

namespace acc::quantize {

Encoding EncodeTf(const Observation& observation, const EncodingRequest& request);
Encoding EncodeSymmetric(const Observation& observation, const EncodingRequest& request);
Encoding EncodeAdjusted(const Observation& observation, const EncodingRequest& request);
Encoding EncodeEnhanced(const Observation& observation, const EncodingRequest& request);
Encoding EncodeMse(const Observation& observation, const EncodingRequest& request);
Encoding EncodeEntropy(const Observation& observation, const EncodingRequest& request);
Encoding EncodePercentile(const Observation& observation, const EncodingRequest& request);
double EnhancedCost(const Observation& observation, const Encoding& encoding);
double MseCost(const Observation& observation, const Encoding& encoding);
double EntropyCost(const Observation& observation, const Encoding& encoding);

namespace {

constexpr std::array kAlgorithms = {
    AlgorithmInfo{.algorithm = Algorithm::kTf,
                  .name = "tf",
                  .calibration = "min-max",
                  .summary = "The whole observed range, shifted so that zero is a code.",
                  .criterion = "[min(x, 0), max(x, 0)]",
                  .source = "Qualcomm, Quantized vs Non-Quantized Models",
                  .needs_histogram = false,
                  .symmetric = false,
                  .encode = &EncodeTf,
                  .cost = nullptr},
    AlgorithmInfo{
        .algorithm = Algorithm::kAsymmetric,
        .name = "asymmetric",
        .calibration = "",
        .summary = "The same as tf, under the name that the quantization checker has for it.",
        .criterion = "[min(x, 0), max(x, 0)]",
        .source = "Qualcomm, Quantization Checker",
        .needs_histogram = false,
        .symmetric = false,
        .encode = &EncodeTf,
        .cost = nullptr},
    AlgorithmInfo{.algorithm = Algorithm::kSymmetric,
                  .name = "symmetric",
                  .calibration = "",
                  .summary = "The largest magnitude on both sides of zero, stored signed.",
                  .criterion = "[-max|x|, max|x|]",
                  .source = "Qualcomm, Quantized vs Non-Quantized Models",
                  .needs_histogram = false,
                  .symmetric = true,
                  .encode = &EncodeSymmetric,
                  .cost = nullptr},
    AlgorithmInfo{
        .algorithm = Algorithm::kAdjusted,
        .name = "adjusted",
        .calibration = "",
        .summary = "8-bit: the observed range widened until no value is clipped.",
        .criterion = "the smallest scale for which min(x) and max(x) lie in the range",
        .source = "Qualcomm, Quantized vs Non-Quantized Models; the rule is this program's reading",
        .needs_histogram = false,
        .symmetric = false,
        .encode = &EncodeAdjusted,
        .cost = nullptr},
    AlgorithmInfo{
        .algorithm = Algorithm::kEnhanced,
        .name = "enhanced",
        .calibration = "sqnr",
        .summary = "The range of least squared error, where a clipped value counts three times.",
        .criterion = "mean(w * (x - q(x))^2), w = 3 for x outside the range and 1 inside",
        .source = "AIMET, TF-Enhanced",
        .needs_histogram = true,
        .symmetric = false,
        .encode = &EncodeEnhanced,
        .cost = &EnhancedCost},
    AlgorithmInfo{.algorithm = Algorithm::kMse,
                  .name = "mse",
                  .calibration = "mse",
                  .summary = "The range of least mean squared error.",
                  .criterion = "mean((x - q(x))^2)",
                  .source = "AIMET, MSE calibration",
                  .needs_histogram = true,
                  .symmetric = false,
                  .encode = &EncodeMse,
                  .cost = &MseCost},
    AlgorithmInfo{
        .algorithm = Algorithm::kEntropy,
        .name = "entropy",
        .calibration = "entropy",
        .summary = "The range whose codes keep most of the distribution of the values.",
        .criterion =
            "sum(P * ln(P / Q)) over the bins in the range: P their shares, with what lies "
            "beyond in the outermost; Q the shares after each code's are spread over its "
            "bins, 1e-4 for none",
        .source = "Migacz, 8-bit Inference with TensorRT, 2017",
        .needs_histogram = true,
        .symmetric = false,
        .encode = &EncodeEntropy,
        .cost = &EntropyCost},
    AlgorithmInfo{
        .algorithm = Algorithm::kPercentile,
        .name = "percentile",
        .calibration = "percentile",
        .summary = "The narrowest range that leaves out a given share of the values at each end.",
        .criterion = "the values number k and n - 1 - k of n in order, k = floor(n * (100 - p) / "
                     "100)",
        .source = "Qualcomm, qairt-quantizer; AIMET",
        .needs_histogram = true,
        .symmetric = false,
        .encode = &EncodePercentile,
        .cost = nullptr},
};

Result<Algorithm> Find(std::string_view wanted, std::string_view AlgorithmInfo::*member) {
  std::vector<std::string> names;
  for (const AlgorithmInfo& info : kAlgorithms) {
    if ((info.*member).empty()) continue;
    if (info.*member == wanted) return info.algorithm;
    names.emplace_back(info.*member);
  }
  return UsageError(fmt::format("there is no quantization algorithm '{}'; there are {}",
                                Printable(wanted), Join(names, ", ")));
}

}  // namespace

std::span<const AlgorithmInfo> Algorithms() { return kAlgorithms; }

const AlgorithmInfo& InfoOf(Algorithm algorithm) {
  return *std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                       [&](const AlgorithmInfo& info) { return info.algorithm == algorithm; });
}

Result<Algorithm> AlgorithmNamed(std::string_view name) { return Find(name, &AlgorithmInfo::name); }

Result<Algorithm> AlgorithmOfCalibration(std::string_view word) {
  return Find(word, &AlgorithmInfo::calibration);
}

Observation ObservationOf(const Observer& observer) {
  return {.min = observer.range().min(),
          .max = observer.range().max(),
          .histogram = observer.histogram(),
          .few_values = observer.few_values()};
}

Encoding EncodingOfValues(std::span<const float> values, const AlgorithmInfo& algorithm,
                          const EncodingRequest& request) {
  Observer observer(algorithm.needs_histogram);
  observer.Add(values);
  return algorithm.encode(ObservationOf(observer), request);
}

}  // namespace acc::quantize
