// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/histogram.h"

#include <algorithm>
#include <cmath>

namespace acc {
namespace {

constexpr int kLowestExponent = -149;  // Every float is a multiple of 2^-149.
constexpr int kNumberBits = 29;        // Of bin numbers, so that 32-bit arithmetic finds them.

// Exact: a float has 24 bits, and double's exponents suffice.
std::int64_t BinOf(float value, int exponent) {
  return static_cast<std::int64_t>(std::floor(std::ldexp(static_cast<double>(value), -exponent)));
}

int ExponentFor(float min, float max, std::size_t most_bins) {
  const float magnitude = std::max(std::abs(min), std::abs(max));
  if (magnitude == 0) return kLowestExponent;
  int exponent = std::max(kLowestExponent, std::ilogb(magnitude) - kNumberBits);
  const double range = static_cast<double>(max) - static_cast<double>(min);
  const auto most = static_cast<std::int64_t>(most_bins);
  if (range > 0) exponent = std::max(exponent, std::ilogb(range / static_cast<double>(most)));
  while (BinOf(max, exponent) - BinOf(min, exponent) >= most) ++exponent;
  return exponent;
}

}  // namespace

double Histogram::width() const { return std::ldexp(1.0, exponent_); }

void Histogram::Rescale(int exponent) {
  // The order of bins does not change, so each can be moved where it belongs in place.
  const int shift = std::min(exponent - exponent_, 62);
  const std::int64_t first = first_ >> shift;
  for (std::size_t bin = 0; bin < counts_.size(); ++bin) {
    const std::uint64_t count = counts_[bin];
    counts_[bin] = 0;
    const std::int64_t number = (first_ + static_cast<std::int64_t>(bin)) >> shift;
    counts_[static_cast<std::size_t>(number - first)] += count;
  }
  const std::int64_t last = (first_ + static_cast<std::int64_t>(counts_.size()) - 1) >> shift;
  counts_.resize(static_cast<std::size_t>(last - first + 1));
  first_ = first;
  exponent_ = exponent;
}

Histogram Histogram::Widened(float min, float max) const {
  Histogram wide = *this;
  if (empty()) return wide;
  const int exponent = ExponentFor(std::min(min, min_), std::max(max, max_), most_bins_);
  if (exponent > exponent_) wide.Rescale(exponent);
  return wide;
}

void Histogram::Extend(std::int64_t first, std::int64_t last) {
  if (counts_.empty()) first_ = first;
  if (first < first_) {
    counts_.insert(counts_.begin(), static_cast<std::size_t>(first_ - first), 0);
    first_ = first;
  }
  const auto size = static_cast<std::size_t>(last - first_ + 1);
  if (size > counts_.size()) counts_.resize(size);
}

void Histogram::Cover(float min, float max) {
  if (!empty()) {
    min = std::min(min, min_);
    max = std::max(max, max_);
  }
  const int exponent = ExponentFor(min, max, most_bins_);
  if (counts_.empty()) exponent_ = exponent;
  if (exponent > exponent_) Rescale(exponent);
  Extend(BinOf(min, exponent_), BinOf(max, exponent_));
  min_ = min;
  max_ = max;
}

void Histogram::Add(std::span<const float> values) {
  if (values.empty()) return;
  float min = values.front();
  float max = values.front();
  for (const float value : values) {
    min = value < min ? value : min;
    max = value > max ? value : max;
  }
  Add(values, min, max);
}

void Histogram::Add(std::span<const float> values, float min, float max) {
  if (values.empty()) return;
  Cover(min, max);
  const double per_bin = std::ldexp(1.0, -exponent_);
  const auto first = static_cast<std::int32_t>(first_);
  std::uint64_t* counts = counts_.data();
  for (const float value : values) {
    const double scaled = static_cast<double>(value) * per_bin;
    auto bin = static_cast<std::int32_t>(scaled);
    bin -= scaled < bin ? 1 : 0;
    ++counts[bin - first];
  }
  zeros_ += static_cast<std::uint64_t>(std::ranges::count(values, 0.0F));
  total_ += values.size();
}

void Histogram::Merge(const Histogram& other) {
  if (other.empty()) return;
  Cover(other.min_, other.max_);
  const int shift = std::min(exponent_ - other.exponent_, 62);
  for (std::size_t bin = 0; bin < other.counts_.size(); ++bin) {
    const std::int64_t number = (other.first_ + static_cast<std::int64_t>(bin)) >> shift;
    counts_[static_cast<std::size_t>(number - first_)] += other.counts_[bin];
  }
  zeros_ += other.zeros_;
  total_ += other.total_;
}

}  // namespace acc
