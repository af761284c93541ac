// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/quantization_facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <vector>

#include "inspect/finite_values.h"
#include "tensor/codes.h"
#include "tensor/decibels.h"
#include "tensor/grid.h"

namespace acc::inspect {
namespace {

constexpr int kMostCountedBits = 16;

// How often each code occurs; codes of more bits than can be counted in an array are hashed.
class CodeCounts {
 public:
  explicit CodeCounts(const Encoding& encoding)
      : offset_(static_cast<double>(encoding.offset)),
        counts_(encoding.bitwidth <= kMostCountedBits
                    ? static_cast<std::size_t>(Steps(encoding.bitwidth)) + 1
                    : 0) {}

  void Add(double step) {
    ++total_;
    if (counts_.empty()) {
      ++hashed_[static_cast<std::int64_t>(step)];
    } else {
      ++counts_[static_cast<std::size_t>(step - offset_)];
    }
  }

  double Entropy() const {
    std::vector<std::uint64_t> counts;
    for (const auto& [step, count] : hashed_) counts.push_back(count);
    for (const std::uint64_t count : counts_) {
      if (count > 0) counts.push_back(count);
    }
    // Sorted, so that the sum does not depend on the order of a hash.
    std::sort(counts.begin(), counts.end());
    double entropy = 0;
    for (const std::uint64_t count : counts) {
      const double share = static_cast<double>(count) / static_cast<double>(total_);
      entropy -= share * std::log2(share);
    }
    return entropy;
  }

 private:
  double offset_;
  std::uint64_t total_ = 0;
  std::vector<std::uint64_t> counts_;
  std::unordered_map<std::int64_t, std::uint64_t> hashed_;
};

// What one of several independent lanes gathers; lanes let the compiler use vectors.
struct Lane {
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();
  double largest = 0;
  double signal = 0;
  double noise = 0;

  void Add(float value, const Grid& grid) {
    const double quantized = grid.Nearest(static_cast<double>(value) / grid.scale) * grid.scale;
    const double difference = static_cast<double>(value) - quantized;
    min = std::min(min, quantized);
    max = std::max(max, quantized);
    largest = std::max(largest, std::abs(difference));
    signal += static_cast<double>(value) * value;
    noise += difference * difference;
  }
};

// A run of finite elements that have one encoding.
void AddRun(std::span<const float> values, const Grid& grid, QuantizationFacts& facts) {
  constexpr std::size_t kLanes = 4;
  std::array<Lane, kLanes> lanes;
  const std::size_t whole = values.size() / kLanes * kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) lanes[lane].Add(values[i + lane], grid);
  }
  for (std::size_t i = whole; i < values.size(); ++i) lanes[0].Add(values[i], grid);
  for (const Lane& lane : lanes) {
    facts.min = std::min(facts.min, lane.min);
    facts.max = std::max(facts.max, lane.max);
    facts.max_difference = std::max(facts.max_difference, lane.largest);
    facts.signal += lane.signal;
    facts.noise += lane.noise;
  }
}

void CountRun(std::span<const float> values, const Grid& grid, CodeCounts& counts) {
  for (const float value : values) {
    counts.Add(grid.Nearest(static_cast<double>(value) / grid.scale));
  }
}

}  // namespace

double QuantizationFacts::sqnr_db() const {
  if (noise == 0) return std::numeric_limits<double>::infinity();
  return Decibels(signal, noise);
}

QuantizationFacts RangeFacts(const ValueFacts& values, const Encoding& encoding) {
  QuantizationFacts facts;
  if (values.count == 0) return facts;
  facts.min = ValueOf(CodeOf(values.min, encoding), encoding);
  facts.max = ValueOf(CodeOf(values.max, encoding), encoding);
  return facts;
}

QuantizationFacts FactsOf(std::span<const float> values, const Shape& dims,
                          const TensorEncoding& encoding, bool with_entropy) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  QuantizationFacts facts{.min = kInfinity,
                          .max = -kInfinity,
                          .max_difference = 0,
                          .signal = 0,
                          .noise = 0,
                          .code_entropy = kNan};
  const ChannelLayout layout = LayoutOf(dims, encoding.axis);
  const std::size_t run = encoding.per_channel() ? layout.inner : values.size();
  CodeCounts counts(encoding.channels.front());
  std::size_t channel = 0;
  for (std::size_t first = 0; first < values.size(); first += run) {
    const Grid grid = GridOf(encoding.channels[channel++ % layout.channels]);
    const FiniteValues finite(values.subspan(first, std::min(run, values.size() - first)));
    const std::span<const float> part = finite.values();
    AddRun(part, grid, facts);
    if (with_entropy) CountRun(part, grid, counts);
  }
  if (facts.min > facts.max) return {};
  if (with_entropy) facts.code_entropy = counts.Entropy();
  return facts;
}

}  // namespace acc::inspect
