// SPDX-License-Identifier: BSD-3-Clause
// The input lines that are taken apart, and what holds over all of them.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "features/dissection/layer_errors.h"
#include "store/dissection.h"

namespace acc::features {

struct MeasuredLine {
  std::size_t line = 0;  // Of the input list.
  const LayersToMeasure& layers;
  const MeasuredLayers& measured;
};

// The same layers over all lines: of each error the mean noise of the lines that have it, of the
// conversion those with golden values; the worst of the inputs and the reason from the first line
// that has one. With several lines each row keeps those of its lines.
std::vector<store::LayerErrors> PooledLayers(std::span<const MeasuredLine> lines);

// The output of each line: the lowest of those that hold numbers, in the run of the whole model.
std::vector<store::LineOutput> OutputsOf(const model::Graph& graph,
                                         std::span<const MeasuredLine> lines);

// Whether all have 40 dB or more.
bool AreFaithful(std::span<const store::LineOutput> lines);

// Of the mean noise of the lines; nothing where none has an SQNR.
std::optional<double> PooledOutput(std::span<const store::LineOutput> lines);

}  // namespace acc::features
