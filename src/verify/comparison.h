// SPDX-License-Identifier: BSD-3-Clause
// Compares pairs of tensor files: one streaming pass feeds every requested verifier and counts what
// is not finite. Memory does not grow with the tensors: each thread holds a few megabytes.
//
// The same files give the same bits for any number of threads and on every processor: sums are
// taken over fixed chunks, and chunks are added in order.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "base/status.h"
#include "tensor/pair_reader.h"
#include "verify/verifiers.h"

namespace acc::verify {

enum class Verdict {
  kMatch,          // Within every threshold the user set, and trustworthy. Where none was set:
                   // identical, or an SQNR of kFaithfulDb or more; integers, all of them equal.
  kMismatch,       // Outside a threshold the user set.
  kSuspicious,     // Within the thresholds, but it proves little: constant, all zero, empty, or NaN
                   // on both sides.
  kNotFinite,      // NaN or infinity where the other side holds something else.
  kShapeMismatch,  // The files hold different numbers of elements, or not what `dims` asks for.
  kNotJudged,      // No threshold was set, and it is too far from golden to match without one.
};
std::string_view Name(Verdict verdict);  // "match", "mismatch", "suspicious", "not finite", …

// An error of 1 % of the signal: from here on a tensor is faithful without a threshold.
inline constexpr double kFaithfulDb = 40;

// A pair of tensor files and what verifiers want to know beside them.
struct PairFiles : PairSource {
  // Integers or truth values that name things (classes, indices, tokens): how far apart two of them
  // are means nothing, so they agree or they do not.
  bool discrete = false;
  std::vector<std::pair<double, double>> input_ranges;  // See PairView.
  std::shared_ptr<const PairFiles> companion;           // See PairView. Null for most.
};

struct WorstElement {
  std::uint64_t index = 0;  // In the target's order.
  double golden = 0;        // The nearest double, where a 64-bit integer has none.
  double target = 0;
  double difference = 0;  // |golden-target|, exactly.
};
inline constexpr std::size_t kWorstElements = 20;

struct Comparison {
  PairSums sums;
  bool discrete = false;               // As in PairFiles.
  std::vector<Score> scores;           // One per request, in their order.
  std::vector<bool> within_threshold;  // One per request; true where none was set.
  Verdict verdict = Verdict::kMatch;
  std::string reason;  // One sentence; empty for kMatch, and for kNotJudged of real numbers.
  // The largest |golden-target| that are not zero, worst first, the lower index first among equals,
  // at most kWorstElements. Elements that are not finite are not among them.
  std::vector<WorstElement> worst;
};

// Fails where a file cannot be read or its size is no multiple of four bytes. Different element
// counts are no failure but Verdict::kShapeMismatch with the two sizes in `reason`, scores NaN.
// A score that is NaN is within a threshold only where the tensors are identical.
Result<Comparison> Compare(const PairFiles& files, std::span<const Request> requests);

// Sees the elements of a pair in the pass that compares it.
class PairObserver {
 public:
  virtual ~PairObserver() = default;

  // Before the first chunk: the elements of each side. Not called where the sides do not pair up.
  virtual void Start(std::uint64_t count) = 0;
  // Each chunk (kChunkElements) once, in no promised order; several threads may call at once.
  virtual void Visit(std::uint64_t first, std::span<const float> golden,
                     std::span<const float> target) = 0;
  // After the last chunk, once the pair is compared; by one thread. Not called after a failure.
  virtual void Finish(const Comparison& comparison) = 0;
};

// A pair and what to ask of it.
struct PairJob {
  PairFiles files;
  std::span<const Request> requests;
  PairObserver* observer = nullptr;  // Null for none.
};

// Compares many pairs, spread over the processors whether they are many or large; the results are
// those of Compare(), in the order of `jobs`. `progress`, if given, advances once per pair. After
// Ctrl-C the pairs not done yet are Interrupted().
std::vector<Result<Comparison>> CompareAll(std::span<const PairJob> jobs,
                                           Progress* progress = nullptr);

}  // namespace acc::verify
