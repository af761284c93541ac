// SPDX-License-Identifier: BSD-3-Clause
// The range whose codes say most of the values: least Kullback-Leibler divergence of what is left
// of the histogram from what was there (Migacz, 8-bit Inference with TensorRT, 2017). P is the
// histogram, with what lies beyond the range counted in its first and last bin; Q gives each code's
// count back to those of its bins that are not empty, in equal parts.
//
// The sum of P * ln(P / Q) over the bins of one code follows from their count, how many are filled,
// and the sum of count * ln(count): running sums of the three make a code cost the same however
// many bins it has. Codes of empty bins alone add nothing and are passed over.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "quantize/algorithms.h"
#include "quantize/range_search.h"
#include "tensor/codes.h"

namespace acc::quantize {
namespace {

// A share of nothing has no logarithm.
constexpr double kLeastShare = 1e-4;

// The cost is too rugged to be followed downhill, so many ranges are tried.
constexpr int kEdges = 128;

class Divergence {
 public:
  explicit Divergence(const Histogram& histogram)
      : counts_(histogram.counts()),
        low_(static_cast<double>(histogram.first()) * histogram.width()),
        width_(histogram.width()),
        total_(static_cast<double>(histogram.total())),
        sums_(1),
        filled_(counts_.size() + 1, counts_.size()) {
    for (const std::uint64_t count : counts_) sums_.push_back(sums_.back() + TermOf(count));
    for (std::size_t bin = counts_.size(); bin-- > 0;) {
      filled_[bin] = counts_[bin] > 0 ? bin : filled_[bin + 1];
    }
  }

  double Of(const Encoding& encoding) const {
    const double lowest = static_cast<double>(encoding.offset) - 0.5;
    const double highest = lowest + static_cast<double>(Steps(encoding.bitwidth)) + 1;
    const std::size_t begin = FirstAtOrAbove(lowest * encoding.scale);
    const std::size_t end = FirstAtOrAbove(highest * encoding.scale);
    const double inside = Between(begin, std::max(begin, end)).count;
    if (inside <= 0) return std::numeric_limits<double>::infinity();

    double divergence = 0;
    for (std::size_t group = filled_[begin]; group < end;) {
      const double code = std::nearbyint(Middle(group) / encoding.scale);
      const std::size_t next =
          std::clamp(FirstAtOrAbove((code + 0.5) * encoding.scale), group + 1, end);
      divergence += OfCode(Between(group, next), inside);
      group = filled_[next];
    }
    divergence += Moved(begin, Between(0, begin).count, encoding, inside);
    divergence += Moved(end - 1, Between(end, counts_.size()).count, encoding, inside);
    return std::max(divergence, 0.0);
  }

 private:
  // Of some bins: their counts, how many are not empty, and the sum of count * ln(count).
  struct Sums {
    double count = 0;
    double filled = 0;
    double logarithms = 0;

    Sums operator+(const Sums& other) const {
      return {count + other.count, filled + other.filled, logarithms + other.logarithms};
    }
    Sums operator-(const Sums& other) const {
      return {count - other.count, filled - other.filled, logarithms - other.logarithms};
    }
  };

  static Sums TermOf(std::uint64_t bin) {
    if (bin == 0) return {};
    const auto count = static_cast<double>(bin);
    return {count, 1, count * std::log(count)};
  }

  double Middle(std::size_t bin) const { return low_ + (static_cast<double>(bin) + 0.5) * width_; }

  // The first bin whose middle is at or above `value`.
  std::size_t FirstAtOrAbove(double value) const {
    const double bin = std::ceil((value - low_) / width_ - 0.5);
    return static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(counts_.size())));
  }

  Sums Between(std::size_t begin, std::size_t end) const { return sums_[end] - sums_[begin]; }

  // The sum of P * ln(P / Q) over the bins of one code.
  double OfCode(const Sums& bins, double inside) const {
    if (bins.filled == 0) return 0;
    const double quantized = bins.count / bins.filled / inside;
    return (bins.logarithms - bins.count * std::log(total_ * quantized)) / total_;
  }

  // What it adds that `more` values from beyond the range are counted in `bin`.
  double Moved(std::size_t bin, double more, const Encoding& encoding, double inside) const {
    if (more == 0) return 0;
    const auto own = static_cast<double>(counts_[bin]);
    const double code = std::nearbyint(Middle(bin) / encoding.scale);
    const Sums group = Between(FirstAtOrAbove((code - 0.5) * encoding.scale),
                               FirstAtOrAbove((code + 0.5) * encoding.scale));
    const double quantized = own > 0 ? group.count / group.filled / inside : kLeastShare;
    const auto term = [&](double count) {
      return count > 0 ? count / total_ * std::log(count / total_ / quantized) : 0;
    };
    return term(own + more) - term(own);
  }

  std::span<const std::uint64_t> counts_;
  double low_;
  double width_;
  double total_;
  std::vector<Sums> sums_;           // Of the bins before each.
  std::vector<std::size_t> filled_;  // The first bin from each on that is not empty.
};

}  // namespace

double EntropyCost(const Observation& observation, const Encoding& encoding) {
  return Divergence(*observation.histogram).Of(encoding);
}

Encoding EncodeEntropy(const Observation& observation, const EncodingRequest& request) {
  const Divergence divergence(*observation.histogram);
  return SearchRange(observation, request, RangesOfEdges(observation, request, kEdges),
                     [&](const Encoding& encoding) { return divergence.Of(encoding); });
}

}  // namespace acc::quantize
