// SPDX-License-Identifier: BSD-3-Clause
// A loop of TensorFlow 1 is a cycle of Merge, Switch and NextIteration for each of its variables.
// It is written out round by round: the ops that the condition needs are translated with this
// round's tensors in the place of the variables, and constant folding tells whether it goes on;
// then the body's. When the condition is false, the loop's results are what the variables hold.
//
// A condition that folding cannot decide, a loop of another form, too many rounds or ops: the loop
// stays, and each of its ops is refused or kept as any other. What rounds make is hidden: the
// framework shows no such tensors.
#include "model/tensorflow/loops.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace acc::model::tensorflow {
namespace {

constexpr std::size_t kMostRounds = 256;
constexpr std::size_t kMostOps = 100'000;

bool Is(const Op& op, std::string_view type) {
  std::string_view own = op.def->op();
  if (own.starts_with("Ref")) own.remove_prefix(3);
  return own == type;
}

std::string OutputOf(const Op& op, std::size_t port = 0) {
  return fmt::format("{}:{}", op.def->name(), port);
}

// Which loop each op lies in, by the name of its frame.
class Frames {
 public:
  explicit Frames(const FrozenGraph& frozen) {
    for (const Op& op : frozen.ops()) Add(op);
    for (const auto& [frame, conditions] : conditions_) {
      if (conditions != 1) refused_.insert(frame);
    }
  }

  // Empty for ops outside loops, and of loops that are taken op by op.
  std::string LoopOf(const Op& op) const {
    const auto found = members_.find(op.def->name());
    return found == members_.end() || refused_.contains(found->second) ? "" : found->second;
  }

 private:
  void Add(const Op& op) {
    std::string frame;
    for (const std::string& input : op.inputs) {
      const auto found = inside_.find(OpOf(input));
      if (found == inside_.end()) continue;
      if (!frame.empty() && frame != found->second) refused_.insert({frame, found->second});
      frame = found->second;
    }
    if (Is(op, "Enter")) {
      const proto::AttrValue* name = FindAttribute(*op.def, "frame_name");
      const std::string entered = name == nullptr || name->s().empty() ? op.def->name() : name->s();
      if (!frame.empty()) refused_.insert({frame, entered});
      frame = entered;
      conditions_.try_emplace(frame);
    }
    if (frame.empty()) return;
    members_[op.def->name()] = frame;
    if (Is(op, "LoopCond")) ++conditions_[frame];
    if (!Is(op, "Exit")) inside_[op.def->name()] = frame;
  }

  std::map<std::string, std::string, std::less<>> members_;
  std::map<std::string, std::string, std::less<>>
      inside_;  // Without the Exits, whose outputs are outside.
  std::map<std::string, int> conditions_;
  std::set<std::string> refused_;
};

// Depth first, so that a unit comes after what it reads. Nothing where units read each other.
std::optional<std::vector<std::size_t>> Order(const std::vector<std::vector<std::size_t>>& reads) {
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Mark> marks(reads.size(), Mark::kNew);
  std::vector<std::size_t> order;
  for (std::size_t first = 0; first < reads.size(); ++first) {
    std::vector<std::pair<std::size_t, std::size_t>> open;
    if (marks[first] == Mark::kNew) open.emplace_back(first, 0);
    while (!open.empty()) {
      auto& [unit, next] = open.back();
      marks[unit] = Mark::kOpen;
      if (next == reads[unit].size()) {
        marks[unit] = Mark::kDone;
        order.push_back(unit);
        open.pop_back();
        continue;
      }
      const std::size_t read = reads[unit][next++];
      if (marks[read] == Mark::kOpen) return std::nullopt;
      if (marks[read] == Mark::kNew) open.emplace_back(read, 0);
    }
  }
  return order;
}

// In the order of their first ops.
struct Grouping {
  std::vector<Unit> units;
  std::map<std::string, std::size_t, std::less<>> unit_of_op;
  bool has_loops = false;
};

Grouping Group(const FrozenGraph& frozen) {
  const Frames frames(frozen);
  Grouping grouping;
  std::map<std::string, std::size_t> unit_of_loop;
  for (const Op& op : frozen.ops()) {
    const std::string loop = frames.LoopOf(op);
    std::size_t unit = grouping.units.size();
    if (!loop.empty()) unit = unit_of_loop.emplace(loop, unit).first->second;
    if (unit == grouping.units.size()) grouping.units.emplace_back();
    if (loop.empty()) {
      grouping.units[unit].op = &op;
    } else {
      grouping.units[unit].loop.ops.push_back(&op);
    }
    grouping.unit_of_op.emplace(op.def->name(), unit);
  }
  grouping.has_loops = !unit_of_loop.empty();
  return grouping;
}

// The other units whose results each unit reads.
std::vector<std::vector<std::size_t>> Reads(const FrozenGraph& frozen, const Grouping& grouping) {
  std::vector<std::vector<std::size_t>> reads(grouping.units.size());
  for (const Op& op : frozen.ops()) {
    const std::size_t unit = grouping.unit_of_op.at(op.def->name());
    for (const std::string& input : op.inputs) {
      const auto made = grouping.unit_of_op.find(OpOf(input));
      const bool is_other = made != grouping.unit_of_op.end() && made->second != unit;
      if (is_other) reads[unit].push_back(made->second);
    }
  }
  return reads;
}

std::vector<Unit> OneByOne(const FrozenGraph& frozen) {
  std::vector<Unit> units;
  for (const Op& op : frozen.ops()) units.push_back({.op = &op});
  return units;
}

}  // namespace

std::vector<Unit> UnitsOf(const FrozenGraph& frozen) {
  Grouping grouping = Group(frozen);
  if (!grouping.has_loops) return std::move(grouping.units);
  const auto order = Order(Reads(frozen, grouping));
  if (!order) return OneByOne(frozen);
  std::vector<Unit> ordered;
  for (const std::size_t unit : *order) ordered.push_back(std::move(grouping.units[unit]));
  return ordered;
}

// A loop while it is written out.
struct LoopUnroller::Rounds {
  struct Variable {
    std::string merge;
    std::string start;
    std::string end;  // Of a round.
  };

  explicit Rounds(const Loop& the_loop) : loop(the_loop) {}

  // False for loops of another form.
  bool Prepare();
  bool FindVariables();
  bool AddVariable(const Op& merge);
  void FindCondition();
  const std::string& Now(const std::string& tensor) const {
    const auto found = now.find(tensor);
    return found == now.end() ? tensor : found->second;
  }
  // The loop's variables at the start of a round.
  void Start(std::size_t round);

  const Loop& loop;
  const Op* condition = nullptr;
  std::map<std::string_view, const Op*> by_name;
  std::vector<const Op*> switches;  // Between another round and the results.
  std::vector<Variable> variables;
  std::set<std::string, std::less<>> controls;      // Ops that only direct values.
  std::set<std::string, std::less<>> in_condition;  // Ops that the condition needs.
  std::map<std::string, std::string> now;           // Tensors of the loop in this round.
};

// (start, end of the round before), in either order.
bool LoopUnroller::Rounds::AddVariable(const Op& merge) {
  Variable variable{.merge = OutputOf(merge)};
  for (const std::string& input : merge.def->input()) {
    const std::string tensor = input.find(':') == std::string::npos ? input + ":0" : input;
    const auto maker = by_name.find(OpOf(tensor));
    if (maker == by_name.end()) return false;
    if (Is(*maker->second, "NextIteration")) variable.end = maker->second->inputs[0];
    if (Is(*maker->second, "Enter")) variable.start = tensor;
  }
  controls.insert(merge.def->name());
  variables.push_back(variable);
  return !variable.start.empty() && !variable.end.empty();
}

bool LoopUnroller::Rounds::Prepare() {
  for (const Op* op : loop.ops) {
    by_name.emplace(op->def->name(), op);
    const bool directs =
        Is(*op, "LoopCond") || Is(*op, "Enter") || Is(*op, "NextIteration") || Is(*op, "Exit");
    if (!directs) continue;
    if (op->inputs.empty()) return false;
    controls.insert(op->def->name());
    if (Is(*op, "LoopCond")) condition = op;
    if (Is(*op, "Enter")) now[OutputOf(*op)] = op->inputs[0];
  }
  return condition != nullptr && FindVariables();
}

bool LoopUnroller::Rounds::FindVariables() {
  const std::string decides = OutputOf(*condition);
  const auto enters = [&](const std::string& input) { return now.contains(input); };
  for (const Op* op : loop.ops) {
    if (Is(*op, "Switch") && op->inputs.size() == 2 && op->inputs[1] == decides) {
      controls.insert(op->def->name());
      switches.push_back(op);
    }
    const bool starts = Is(*op, "Merge") && std::ranges::any_of(op->inputs, enters);
    if (starts && !AddVariable(*op)) return false;
  }
  FindCondition();
  return true;
}

void LoopUnroller::Rounds::FindCondition() {
  std::set<std::string, std::less<>> needed = {std::string(OpOf(condition->inputs[0]))};
  for (auto op = loop.ops.rbegin(); op != loop.ops.rend(); ++op) {
    const std::string& name = (*op)->def->name();
    if (!needed.contains(name) || controls.contains(name)) continue;
    in_condition.insert(name);
    for (const std::string& input : (*op)->inputs) needed.emplace(OpOf(input));
  }
}

void LoopUnroller::Rounds::Start(std::size_t round) {
  std::vector<std::string> values;
  for (const Variable& variable : variables) {
    values.push_back(Now(round == 0 ? variable.start : variable.end));
  }
  for (std::size_t i = 0; i < variables.size(); ++i) now[variables[i].merge] = values[i];
  for (const Op* op : switches) {
    for (const std::size_t port : {0, 1}) now[OutputOf(*op, port)] = Now(op->inputs[0]);
  }
}

LoopUnroller::LoopUnroller(const FrozenGraph& frozen, GraphBuilder& builder)
    : builder_(builder), ops_left_(kMostOps) {
  for (const Op& op : frozen.ops()) op_names_.Take(op.def->name());
}

Status LoopUnroller::TranslateRound(Rounds& rounds, bool is_condition,
                                    const TranslateOp& translate) {
  for (const Op* op : rounds.loop.ops) {
    const std::string& name = op->def->name();
    if (rounds.controls.contains(name) || rounds.in_condition.contains(name) != is_condition) {
      continue;
    }
    proto::NodeDef def = *op->def;
    def.set_name(op_names_.Take(name));
    Op copy{.def = &def, .outputs = op->outputs};
    for (const std::string& input : op->inputs) copy.inputs.push_back(rounds.Now(input));
    for (std::size_t port = 0; port < op->outputs; ++port) {
      builder_.Reserve(OutputOf(copy, port));
      rounds.now[OutputOf(*op, port)] = OutputOf(copy, port);
    }
    ACC_RETURN_IF_ERROR(translate(copy));
    for (std::size_t port = 0; port < op->outputs; ++port) builder_.Hide(OutputOf(copy, port));
  }
  return OkStatus();
}

Status LoopUnroller::MakeResults(const Rounds& rounds, const TranslateOp& translate) {
  for (const Op* op : rounds.loop.ops) {
    if (!Is(*op, "Exit")) continue;
    proto::NodeDef def = *op->def;
    def.set_op("Identity");
    ACC_RETURN_IF_ERROR(translate({.def = &def, .inputs = {rounds.Now(op->inputs[0])}}));
  }
  return OkStatus();
}

Result<bool> LoopUnroller::Unroll(const Loop& loop, const TranslateOp& translate) {
  Rounds rounds(loop);
  if (!rounds.Prepare()) return false;
  for (std::size_t round = 0; round <= kMostRounds; ++round) {
    if (ops_left_ < loop.ops.size()) return false;
    ops_left_ -= loop.ops.size();
    rounds.Start(round);
    ACC_RETURN_IF_ERROR(TranslateRound(rounds, true, translate));
    const Tensor* goes_on = builder_.Constant(rounds.Now(rounds.condition->inputs[0]));
    if (goes_on == nullptr || goes_on->type() != ElementType::kBool || goes_on->size() != 1) {
      return false;
    }
    if (goes_on->bytes()[0] == std::byte{0}) {
      ACC_RETURN_IF_ERROR(MakeResults(rounds, translate));
      return true;
    }
    ACC_RETURN_IF_ERROR(TranslateRound(rounds, false, translate));
  }
  return false;
}

}  // namespace acc::model::tensorflow
