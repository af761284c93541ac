// SPDX-License-Identifier: BSD-3-Clause
// Finds the golden tensor of each target tensor, and how its axes must be permuted to line up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "store/graph_struct.h"
#include "store/manifest.h"
#include "tensor/layout.h"

namespace acc::match {

// How a pair was found, the most trustworthy first. Printed with each row.
enum class Strategy {
  kMapping,    // The mapping file, or tensors.json's own source names.
  kExact,      // Equal names.
  kSanitized,  // Equal after sanitizing both ("/" and "_").
  kPort,       // Equal after dropping ":0".
  kBaseName,   // Equal after the last "/", and unique.
};
std::string_view Name(Strategy strategy);

struct Pair {
  store::TensorRecord golden;
  // Where the target run does not say them, dims, axis order, node and op type are the graph
  // struct's (its inputs are of type "Input"); dims that contradict the size of the file are not
  // taken, and layout_note says so.
  store::TensorRecord target;
  Strategy strategy = Strategy::kExact;
  Permutation golden_to_target;  // Empty where the orders agree.
  bool layout_guessed = false;   // No metadata told the permutation; it was inferred. Reported.
  std::string layout_note;       // One sentence on the axis order where there is doubt, or empty.
};

// A tensor without a twin.
struct Unmatched : store::SkippedTensor {
  // The other run says why it has none, the mapping leaves it out, or conversion inserted it.
  bool explained = false;
  // Explained, or a golden tensor that the target need not have: it says itself what it holds
  // (tensors.json), or its graph has no such tensor. Anything else may be a lost file, or holds
  // random numbers, which nobody can judge.
  bool expected = false;
};

struct Matches {
  std::vector<Pair> pairs;  // In the order of the graph struct, or else of the target run.
  std::vector<Unmatched> unmatched_golden;
  std::vector<Unmatched> unmatched_target;
};

// Fewer pairs than this, as a share of the tensors whose lack of a twin is not explained, on the
// side that has fewer of them, are no comparison of one model with itself: two models share
// "input", "output" and some numbered names. Half would refuse runs of other tools that name every
// second tensor anew.
inline constexpr double kLeastShare = 0.25;

struct Sources {
  const store::Manifest* golden = nullptr;
  const store::Manifest* target = nullptr;
  const store::TensorMapping* mapping = nullptr;  // May be null.
  const store::GraphStruct* graph_struct =
      nullptr;  // May be null: dims and order then come from the target run.
};

// A better strategy claims its golden tensor before a weaker one looks for it. Only a mapping may
// give one golden tensor to several target tensors. Fails where there is no pair, or fewer than
// kLeastShare; the message shows a few names of both sides. Where all pairs rest on the last part
// of their names, the share is that of the side with more tensors: the files of a sub-folder.
Result<Matches> Match(const Sources& sources);

}  // namespace acc::match
