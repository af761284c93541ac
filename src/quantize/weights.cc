// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

std::vector<float> ValuesOfChannel(std::span<const float> values, const ChannelLayout& layout,
                                   std::size_t channel) {
  std::vector<float> chosen;
  chosen.reserve(values.size() / layout.channels);
  const std::size_t block = layout.channels * layout.inner;
  for (std::size_t start = channel * layout.inner; start < values.size(); start += block) {
    const auto run = values.subspan(start, layout.inner);
    chosen.insert(chosen.end(), run.begin(), run.end());
  }
  return chosen;
}

bool HasValuePerChannel(const Shape& bias_dims, std::size_t channels) {
  return channels > 1 && !bias_dims.empty() &&
         bias_dims.back() == static_cast<std::int64_t>(channels);
}

// Whether the code that the plugin gives to `largest`, the largest of a bias, is in int32.
bool StaysInInt32(double largest) {
  constexpr double kEndOfInt32 = 0x1p31;
  constexpr double kMargin = 20;  // The plugin may round in another order.
  const double step = static_cast<float>(largest / kEndOfInt32);
  return largest / step <= kEndOfInt32 - kMargin;
}

}  // namespace

TensorEncoding EncodingOfConstant(const Tensor& constant, std::optional<int> axis,
                                  const AlgorithmInfo& algorithm, EncodingRequest request) {
  const auto values = constant.values<float>();
  TensorEncoding encoding;
  encoding.axis = axis;
  if (!axis) {
    encoding.channels = {EncodingOfValues(values, algorithm, request)};
    return encoding;
  }
  request.symmetric = true;
  const ChannelLayout layout = LayoutOf(constant.dims(), axis);
  for (std::size_t channel = 0; channel < layout.channels; ++channel) {
    encoding.channels.push_back(
        EncodingOfValues(ValuesOfChannel(values, layout, channel), algorithm, request));
  }
  return encoding;
}

Result<TensorEncoding> FittedOverride(const TensorEncoding& given, const Shape& dims,
                                      std::optional<int> usual_axis, int most_bits) {
  for (const Encoding& channel : given.channels) {
    if (channel.bitwidth > most_bits && !given.is_float) {
      return UsageError(
          fmt::format("{} bits are not possible here; up to {} are", channel.bitwidth, most_bits));
    }
    const Encoding& first = given.channels.front();
    if (channel.bitwidth != first.bitwidth || channel.symmetric != first.symmetric) {
      return UsageError("its channels differ in bitwidth or symmetry");
    }
  }
  if (!given.per_channel()) return given;
  const auto rank = static_cast<int>(dims.size());
  for (const std::optional<int> candidate : {usual_axis, given.axis}) {
    if (!candidate) continue;
    const int axis = *candidate < 0 ? *candidate + rank : *candidate;
    if (axis < 0 || axis >= rank) continue;
    if (LayoutOf(dims, axis).channels != given.channels.size()) continue;
    TensorEncoding fitted = given;
    fitted.axis = axis;
    return fitted;
  }
  return UsageError(fmt::format("its {} channels do not fit the dimensions {}",
                                given.channels.size(), ToText(dims)));
}

TensorEncoding AccumulatorEncoding(double input_scale, const TensorEncoding& weight,
                                   const Shape& bias_dims) {
  TensorEncoding encoding;
  double largest = 0;
  for (const Encoding& channel : weight.channels) {
    encoding.channels.push_back(BiasEncoding(input_scale * channel.scale));
    largest = std::max(largest, channel.scale);
  }
  if (HasValuePerChannel(bias_dims, weight.channels.size())) {
    encoding.axis = static_cast<int>(bias_dims.size()) - 1;
  } else {
    encoding.channels = {BiasEncoding(input_scale * largest)};
  }
  return encoding;
}

bool RaiseForBias(TensorEncoding& weight, double input_scale, const Tensor& bias) {
  constexpr double kHalfOfInt32 = 1 << 30;
  const bool each = HasValuePerChannel(bias.dims(), weight.channels.size());
  const auto values = bias.values<float>();
  bool raised = false;
  for (std::size_t c = 0; c < weight.channels.size(); ++c) {
    double largest = 0;
    for (std::size_t i = each ? c : 0; i < values.size(); i += each ? weight.channels.size() : 1) {
      if (std::isfinite(values[i])) largest = std::max(largest, std::abs(double{values[i]}));
    }
    Encoding& channel = weight.channels[c];
    const double least = largest / kHalfOfInt32 / input_scale;
    if (channel.scale >= least) continue;
    channel = EncodingFromScale(least, channel.offset, channel.bitwidth, channel.symmetric);
    raised = true;
  }
  return raised;
}

void RaiseForBatchNorm(Encoding& weight, double input_scale, std::span<const float> bias) {
  constexpr int kMostTries = 1000;  // A third of all scales are good ones.
  constexpr double kRaise = 0x1p-20;
  if (bias.empty()) return;
  const auto [smallest, largest] = std::ranges::minmax(bias);
  if (largest <= 0 || -smallest > largest) return;
  for (int raises = 0; raises < kMostTries; ++raises) {
    const Encoding raised = EncodingFromScale(weight.scale * (1 + kRaise * raises), weight.offset,
                                              weight.bitwidth, weight.symmetric);
    const Encoding stored = BiasEncoding(input_scale * raised.scale);
    if (!StaysInInt32(ValueOf(CodeOf(largest, stored), stored))) continue;
    if (raises > 0) weight = raised;
    return;
  }
}

}  // namespace acc::quantize
