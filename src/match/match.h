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

struct Matches {
  std::vector<Pair> pairs;  // In the order of the graph struct, or else of the target run.
  std::vector<store::SkippedTensor> unmatched_golden;
  std::vector<store::SkippedTensor> unmatched_target;
};

struct Sources {
  const store::Manifest* golden = nullptr;
  const store::Manifest* target = nullptr;
  const store::TensorMapping* mapping = nullptr;  // May be null.
  const store::GraphStruct* graph_struct =
      nullptr;  // May be null: dims and order then come from the target run.
};

// A better strategy claims its golden tensor before a weaker one looks for it. Only a mapping may
// give one golden tensor to several target tensors. Zero pairs is a failure that shows a few names
// of both sides.
Result<Matches> Match(const Sources& sources);

}  // namespace acc::match
