// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantize/encoding.h"
#include "tensor/decibels.h"
#include "tensor/half.h"

namespace acc::quantize {
namespace {

double Ratio(double signal, double noise) {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return Decibels(signal, noise);
}

}  // namespace

EncodingCost::Side EncodingCost::SideOf(const TensorEncoding& encoding, std::size_t channel) {
  const Encoding& entry = encoding.channels[encoding.per_channel() ? channel : 0];
  if (encoding.is_float) {
    return {.kind = entry.bitwidth == 16 ? Side::Kind::kFloat16 : Side::Kind::kFloat32};
  }
  return {.grid = GridOf(entry)};
}

inline double EncodingCost::Encoded(double value, const Side& side) {
  switch (side.kind) {
    case Side::Kind::kFloat32: return value;
    case Side::Kind::kFloat16: return FloatFromHalf(HalfFromFloat(static_cast<float>(value)));
    case Side::Kind::kInteger: break;
  }
  return side.grid.scale * side.grid.Nearest(value / side.grid.scale);
}

Result<EncodingCost> EncodingCost::Create(const Shape& dims, const TensorEncoding& first,
                                          const TensorEncoding& second, std::optional<int> axis) {
  EncodingCost cost;
  std::size_t channels = 1;
  if (first.per_channel() || second.per_channel()) {
    if (!axis || *axis < 0 || static_cast<std::size_t>(*axis) >= dims.size()) {
      return Failure(fmt::format("a tensor of dims {} has no channels of that axis", ToText(dims)));
    }
    const ChannelLayout layout = LayoutOf(dims, axis);
    channels = layout.channels;
    cost.inner_ = std::max<std::size_t>(layout.inner, 1);
  }
  for (const TensorEncoding* side : {&first, &second}) {
    if (side->per_channel() && side->channels.size() != channels) {
      return Failure(fmt::format("{} encodings for {} channels", side->channels.size(), channels));
    }
  }
  cost.channels_.reserve(channels);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    cost.channels_.push_back({.first = SideOf(first, channel), .second = SideOf(second, channel)});
  }
  cost.left_ = cost.inner_;
  return cost;
}

void EncodingCost::AddRun(std::span<const float> values, Channel& channel) {
  const Side first = channel.first;
  const Side second = channel.second;
  double signal = 0;
  double noise = 0;
  for (const float element : values) {
    const double value = std::isfinite(element) ? element : 0;
    const double a = Encoded(value, first);
    const double difference = a - Encoded(value, second);
    signal += a * a;
    noise += difference * difference;
  }
  channel.signal += signal;
  channel.noise += noise;
}

void EncodingCost::Add(std::span<const float> values) {
  if (channels_.size() == 1) return AddRun(values, channels_.front());
  while (!values.empty()) {
    const std::size_t size = std::min(values.size(), left_);
    AddRun(values.first(size), channels_[channel_]);
    values = values.subspan(size);
    left_ -= size;
    if (left_ == 0) {
      left_ = inner_;
      channel_ = channel_ + 1 == channels_.size() ? 0 : channel_ + 1;
    }
  }
}

double EncodingCost::Decibels() const {
  double signal = 0;
  double noise = 0;
  for (const Channel& channel : channels_) {
    signal += channel.signal;
    noise += channel.noise;
  }
  return Ratio(signal, noise);
}

double EncodingCost::Decibels(std::size_t channel) const {
  return Ratio(channels_[channel].signal, channels_[channel].noise);
}

}  // namespace acc::quantize
