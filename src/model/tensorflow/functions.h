// SPDX-License-Identifier: BSD-3-Clause
// Calls of functions in a graph's library, as graphs of TensorFlow 2 hold them.
#pragma once

#include <graph_def.pb.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

namespace acc::model::tensorflow {

namespace proto = ::acc::tensorflow;

// What to do with calls that TensorFlow compiles as one (`jit_compile`): it rounds other than op by
// op, and nothing inside is a tensor of its session.
enum class CompiledCalls : std::uint8_t { kKeep, kReplace };

struct Inlined {
  // Why a call was left as it is, by the call's name. Not of calls that were to be kept.
  std::map<std::string, std::string, std::less<>> kept;
  // Ops that stand for a compiled call.
  std::set<std::string, std::less<>> compiled;
};

// Replaces each call by what its function's results need, under the names "call/op", and calls in
// that in turn. Calls are PartitionedCall, StatefulPartitionedCall, ops whose type is a function's
// name, and If, StatelessIf and Case whose condition is a constant. The call's own tensors stay: it
// becomes an identity of the results. `fed` names ops whose value comes from the user.
//
// Kept and returned are calls that cannot be replaced without doubt: of functions that are not in
// the library, call themselves, pass lists of tensors as one argument, or depend on attributes that
// the call does not give; also what lies deeper than 64 calls, and what would add more than 100,000
// ops, or 256 MiB to one copy of every function. If, StatelessIf and Case whose condition is not
// constant stay too, and are not returned.
Inlined InlineCalls(proto::GraphDef& graph, const std::set<std::string, std::less<>>& fed,
                    CompiledCalls compiled);

}  // namespace acc::model::tensorflow
