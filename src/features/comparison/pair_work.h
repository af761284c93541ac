// SPDX-License-Identifier: BSD-3-Clause
// One pair of tensors on its way through a comparison: what is known of it, what is asked of it,
// and what was found.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "base/status.h"
#include "features/comparison/graph.h"
#include "features/comparison/layout_check.h"
#include "features/comparison/pair_distribution.h"
#include "features/comparison/sources.h"
#include "features/comparison/tensor_inspector.h"
#include "match/match.h"
#include "report/summary.h"
#include "tensor/encoding.h"
#include "verify/comparison.h"

namespace acc::features {

struct PairWork {
  const match::Pair* matched = nullptr;     // Of the sources.
  const TargetFile* target_file = nullptr;  // Of the sources.
  std::optional<TensorEncoding> encoding;   // Of the target, where known.
  TensorNeighbours neighbours;

  // SQNR is always among the requests: the findings rest on it. The user's come first.
  std::vector<verify::Request> requests;
  std::vector<std::size_t> columns;  // Of the user's requests, in their order.
  std::size_t sqnr = 0;              // Index into requests.
  std::optional<std::size_t> companion;
  verify::PairFiles files;
  // Watches the pair for the report; null where an inspector does, or nobody.
  std::unique_ptr<DistributionObserver> watcher;

  InspectionShown shown;
  std::optional<report::Shipped> shipped;
  std::optional<LayoutDoubt> doubt;
};

// What is known and asked of each pair of `sources`, which must outlive it. One for each pair, in
// their order.
Result<std::vector<PairWork>> PlanWork(const VerificationSources& sources);

}  // namespace acc::features
