// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding_cost.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantize/encoding.h"
#include "tensor/half.h"

namespace acc::quantize {
namespace {

// A channel's encoding in the form that the loop over the elements wants.
struct Grid {
  enum class Kind { kFloat32, kFloat16, kInteger };
  Kind kind = Kind::kInteger;
  double scale = 1;
  double lowest = 0;  // In steps.
  double highest = 0;
};

Grid GridOf(const TensorEncoding& encoding, std::size_t channel) {
  const Encoding& entry = encoding.channels[encoding.per_channel() ? channel : 0];
  if (encoding.is_float) {
    return {.kind = entry.bitwidth == 16 ? Grid::Kind::kFloat16 : Grid::Kind::kFloat32};
  }
  return {.scale = entry.scale,
          .lowest = static_cast<double>(entry.offset),
          .highest = static_cast<double>(entry.offset + Steps(entry.bitwidth))};
}

// Ties to even, as std::nearbyint, for what fits 51 bits; larger numbers are clamped anyway.
double Rounded(double value) {
  constexpr double kShift = 0x1.8p52;
  return (std::clamp(value, -0x1p50, 0x1p50) + kShift) - kShift;
}

double OnGrid(double value, const Grid& grid) {
  switch (grid.kind) {
    case Grid::Kind::kFloat32:
      return value;
    case Grid::Kind::kFloat16:
      return FloatFromHalf(HalfFromFloat(static_cast<float>(value)));
    case Grid::Kind::kInteger:
      break;
  }
  return grid.scale * std::clamp(Rounded(value / grid.scale), grid.lowest, grid.highest);
}

double Ratio(double signal, double noise) {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

}  // namespace

Result<EncodingCost> EncodingCost::Create(const Shape& dims, const TensorEncoding& first,
                                          const TensorEncoding& second, std::optional<int> axis) {
  EncodingCost cost;
  cost.first_ = first;
  cost.second_ = second;
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
  cost.sums_.resize(channels);
  return cost;
}

void EncodingCost::Add(std::span<const float> values) {
  while (!values.empty()) {
    const std::size_t channel = (position_ / inner_) % sums_.size();
    const std::size_t left = sums_.size() == 1 ? values.size() : inner_ - position_ % inner_;
    const std::span<const float> run = values.first(std::min(values.size(), left));
    const Grid first = GridOf(first_, channel);
    const Grid second = GridOf(second_, channel);
    Sums sums;
    for (const float element : run) {
      const double value = std::isfinite(element) ? element : 0;
      const double a = OnGrid(value, first);
      const double difference = a - OnGrid(value, second);
      sums.signal += a * a;
      sums.noise += difference * difference;
    }
    sums_[channel].signal += sums.signal;
    sums_[channel].noise += sums.noise;
    position_ += run.size();
    values = values.subspan(run.size());
  }
}

double EncodingCost::Decibels() const {
  Sums whole;
  for (const Sums& channel : sums_) {
    whole.signal += channel.signal;
    whole.noise += channel.noise;
  }
  return Ratio(whole.signal, whole.noise);
}

double EncodingCost::Decibels(std::size_t channel) const {
  return Ratio(sums_[channel].signal, sums_[channel].noise);
}

}  // namespace acc::quantize
