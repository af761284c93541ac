// SPDX-License-Identifier: BSD-3-Clause
// Which tensors of a channel-last file are images. A file does not say it; its operators do.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tensor/shape.h"

namespace acc::model {

// What an operator tells of the tensors that it reads and makes.
struct PlannedNode {
  enum class Kind {
    kSpatial,    // Its first input and its first output are images.
    kFollowing,  // Tensors of one rank have one order: element-wise operators, those along an axis.
    kReshaping,  // The same of tensors of different ranks.
    kOther,      // Nothing.
  };
  Kind kind = Kind::kOther;
  const std::vector<std::string>* inputs = nullptr;
  const std::vector<std::string>* outputs = nullptr;
};

// The names of the images, 3 to 5 dims each. One tensor tells the order of others, in both
// directions. `dims` has all tensors but the constants.
std::unordered_set<std::string> PlanImages(const std::unordered_map<std::string, Shape>& dims,
                                           const std::vector<PlannedNode>& nodes);

}  // namespace acc::model
