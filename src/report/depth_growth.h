// SPDX-License-Identifier: BSD-3-Clause
// How much error depth alone explains.
//
// The model: every tensor on the way adds an error of the same size, relative to the signal, and
// independent of the others. Energies of independent errors add up, so after d tensors the SQNR is
//
//   SQNR(d) = first_db - 10 log10(d)        (dB),
//
// which falls by 3 dB whenever the depth doubles. What lies clearly below that line lost more than
// depth explains.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

struct DepthGrowth {
  // Of each row: the number of compared tensors on the longest way from an input of the graph to
  // it, itself counted: 1 or more.
  std::vector<std::size_t> depth;

  // The SQNR at depth 1, in dB: the median of SQNR + 10 log10(depth) over the tensors that count.
  // These have an SQNR below 100 dB (above it nothing was rounded), and no tensor on their way
  // diverges, nor do they (see report/findings.h): what follows a broken tensor says nothing of
  // depth. Nothing where fewer than eight tensors count, or the order is unknown.
  std::optional<double> first_db;
  std::size_t counted = 0;

  // What the model says of a depth; only with a first_db.
  double ExpectedDb(std::size_t depth) const;
};

DepthGrowth DepthGrowthOf(const Summary& summary, const Findings& findings);

}  // namespace acc::report
