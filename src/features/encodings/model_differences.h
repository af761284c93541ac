// SPDX-License-Identifier: BSD-3-Clause
// In what two models differ beside their encodings.
#pragma once

#include <string>
#include <vector>

#include "dlc/model.h"

namespace acc::features {

struct ModelDifference {
  std::string name;
  std::string kind;        // "graph", "node" or "tensor".
  std::string difference;  // "missing", "dims", "data type", "attribute axis", "values", …
  std::string first;       // What each side has; empty where it lacks it.
  std::string second;
};

// Graphs are paired by name, or in their order where there is one of each; nodes and tensors by the
// rules of PairEntries. The values of static tensors are compared where type and dims agree; then
// both sides say their range.
std::vector<ModelDifference> CompareModels(const dlc::Model& first, const dlc::Model& second);

// A value as one line: "7", "0.5", "qti.aisw", "[3, 3]", "[1, 1, 1, … (64 in all)]".
std::string AttributeText(const dlc::Attribute& attribute);

}  // namespace acc::features
