// SPDX-License-Identifier: BSD-3-Clause
#include "verify/pair_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "base/text.h"
#include "verify/verdict.h"

namespace acc::verify {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool IsPermutationOf(const Permutation& permutation, std::size_t rank) {
  std::vector<int> expected(rank);
  std::iota(expected.begin(), expected.end(), 0);
  return std::is_permutation(permutation.begin(), permutation.end(), expected.begin(),
                             expected.end());
}

Status CheckOrder(const PairFiles& files) {
  const Permutation& permutation = files.golden_to_target;
  if (permutation.empty() || (files.has_dims && IsPermutationOf(permutation, files.dims.size()))) {
    return OkStatus();
  }
  return Failure(
      fmt::format("cannot bring '{}' into the target's axis order: the permutation has "
                  "{} axes, the target's dims are {}",
                  Printable(files.golden.string()), permutation.size(),
                  files.has_dims ? ToText(files.dims) : "unknown"));
}

// Asks every verifier for the tolerance to count by in this pass; `sums` as in
// Verifier::tolerance(). Returns whether there is one.
bool AskTolerances(const PairSums* sums, PairState& state) {
  bool any = false;
  state.tolerances.assign(state.requests.size(), std::nullopt);
  for (std::size_t index = 0; index < state.requests.size(); ++index) {
    if (!state.within[index]) {
      state.tolerances[index] = state.requests[index].verifier->tolerance(sums);
      any = any || state.tolerances[index].has_value();
    }
  }
  return any;
}

// `count_within` counts the elements of the chunk that starts at `first`.
template <typename CountWithinTolerance>
void CountTolerances(std::uint64_t first, const CountWithinTolerance& count_within,
                     PairState& state) {
  std::vector<std::uint64_t>& within = state.chunk_within[first / kChunkElements];
  within.assign(state.requests.size(), 0);
  for (std::size_t index = 0; index < state.requests.size(); ++index) {
    if (state.tolerances[index]) within[index] = count_within(*state.tolerances[index]);
  }
}

void CountTolerances(const ChunkView& chunk, const PairSums& sums, PairState& state) {
  const bool all_finite = sums.finite == sums.count;
  CountTolerances(
      chunk.first,
      [&](const Tolerance& tolerance) { return CountWithin(chunk, tolerance, all_finite); }, state);
}

void CountTolerances(const WideChunk& chunk, PairState& state) {
  CountTolerances(
      chunk.first, [&](const Tolerance& tolerance) { return CountWithin(chunk, tolerance); },
      state);
}

WideChunk ReadWide(const WidePair& pair, std::uint64_t first, std::uint64_t count,
                   PairBuffers& buffers) {
  const std::span<WideValue> golden = buffers.wide_golden(count);
  const std::span<WideValue> target = buffers.wide_target(count);
  pair.Read(first, golden, target);
  return {first, golden, target};
}

class ReaderStream : public ElementStream {
 public:
  ReaderStream(const PairReader& reader, std::uint64_t count, PairBuffers& buffers)
      : reader_(&reader), count_(count), buffers_(&buffers) {}

  Status ForEachChunk(const PairVisit& visit) const override {
    return reader_->ForEachChunk(0, count_, *buffers_, visit);
  }

 private:
  const PairReader* reader_;
  std::uint64_t count_;
  PairBuffers* buffers_;
};

// What files of such sizes probably hold; empty where their ratio says nothing. Golden is float32.
std::string LikelyCause(std::uint64_t golden, std::uint64_t target, std::uint64_t element_bytes) {
  if (golden == 0 || target == 0) {
    return fmt::format(": the file of {} is empty", golden == 0 ? "golden" : "target");
  }
  const std::uint64_t bytes = target * element_bytes;
  if (bytes == golden * 2) return ": target has the size of float16, int16 or uint16 data";
  if (bytes == golden) return ": target has the size of int8 or uint8 data";
  if (bytes == golden * 8) {
    return ": target has the size of float64 or int64 data, or golden that of float16";
  }
  if (target % golden == 0) {
    return fmt::format(": target holds {} times as many, as a batch does", target / golden);
  }
  if (golden % target == 0) {
    return fmt::format(": golden holds {} times as many, as a batch does", golden / target);
  }
  return {};
}

// Of a pair without an element that is finite on both sides.
Score ScoreWithoutNumbers(const VerifierInfo& info, const PairSums& sums) {
  if (sums.count == 0) return {kNan, "the tensors have no elements"};
  if (Identical(sums)) return {info.perfect, "every element is the same infinity on both sides"};
  return {kNan, "no element is finite on both sides"};
}

Status EvaluateAll(PairView& view, PairState& state) {
  for (std::size_t index = 0; index < state.requests.size(); ++index) {
    if (view.sums->finite == 0) {
      state.comparison.scores.push_back(
          ScoreWithoutNumbers(*state.requests[index].info, *view.sums));
      continue;
    }
    view.within_tolerance = state.within[index];
    ACC_ASSIGN_OR_RETURN(Score score, state.requests[index].verifier->Evaluate(view));
    state.comparison.scores.push_back(std::move(score));
  }
  return OkStatus();
}

}  // namespace

Result<PairReader> OpenPair(const PairFiles& files) {
  ACC_RETURN_IF_ERROR(CheckOrder(files));
  return PairReader::Open(files);
}

std::string ShapeProblem(const PairFiles& files, const PairReader& reader) {
  if (reader.golden_count() != reader.target_count()) {
    return fmt::format("golden holds {} elements, target {}{}", reader.golden_count(),
                       reader.target_count(),
                       LikelyCause(reader.golden_count(), reader.target_count(),
                                   ByteSize(files.target_format.type, 1)));
  }
  const std::optional<std::uint64_t> expected = ElementCount(files.dims);
  if (files.has_dims && expected != reader.target_count()) {
    return fmt::format("the files hold {} elements, the dims {} ask for {}", reader.target_count(),
                       ToText(files.dims), expected ? std::to_string(*expected) : "unknown");
  }
  return {};
}

void StartPass(std::uint64_t count, PairState& state) {
  state.count = count;
  const std::uint64_t chunks = (state.count + kChunkElements - 1) / kChunkElements;
  state.chunk_sums.assign(chunks, PairSums());
  state.chunk_worst.assign(chunks, WorstList());
  state.chunk_within.assign(chunks, {});
  state.within.assign(state.requests.size(), std::nullopt);
  AskTolerances(nullptr, state);
  if (state.observer != nullptr) state.observer->Start(count);
}

Status PassStretch(const PairReader& reader, Stretch stretch, PairBuffers& buffers,
                   PairState& state) {
  if (stretch.count == 0) return OkStatus();
  WorstList& worst = state.chunk_worst[stretch.first / kChunkElements];
  return reader.ForEachChunk(
      stretch.first, stretch.count, buffers,
      [&](std::uint64_t first, std::span<const float> golden, std::span<const float> target) {
        PairSums sums = NoSums();
        if (reader.wide() != nullptr) {
          const WideChunk chunk = ReadWide(*reader.wide(), first, golden.size(), buffers);
          AddChunk(chunk, sums, worst);
          CountTolerances(chunk, state);
        } else {
          const ChunkView chunk{first, golden, target};
          AddChunk(chunk, sums, worst);
          CountTolerances(chunk, sums, state);
        }
        state.chunk_sums[first / kChunkElements] = sums;
        if (state.observer != nullptr) state.observer->Visit(first, golden, target);
      });
}

bool CollectPass(PairState& state) {
  PairSums sums = NoSums();
  WorstList worst;
  for (std::size_t chunk = 0; chunk < state.chunk_sums.size(); ++chunk) {
    MergeSums(state.chunk_sums[chunk], sums);
    worst.Merge(state.chunk_worst[chunk]);
  }
  if (sums.finite == 0) {
    sums.golden_min = sums.golden_max = sums.target_min = sums.target_max = kNan;
  }
  state.comparison.worst = worst.Elements();
  sums.difference_max = worst.largest();
  sums.difference_max_index =
      state.comparison.worst.empty() ? 0 : state.comparison.worst.front().index;
  state.comparison.sums = sums;
  CollectCounts(state);
  return sums.finite > 0 && AskTolerances(&state.comparison.sums, state);
}

Status CountStretch(const PairReader& reader, Stretch stretch, PairBuffers& buffers,
                    PairState& state) {
  return reader.ForEachChunk(
      stretch.first, stretch.count, buffers,
      [&](std::uint64_t first, std::span<const float> golden, std::span<const float> target) {
        if (reader.wide() != nullptr) {
          CountTolerances(ReadWide(*reader.wide(), first, golden.size(), buffers), state);
          return;
        }
        CountTolerances({first, golden, target}, state.chunk_sums[first / kChunkElements], state);
      });
}

void CollectCounts(PairState& state) {
  for (std::size_t index = 0; index < state.requests.size(); ++index) {
    if (state.tolerances[index]) {
      std::uint64_t sum = 0;
      for (const std::vector<std::uint64_t>& within : state.chunk_within) sum += within[index];
      state.within[index] = sum;
    }
  }
}

Result<Comparison> Finish(const PairReader& reader, PairBuffers& buffers, PairState& state) {
  const ReaderStream stream(reader, state.count, buffers);
  PairView view;
  view.sums = &state.comparison.sums;
  view.elements = {state.count, state.files->dims, &stream};
  view.input_ranges = state.files->input_ranges;
  std::optional<PairReader> companion;
  std::optional<ReaderStream> companion_stream;
  PairBuffers companion_buffers;
  if (state.files->companion != nullptr) {
    const PairFiles& files = *state.files->companion;
    ACC_ASSIGN_OR_RETURN(companion, OpenPair(files));
    const std::string problem = ShapeProblem(files, *companion);
    if (!problem.empty()) return ShapeMismatch(state.requests, "the second tensor: " + problem);
    companion_stream.emplace(*companion, companion->target_count(), companion_buffers);
    view.companion = {companion->target_count(), files.dims, &*companion_stream};
  }
  ACC_RETURN_IF_ERROR(EvaluateAll(view, state));
  state.comparison.discrete = state.files->discrete;
  Judge(state.requests, state.comparison);
  if (state.observer != nullptr) state.observer->Finish(state.comparison);
  return std::move(state.comparison);
}

}  // namespace acc::verify
