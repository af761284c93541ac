// SPDX-License-Identifier: BSD-3-Clause
// While loops in the control flow of TensorFlow 1: Enter, Merge, LoopCond, Switch, NextIteration,
// Exit.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/translation.h"
#include "model/unique_names.h"

namespace acc::model::tensorflow {

struct Loop {
  std::vector<const Op*> ops;  // Each after what it reads save for the ends of rounds.
};

// What is translated as one: an op outside loops, or all ops of a loop.
struct Unit {
  const Op* op = nullptr;  // Null for a loop.
  Loop loop = {};
};

// All ops of the graph, each unit after what it reads. Loops in loops, loops without or with
// several conditions and loops that read their own results are taken op by op.
std::vector<Unit> UnitsOf(const FrozenGraph& frozen);

// Writes loops out, round by round, under names of the translation's own.
class LoopUnroller {
 public:
  // What is done with each op of each round, and with identities that make the loop's results.
  using TranslateOp = std::function<Status(const Op&)>;

  LoopUnroller(const FrozenGraph& frozen, GraphBuilder& builder);

  // False where only a run knows whether another round follows, after 256 rounds, and above 100,000
  // ops in all loops: rounds written until then are left, and nothing reads them. The results of
  // the loop keep their names.
  Result<bool> Unroll(const Loop& loop, const TranslateOp& translate);

 private:
  struct Rounds;

  Status TranslateRound(Rounds& rounds, bool is_condition, const TranslateOp& translate);
  static Status MakeResults(const Rounds& rounds, const TranslateOp& translate);

  GraphBuilder& builder_;
  UniqueNames op_names_;
  std::size_t ops_left_;
};

}  // namespace acc::model::tensorflow
