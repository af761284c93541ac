// SPDX-License-Identifier: BSD-3-Clause
// One pair on its way from files to a Comparison, step by step:
//   Open, CheckPair, StartPass, PassStretch for all stretches, CollectPass,
//   where that asks for it CountStretch for all stretches and CollectCounts, then Finish.
// Steps on different stretches may run at the same time; a stretch starts at a multiple of
// kChunkElements.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "tensor/pair_reader.h"
#include "verify/comparison.h"
#include "verify/pair_pass.h"

namespace acc::verify {

struct PairState {
  const PairFiles* files = nullptr;
  std::span<const Request> requests;
  PairObserver* observer = nullptr;
  std::uint64_t count = 0;
  std::vector<PairSums> chunk_sums;
  std::vector<WorstList> chunk_worst;  // Filled at the first chunk of each stretch.
  std::vector<std::vector<std::uint64_t>> chunk_within;  // [chunk][request]
  std::vector<std::optional<Tolerance>> tolerances;      // Of the pass under way, per request.
  std::vector<std::optional<std::uint64_t>> within;      // Per request.
  Comparison comparison;
};

struct Stretch {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};

// Fails where a file cannot be read or the axis order does not fit the dims.
Result<PairReader> OpenPair(const PairFiles& files);

// The sentence that says why the elements do not pair up; empty where they do.
std::string ShapeProblem(const PairFiles& files, const PairReader& reader);

void StartPass(std::uint64_t count, PairState& state);
Status PassStretch(const PairReader& reader, Stretch stretch, PairBuffers& buffers,
                   PairState& state);

// Adds up the first pass. Returns whether tolerances that depend on its sums need a second one.
bool CollectPass(PairState& state);
Status CountStretch(const PairReader& reader, Stretch stretch, PairBuffers& buffers,
                    PairState& state);
void CollectCounts(PairState& state);

// Scores and verdict. Leaves `state` empty.
Result<Comparison> Finish(const PairReader& reader, PairBuffers& buffers, PairState& state);

}  // namespace acc::verify
