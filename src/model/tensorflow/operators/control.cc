// SPDX-License-Identifier: BSD-3-Clause
// Ops that hand values on, and branches: the one that a known condition takes, or else both.
#include <algorithm>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void HandOn(Translation& t, std::size_t input, std::size_t port) {
  if (t.Constant(input) != nullptr)
    return t.builder().DefineTwin(t.Output(port), t.op().inputs[input]);
  t.MakeOutput(port, "Identity", {t.Input(input)});
}

void Identity(Translation& t) { HandOn(t, 0, 0); }

void IdentityN(Translation& t) {
  for (std::size_t i = 0; i < t.InputCount(); ++i) HandOn(t, i, i);
}

// Both branches compute where only the run knows the condition, and Merge chooses.
void SwitchBoth(Translation& t) {
  const std::string& condition = t.op().inputs[1];
  const auto outer = t.builder().BranchOf(t.op().inputs[0]);
  for (const bool taken_if : {false, true}) {
    const std::size_t port = taken_if ? 1 : 0;
    HandOn(t, 0, port);
    t.builder().SetBranch(
        t.Output(port), std::make_shared<const Branch>(Branch{
                            condition, taken_if, outer, outer == nullptr ? 1 : outer->depth + 1}));
  }
}

void Switch(Translation& t) {
  const Tensor* condition = t.Constant(1);
  const bool is_known =
      condition != nullptr && condition->type() == ElementType::kBool && condition->size() == 1;
  // A loop's, where it could not be written out.
  if (t.builder().IsUntranslated(t.op().inputs[1])) return t.MakeUntranslated();
  if (!is_known) return SwitchBoth(t);
  const std::size_t taken = condition->bytes()[0] == std::byte{0} ? 0 : 1;
  HandOn(t, 0, taken);
  t.builder().MarkDead(t.Output(1 - taken));
}

// The branch in which input 0 or 1 of a Merge lies: that of a condition that is false or true, in
// this order. A constant lies in none.
std::shared_ptr<const Branch> MergedBranch(Translation& t) {
  std::shared_ptr<const Branch> merged;
  for (std::size_t i = 0; i < t.InputCount(); ++i) {
    const std::string& input = t.op().inputs[i];
    const auto branch = t.builder().BranchOf(input);
    // The end of a loop's round is made later.
    if (!branch && t.Constant(i) == nullptr) return nullptr;
    if (!branch) continue;
    const bool agrees =
        branch->taken_if == (i == 1) && (!merged || merged->condition == branch->condition);
    if (!agrees) return nullptr;
    merged = branch;
  }
  return t.InputCount() == 2 ? merged : nullptr;
}

void MergeBoth(Translation& t) {
  const auto branch = MergedBranch(t);
  if (!branch) return t.MakeUntranslated();
  const std::string condition = t.builder().Value(branch->condition);
  t.MakeOutput(0, "Where", {condition, t.Input(1), t.Input(0)});
  t.MakeCast(1, condition, ElementType::kInt32);
  if (!branch->outer) return;
  for (std::size_t port = 0; port < 2; ++port) t.builder().SetBranch(t.Output(port), branch->outer);
}

// That of a loop, whose other input is the end of a round.
bool IsLoopMerge(const Op& op) {
  const auto is_data = [](const std::string& input) { return !input.starts_with('^'); };
  return std::ranges::count_if(op.def->input(), is_data) > std::ssize(op.inputs);
}

void Merge(Translation& t) {
  if (IsLoopMerge(t.op())) return t.MakeUntranslated();
  for (std::size_t i = 0; i < t.InputCount(); ++i) {
    if (t.builder().IsDead(t.op().inputs[i])) continue;
    const bool others_dead = [&] {
      for (std::size_t j = i + 1; j < t.InputCount(); ++j) {
        if (!t.builder().IsDead(t.op().inputs[j])) return false;
      }
      return true;
    }();
    if (!others_dead) return MergeBoth(t);
    HandOn(t, i, 0);
    t.builder().DefineConstant(
        t.Output(1), Tensor::FromValues<std::int32_t>(ElementType::kInt32, {},
                                                      std::vector{static_cast<std::int32_t>(i)}));
    return;
  }
  for (std::size_t port = 0; port < 2; ++port) t.builder().MarkDead(t.Output(port));
}

void Nothing(Translation&) {}

constexpr Operator kRows[] = {
    {"Assert", 0, kAnyNumber, &Nothing},      {"CheckNumerics", 1, 1, &Identity},
    {"EnsureShape", 1, 1, &Identity},         {"Identity", 1, 1, &Identity},
    {"IdentityN", 1, kAnyNumber, &IdentityN}, {"Merge", 1, kAnyNumber, &Merge},
    {"NoOp", 0, kAnyNumber, &Nothing},        {"PlaceholderWithDefault", 1, 1, &Identity},
    {"PreventGradient", 1, 1, &Identity},     {"Snapshot", 1, 1, &Identity},
    {"StopGradient", 1, 1, &Identity},        {"Switch", 2, 2, &Switch},
};

}  // namespace

std::span<const Operator> ControlOperators() { return kRows; }

}  // namespace acc::model::tensorflow
