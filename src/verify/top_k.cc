// SPDX-License-Identifier: BSD-3-Clause
// Both sides keep a heap of their k largest values while the elements stream by, the lowest rank in
// front: most elements cost one comparison. Equal values rank by their index, so that the ranking
// is one and the same for the same elements.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

constexpr std::uint64_t kMostRanks = 1'000'000;  // Bounds the memory.

// Keeps the k largest finite values that it was shown; among equals the lower index ranks first.
class Ranking {
 public:
  explicit Ranking(std::uint64_t k) : k_(k) {}

  void Offer(std::uint64_t first, std::span<const float> values) {
    for (std::size_t offset = 0; offset < values.size(); ++offset) {
      const float value = values[offset];
      if (value > least_ || heap_.size() < k_) Insert({value, first + offset});
    }
  }

  // Indices, the largest value first.
  std::vector<std::uint64_t> Indices() {
    std::sort_heap(heap_.begin(), heap_.end(), &RanksBefore);
    std::vector<std::uint64_t> indices;
    indices.reserve(heap_.size());
    for (const Entry& entry : heap_) indices.push_back(entry.index);
    return indices;
  }

 private:
  struct Entry {
    float value;
    std::uint64_t index;
  };

  static bool RanksBefore(const Entry& a, const Entry& b) {
    return a.value != b.value ? a.value > b.value : a.index < b.index;
  }

  void Insert(const Entry& entry) {
    if (!std::isfinite(entry.value)) return;
    if (heap_.size() == k_) {
      std::pop_heap(heap_.begin(), heap_.end(), &RanksBefore);
      heap_.pop_back();
    }
    heap_.push_back(entry);
    std::push_heap(heap_.begin(), heap_.end(), &RanksBefore);
    if (heap_.size() == k_) least_ = heap_.front().value;
  }

  std::uint64_t k_;
  float least_ = 0;          // The value that a newcomer has to beat once k are there.
  std::vector<Entry> heap_;  // The lowest rank in front.
};

class TopK : public Verifier {
 public:
  TopK(std::uint64_t k, bool ordered) : k_(k), ordered_(ordered) {}

  Result<Score> Evaluate(const PairView& pair) const override {
    Ranking golden(k_);
    Ranking target(k_);
    ACC_RETURN_IF_ERROR(pair.elements.stream->ForEachChunk(
        [&](std::uint64_t first, std::span<const float> golden_values,
            std::span<const float> target_values) {
          golden.Offer(first, golden_values);
          target.Offer(first, target_values);
        }));
    const std::vector<std::uint64_t> wanted = golden.Indices();
    const std::uint64_t found = CountCommon(wanted, target.Indices());
    return Score{static_cast<double>(found) / static_cast<double>(wanted.size()), {}};
  }

 private:
  std::uint64_t CountCommon(std::vector<std::uint64_t> wanted,
                            std::vector<std::uint64_t> got) const {
    if (!ordered_) {
      std::sort(wanted.begin(), wanted.end());
      std::sort(got.begin(), got.end());
      std::vector<std::uint64_t> common;
      std::set_intersection(wanted.begin(), wanted.end(), got.begin(), got.end(),
                            std::back_inserter(common));
      return common.size();
    }
    std::uint64_t common = 0;
    for (std::size_t rank = 0; rank < std::min(wanted.size(), got.size()); ++rank) {
      common += wanted[rank] == got[rank] ? 1 : 0;
    }
    return common;
  }

  std::uint64_t k_;
  bool ordered_;
};

}  // namespace

Result<std::unique_ptr<Verifier>> CreateTopK(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const std::uint64_t k, CountParameter(parameters, "k", 1));
  ACC_ASSIGN_OR_RETURN(const bool ordered, FlagParameter(parameters, "ordered"));
  if (k > kMostRanks) {
    return UsageError("parameter 'k' is larger than 1000000, the most that TopK ranks");
  }
  return std::unique_ptr<Verifier>(std::make_unique<TopK>(k, ordered));
}

}  // namespace acc::verify
