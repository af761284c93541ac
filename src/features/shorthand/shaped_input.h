// SPDX-License-Identifier: BSD-3-Clause
// Values for an input of which there is no data: the same at every run, and of the kind that its
// type, dims and readers tell, so that a run shows something. Ranges and scores that they give are
// not those of data.
#pragma once

#include <string>

#include "base/status.h"
#include "model/graph.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::features {

// Dims without unknown ones: 1 for the first, 224 for the sides of an image, 32 for others, such as
// the length of a text.
Shape ChosenDims(const ValueInfo& input, bool is_channel_last);

// An image of a batch, with 1 or 3 channels where the format has them.
bool IsImage(const ValueInfo& input, bool is_channel_last);

struct ShapedInput {
  Tensor values;     // Of the input's type and of the chosen dims.
  std::string kind;  // "an image of smooth shades", "token ids below 30522", …
};

// Fails for an input of a type that has no values to choose from (strings).
Result<ShapedInput> MakeShapedInput(const model::Graph& graph, const ValueInfo& input,
                                    bool is_channel_last);

}  // namespace acc::features
