// SPDX-License-Identifier: BSD-3-Clause
#include "verify/comparison.h"

#include <algorithm>
#include <atomic>
#include <optional>

#include "base/interrupt.h"
#include "base/threads.h"
#include "verify/pair_state.h"
#include "verify/verdict.h"

namespace acc::verify {
namespace {

// Calls body(index, buffers) for every index below `count`, on as many threads as there are, each
// with buffers of its own.
template <typename Body>
void ForEachWithBuffers(std::size_t count, const Body& body) {
  std::atomic<std::size_t> next{0};
  ParallelFor(std::min(count, ThreadCount()), [&](std::size_t) {
    PairBuffers buffers;
    for (std::size_t index = next++; index < count; index = next++) body(index, buffers);
  });
}

// All steps of a pair, on one thread.
Result<Comparison> CompareWhole(const PairReader& reader, PairBuffers& buffers, PairState& state) {
  const Stretch all{0, state.count};
  ACC_RETURN_IF_ERROR(PassStretch(reader, all, buffers, state));
  if (CollectPass(state)) {
    ACC_RETURN_IF_ERROR(CountStretch(reader, all, buffers, state));
    CollectCounts(state);
  }
  return Finish(reader, buffers, state);
}

// The pairs of one call: small ones are compared whole, one thread each; the bands of the large
// ones are shared out between all threads.
class Batch {
 public:
  Batch(std::span<const PairJob> jobs, Progress* progress)
      : progress_(progress), states_(jobs.size()), results_(jobs.size()) {
    for (std::size_t pair = 0; pair < jobs.size(); ++pair) {
      states_[pair].files = &jobs[pair].files;
      states_[pair].requests = jobs[pair].requests;
      states_[pair].observer = jobs[pair].observer;
    }
  }

  std::vector<Result<Comparison>> Run() {
    ForEachWithBuffers(states_.size(), [this](std::size_t pair, PairBuffers& buffers) {
      if (std::optional<Result<Comparison>> result = Begin(pair, buffers)) {
        Store(pair, *std::move(result));
      }
    });
    RunLarge();
    std::vector<Result<Comparison>> results;
    results.reserve(results_.size());
    for (std::optional<Result<Comparison>>& result : results_) {
      results.push_back(*std::move(result));
    }
    return results;
  }

 private:
  // The result of a pair that needs no band; nothing for a large pair.
  std::optional<Result<Comparison>> Begin(std::size_t pair, PairBuffers& buffers) {
    PairState& state = states_[pair];
    if (Status status = CheckInterrupted(); !status.ok()) return status;
    Result<PairReader> reader = OpenPair(*state.files);
    if (!reader.ok()) return reader.status();
    if (std::string problem = ShapeProblem(*state.files, *reader); !problem.empty()) {
      return ShapeMismatch(state.requests, std::move(problem));
    }
    StartPass(reader->target_count(), state);
    if (state.count > BandElements()) return std::nullopt;
    return CompareWhole(*reader, buffers, state);
  }

  void RunLarge() {
    std::vector<std::size_t> open = Unfinished();
    RunBands(open, &PassStretch);
    std::vector<std::size_t> to_count;
    for (const std::size_t pair : open = Unfinished()) {
      if (CollectPass(states_[pair])) to_count.push_back(pair);
    }
    RunBands(to_count, &CountStretch);
    for (const std::size_t pair : to_count) CollectCounts(states_[pair]);
    open = Unfinished();
    ForEachWithBuffers(open.size(), [&](std::size_t index, PairBuffers& buffers) {
      PairState& state = states_[open[index]];
      Result<PairReader> reader = OpenPair(*state.files);
      Store(open[index], reader.ok() ? Finish(*reader, buffers, state) : reader.status());
    });
  }

  // Runs `step` on every band of the pairs; a failure becomes the pair's result.
  template <typename Step>
  void RunBands(const std::vector<std::size_t>& pairs, const Step& step) {
    struct Band {
      std::size_t pair;
      Stretch stretch;
      Status status;
    };
    std::vector<Band> bands;
    for (const std::size_t pair : pairs) {
      const std::uint64_t count = states_[pair].count;
      for (std::uint64_t first = 0; first < count; first += BandElements()) {
        bands.push_back({pair, {first, std::min(BandElements(), count - first)}, {}});
      }
    }
    ForEachWithBuffers(bands.size(), [&](std::size_t index, PairBuffers& buffers) {
      Band& band = bands[index];
      PairState& state = states_[band.pair];
      band.status = CheckInterrupted();
      if (!band.status.ok()) return;
      Result<PairReader> reader = OpenPair(*state.files);
      band.status = reader.ok() ? step(*reader, band.stretch, buffers, state) : reader.status();
    });
    for (const Band& band : bands) {
      if (!band.status.ok() && !results_[band.pair]) Store(band.pair, band.status);
    }
  }

  std::vector<std::size_t> Unfinished() const {
    std::vector<std::size_t> pairs;
    for (std::size_t pair = 0; pair < results_.size(); ++pair) {
      if (!results_[pair]) pairs.push_back(pair);
    }
    return pairs;
  }

  void Store(std::size_t pair, Result<Comparison> result) {
    results_[pair] = std::move(result);
    if (progress_ != nullptr) progress_->Advance();
  }

  Progress* progress_;
  std::vector<PairState> states_;
  std::vector<std::optional<Result<Comparison>>> results_;
};

}  // namespace

Result<Comparison> Compare(const PairFiles& files, std::span<const Request> requests) {
  const PairJob job{.files = files, .requests = requests};
  return std::move(CompareAll({&job, 1}).front());
}

std::vector<Result<Comparison>> CompareAll(std::span<const PairJob> jobs, Progress* progress) {
  return Batch(jobs, progress).Run();
}

}  // namespace acc::verify
