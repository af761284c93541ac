// SPDX-License-Identifier: BSD-3-Clause
// Which tensors hold names rather than numbers.
#pragma once

#include <set>
#include <string>

#include "match/match.h"
#include "store/graph_struct.h"

namespace acc::features {

// Whether the elements of the pair are classes, indices, tokens or truth values, which are equal or
// not, and of which no difference is small. True where either side says that it holds truth values
// or integers of 32 bits or more, unless the operator makes sums of products (MatMulInteger,
// ConvInteger); and for the results of operators that make nothing else, where the type is not
// known. Narrower integers are codes of real numbers.
bool IsDiscrete(const match::Pair& pair);

// The tensors of `graph`, which is in topological order, that hold results of operators that make
// nothing but indices, also where they were cast to other types or moved since: no type tells of
// those.
std::set<std::string> TensorsOfIndices(const store::GraphStruct& graph);

}  // namespace acc::features
