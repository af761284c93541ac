// SPDX-License-Identifier: BSD-3-Clause
// Walks the nodes in order and joins tensors that hold the same values, or must hold the same
// codes, into chains with one range, named after their first tensor. Moving data lengthens a chain;
// a node whose target moves the codes of several tensors, or a number, into one unites theirs:
// scatters, Pad. A tensor that only a Relu reads is never stored: what the target computes into is
// the Relu's.
//
// Where the encodings are given instead, a chain begins at each tensor that has one.
#include "quantize/ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.h"
#include "quantize/encoding.h"
#include "quantize/operators.h"

namespace acc::quantize {
namespace {

std::string NameOf(const model::Node& node) {
  return Printable(node.name.empty() ? node.outputs.front() : node.name);
}

// The Relu that alone reads the output of `node` and clamps it before it is stored; null where
// there is none.
const model::Node* FusedReader(const model::Graph& graph, const model::Connections& connections,
                               const model::Node& node, const std::string& output) {
  if (!FusesRelu(node) || model::IsGraphOutput(graph, output)) return nullptr;
  const std::vector<int>& readers = connections.Consumers(output);
  if (readers.size() != 1) return nullptr;
  const model::Node& reader = graph.nodes[static_cast<std::size_t>(readers.front())];
  return IsReluLike(graph, reader) ? &reader : nullptr;
}

class Planner {
 public:
  Planner(const model::Graph& graph, const Types& types,
          const std::function<bool(const model::Node&)>& converts)
      : graph_(graph), types_(types), converts_(converts), connections_(graph) {
    for (const ValueInfo& output : graph.outputs) outputs_.insert(output.name);
  }

  ActivationPlan Plan() {
    for (const ValueInfo& input : graph_.inputs) {
      if (IsFloat32(input.name) && IsReadAsData(input.name)) Store(input.name);
    }
    for (const model::Node& node : graph_.nodes) Visit(node);
    return std::move(plan_);
  }

 private:
  void Visit(const model::Node& node) {
    if (ComputesShapes(node)) {
      from_shapes_.insert(node.outputs.begin(), node.outputs.end());
      return;
    }
    const OutputRange range = OutputRangeOf(graph_, node);
    if (range == OutputRange::kFloat) {
      NoteLeftAlone(node);
      return;
    }
    for (const std::string& output : node.outputs) {
      if (output.empty() || !IsFloat32(output) || !IsReadAsData(output) || Fuse(node, output)) {
        continue;
      }
      Store(output);
      const bool moves = range == OutputRange::kOfInput && !(converts_ && converts_(node));
      if (moves && ReadsStored(node)) {
        plan_.shares_range_with[output] = plan_.RootOf(node.inputs[0]);
      }
    }
    if (range == OutputRange::kOfAll) ShareAmongAll(node);
  }

  void ShareAmongAll(const model::Node& node) {
    const std::string& output = node.outputs.front();
    if (!stored_.contains(output)) return;
    std::vector<std::string> constants;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const std::string& name = node.inputs[input];
      if (RoleOf(node, input) == InputRole::kPlain) continue;
      if (stored_.contains(name)) {
        Unite(name, output);
      } else if (graph_.initializers.contains(name)) {
        constants.push_back(name);
      }
    }
    if (constants.empty()) return;
    auto& held = plan_.also_holds[plan_.RootOf(output)];
    held.insert(held.end(), constants.begin(), constants.end());
  }

  // The earlier of the two roots becomes that of both chains.
  void Unite(const std::string& one, const std::string& other) {
    std::string first = plan_.RootOf(one);
    std::string second = plan_.RootOf(other);
    if (first == second) return;
    if (stored_.at(second) < stored_.at(first)) std::swap(first, second);
    for (auto& [tensor, root] : plan_.shares_range_with) {
      if (root == second) root = first;
    }
    plan_.shares_range_with[second] = first;
    auto& held = plan_.also_holds[first];
    held.push_back(second);
    const auto moved = plan_.also_holds.extract(second);
    if (!moved.empty()) held.insert(held.end(), moved.mapped().begin(), moved.mapped().end());
  }

  bool ReadsStored(const model::Node& node) const {
    return !node.inputs.empty() && stored_.contains(node.inputs.front());
  }

  void Store(const std::string& tensor) {
    stored_.emplace(tensor, plan_.stored.size());
    plan_.stored.push_back(tensor);
  }

  bool Fuse(const model::Node& node, const std::string& output) {
    const model::Node* reader = FusedReader(graph_, connections_, node, output);
    if (reader == nullptr) return false;
    plan_.fused[output] = fmt::format("fused into {}", NameOf(*reader));
    return true;
  }

  // A Shape or Size, or a node all of whose variable inputs come from those.
  bool ComputesShapes(const model::Node& node) const {
    if (node.op_type == "Shape" || node.op_type == "Size") return true;
    bool any = false;
    for (const std::string& input : node.inputs) {
      if (input.empty() || graph_.initializers.contains(input)) continue;
      if (!from_shapes_.contains(input)) return false;
      any = true;
    }
    return any;
  }

  bool IsFloat32(const std::string& tensor) const {
    const auto found = types_.find(tensor);
    if (found != types_.end()) return found->second.type == ElementType::kFloat32;
    const auto input = std::find_if(graph_.inputs.begin(), graph_.inputs.end(),
                                    [&](const ValueInfo& info) { return info.name == tensor; });
    return input != graph_.inputs.end() && input->type == ElementType::kFloat32;
  }

  bool IsReadAsData(const std::string& tensor) const {
    if (outputs_.contains(tensor)) return true;
    const std::vector<int>& readers = connections_.Consumers(tensor);
    return std::any_of(readers.begin(), readers.end(), [&](int reader) {
      const model::Node& node = graph_.nodes[static_cast<std::size_t>(reader)];
      for (std::size_t input = 0; input < node.inputs.size(); ++input) {
        if (node.inputs[input] == tensor && RoleOf(node, input) != InputRole::kPlain) return true;
      }
      return false;
    });
  }

  void NoteLeftAlone(const model::Node& node) {
    const bool any_float =
        std::any_of(node.outputs.begin(), node.outputs.end(),
                    [&](const std::string& output) { return IsFloat32(output); });
    if (!any_float) return;
    plan_.notes.push_back(fmt::format("{} ({}) is not quantized: its outputs stay float",
                                      NameOf(node), node.op_type));
  }

  const model::Graph& graph_;
  const Types& types_;
  const std::function<bool(const model::Node&)>& converts_;
  model::Connections connections_;
  std::set<std::string, std::less<>> outputs_;
  std::map<std::string, std::size_t> stored_;  // To the place in the plan.
  std::set<std::string> from_shapes_;
  ActivationPlan plan_;
};

class GivenPlanner {
 public:
  GivenPlanner(const model::Graph& graph, const Types& types, const GivenEncoding& given)
      : graph_(graph), types_(types), given_(given), connections_(graph) {}

  ActivationPlan Plan() {
    for (const ValueInfo& input : graph_.inputs) {
      if (HasOwn(input.name)) Store(input.name);
    }
    for (const model::Node& node : graph_.nodes) {
      for (const std::string& output : node.outputs) Visit(node, output);
    }
    return std::move(plan_);
  }

 private:
  void Visit(const model::Node& node, const std::string& output) {
    if (HasOwn(output)) {
      if (!Fuse(node, output)) Store(output);
      return;
    }
    const bool moves = OutputRangeOf(graph_, node) == OutputRange::kOfInput;
    if (output.empty() || !moves || !ReadsStored(node)) return;
    Store(output);
    plan_.shares_range_with[output] = plan_.RootOf(node.inputs.front());
  }

  bool Fuse(const model::Node& node, const std::string& output) {
    const model::Node* reader = FusedReader(graph_, connections_, node, output);
    if (reader == nullptr || !HasOwn(reader->outputs.front())) return false;
    const TensorEncoding& own = *given_(output);
    const TensorEncoding& clamped = *given_(reader->outputs.front());
    if (own.is_float || clamped.is_float || !HaveEqualScales(own, clamped)) return false;
    plan_.fused[output] = fmt::format("fused into {}, whose encoding it has", NameOf(*reader));
    return true;
  }

  bool HasOwn(const std::string& tensor) const {
    const auto info = types_.find(tensor);
    return info != types_.end() && info->second.type == ElementType::kFloat32 &&
           given_(tensor) != nullptr;
  }

  bool ReadsStored(const model::Node& node) const {
    return !node.inputs.empty() && stored_.contains(node.inputs.front());
  }

  void Store(const std::string& tensor) {
    plan_.stored.push_back(tensor);
    stored_.insert(tensor);
  }

  const model::Graph& graph_;
  const Types& types_;
  const GivenEncoding& given_;
  model::Connections connections_;
  std::set<std::string> stored_;
  ActivationPlan plan_;
};

}  // namespace

const std::string& ActivationPlan::RootOf(const std::string& tensor) const {
  const auto found = shares_range_with.find(tensor);
  return found == shares_range_with.end() ? tensor : found->second;
}

ActivationPlan PlanActivations(const model::Graph& graph, const Types& types,
                               const std::function<bool(const model::Node&)>& converts) {
  return Planner(graph, types, converts).Plan();
}

ActivationPlan PlanGivenActivations(const model::Graph& graph, const Types& types,
                                    const GivenEncoding& given) {
  return GivenPlanner(graph, types, given).Plan();
}

bool HaveEqualScales(const TensorEncoding& one, const TensorEncoding& other) {
  return std::equal(one.channels.begin(), one.channels.end(), other.channels.begin(),
                    other.channels.end(), [](const Encoding& a, const Encoding& b) {
                      return a.scale == b.scale && a.offset == b.offset && a.bitwidth == b.bitwidth;
                    });
}

std::optional<Encoding> FixedEncoding(const model::Node& node, int bitwidth) {
  const auto& range = model::FindOperator(node).fixed;
  if (!range) return std::nullopt;
  // A power of two: the largest code stands for one step less than the maximum.
  const double scale = (range->max - range->min) / std::exp2(bitwidth);
  return EncodingFromScale(scale, std::llround(range->min / scale), bitwidth, false);
}

bool TargetFixesEncoding(const model::Node& node, int bitwidth) {
  const auto& range = model::FindOperator(node).fixed;
  return bitwidth == 16 && range && range->fixed_by_target;
}

}  // namespace acc::quantize
