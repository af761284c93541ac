// SPDX-License-Identifier: BSD-3-Clause
#include "model/cut.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.h"

namespace acc::model {
namespace {

// `name` as one of `known` is spelled: itself, or with or without a trailing ":0"; empty for none.
std::string SpelledIn(const std::string& name, const std::set<std::string>& known) {
  if (known.contains(name)) return name;
  std::string other = name.ends_with(":0") ? name.substr(0, name.size() - 2) : name + ":0";
  return known.contains(other) ? other : "";
}

std::vector<std::string> Reads(const Node& node) {
  std::vector<std::string> reads = node.inputs;
  for (std::string& read : OuterReads(node)) reads.push_back(std::move(read));
  std::erase(reads, std::string());
  return reads;
}

bool IsFed(const Node& node, const std::set<std::string>& fed) {
  return std::ranges::all_of(node.outputs, [&](const std::string& output) {
    return output.empty() || fed.contains(output);
  });
}

// The names that ends.inputs and ends.outputs have in the graph.
struct Chosen {
  std::vector<std::string> inner;
  std::set<std::string> given;  // All inputs that are named.
  std::vector<std::string> outputs;
};

Chosen ChosenOf(const Graph& graph, const Ends& ends) {
  const std::set<std::string> made = MadeTensors(graph);
  const std::set<std::string> inputs = InputNames(graph);
  Chosen chosen;
  for (const std::string& name : ends.inputs) {
    const std::string own = SpelledIn(name, inputs);
    if (!own.empty()) chosen.given.insert(own);
    const std::string inner = own.empty() ? SpelledIn(name, made) : "";
    if (!inner.empty() && chosen.given.insert(inner).second) chosen.inner.push_back(inner);
  }
  for (const std::string& name : ends.outputs) {
    const std::string output = SpelledIn(name, made);
    if (!output.empty() && !std::ranges::count(chosen.outputs, output)) {
      chosen.outputs.push_back(output);
    }
  }
  if (chosen.outputs.empty()) {
    for (const ValueInfo& output : graph.outputs) chosen.outputs.push_back(output.name);
  }
  return chosen;
}

// All that the needed nodes read.
std::set<std::string> ReadTensors(const Graph& graph, const std::vector<bool>& needed) {
  std::set<std::string> read;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) std::ranges::copy(Reads(graph.nodes[i]), std::inserter(read, read.end()));
  }
  return read;
}

void KeepChangesOfState(const Graph& graph, const Chosen& chosen, CutPlan& plan) {
  const std::set<std::string> inputs = InputNames(graph);
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    if (!graph.nodes[i].outputs.empty()) continue;
    std::vector<bool> before = NeededNodes(graph.nodes, chosen.given, graph.nodes[i].inputs);
    before[i] = true;
    const std::set<std::string> read = ReadTensors(graph, before);
    const bool can_run = std::ranges::all_of(read, [&](const std::string& tensor) {
      return !inputs.contains(tensor) || chosen.given.contains(tensor);
    });
    for (std::size_t k = 0; can_run && k < before.size(); ++k) {
      if (before[k]) plan.needed[k] = true;
    }
  }
}

// Nodes that would run if nothing was given, and do not.
std::size_t NodesBefore(const Graph& graph, const Chosen& chosen, const CutPlan& plan) {
  const std::vector<bool> before = NeededNodes(graph.nodes, {}, chosen.inner);
  std::size_t count = 0;
  for (std::size_t i = 0; i < before.size(); ++i) count += before[i] && !plan.needed[i] ? 1 : 0;
  return count;
}

// A tensor is given or made, not both.
Status CheckMadeAlone(const Graph& graph, const Chosen& chosen, const CutPlan& plan) {
  for (std::size_t i = 0; i < plan.needed.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (!plan.needed[i]) continue;
    for (const std::string& output : node.outputs) {
      if (!std::ranges::count(chosen.inner, output)) continue;
      std::vector<std::string> others = node.outputs;
      std::erase_if(others, [&](const std::string& other) {
        return other.empty() || chosen.given.contains(other);
      });
      return UsageError(fmt::format(
          "--input_tensor names '{}', which node '{}' ({}) makes together with '{}', and that is "
          "still needed. Give it by --input_tensor as well",
          Printable(output), Printable(node.name), Printable(node.op_type),
          Printable(Join(others, "', '"))));
    }
  }
  return OkStatus();
}

void DropUnread(Graph& graph) {
  std::set<std::string> read = OutputNames(graph);
  for (const Node& node : graph.nodes) {
    std::ranges::copy(Reads(node), std::inserter(read, read.end()));
  }
  std::erase_if(graph.initializers,
                [&](const auto& constant) { return !read.contains(constant.first); });
}

ValueInfo InnerInput(const std::string& name, const Ends& ends,
                     const std::map<std::string, ValueInfo>& known) {
  for (const auto* types : {&ends.types, &known}) {
    const auto found = types->find(name);
    if (found != types->end() && found->second.type != ElementType::kUndefined) {
      return found->second;
    }
  }
  return {.name = name, .has_rank = false};
}

}  // namespace

std::vector<bool> NeededNodes(const std::vector<Node>& nodes, const std::set<std::string>& fed,
                              const std::vector<std::string>& wanted) {
  std::vector<bool> needed(nodes.size());
  std::set<std::string> tensors(wanted.begin(), wanted.end());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    if (IsFed(nodes[i], fed)) continue;
    needed[i] = std::ranges::any_of(nodes[i].outputs, [&](const std::string& output) {
      return !output.empty() && tensors.contains(output) && !fed.contains(output);
    });
    if (needed[i]) std::ranges::copy(Reads(nodes[i]), std::inserter(tensors, tensors.end()));
  }
  return needed;
}

void KeepNodes(const std::vector<bool>& needed, std::vector<Node>& nodes) {
  std::vector<Node> kept;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    if (needed[i]) kept.push_back(std::move(nodes[i]));
  }
  nodes = std::move(kept);
}

std::set<std::string> MadeTensors(const Graph& graph) {
  std::set<std::string> made;
  for (const Node& node : graph.nodes) made.insert(node.outputs.begin(), node.outputs.end());
  made.erase("");
  return made;
}

Result<CutPlan> PlanCut(const Graph& graph, const Ends& ends) {
  Chosen chosen = ChosenOf(graph, ends);
  if (chosen.inner.empty()) return CutPlan();
  std::erase_if(chosen.outputs,
                [&](const std::string& output) { return chosen.given.contains(output); });
  CutPlan plan;
  plan.needed = NeededNodes(graph.nodes, chosen.given, chosen.outputs);
  KeepChangesOfState(graph, chosen, plan);
  if (!std::ranges::count(plan.needed, true)) {
    return UsageError(fmt::format(
        "--input_tensor names '{}', and no output of the model is behind that: nothing is left to "
        "run",
        Printable(Join(chosen.inner, "', '"))));
  }
  ACC_RETURN_IF_ERROR(CheckMadeAlone(graph, chosen, plan));
  const std::set<std::string> read = ReadTensors(graph, plan.needed);
  for (const ValueInfo& input : graph.inputs) {
    const bool stays = chosen.given.contains(input.name) || read.contains(input.name);
    if (stays) plan.inputs.push_back(input.name);
  }
  plan.inputs.insert(plan.inputs.end(), chosen.inner.begin(), chosen.inner.end());
  plan.outputs = std::move(chosen.outputs);
  plan.cut = {.at = chosen.inner, .nodes = NodesBefore(graph, chosen, plan)};
  return plan;
}

Result<Cut> CutAt(Graph& graph, const Ends& ends, const std::map<std::string, ValueInfo>& known) {
  ACC_ASSIGN_OR_RETURN(const CutPlan plan, PlanCut(graph, ends));
  if (ends.cut != nullptr) *ends.cut = plan.cut;
  if (plan.needed.empty()) return plan.cut;
  KeepNodes(plan.needed, graph.nodes);
  std::vector<ValueInfo> inputs;
  for (const std::string& name : plan.inputs) {
    const auto own = std::ranges::find(graph.inputs, name, &ValueInfo::name);
    inputs.push_back(own != graph.inputs.end() ? *own : InnerInput(name, ends, known));
  }
  graph.inputs = std::move(inputs);
  std::vector<ValueInfo> outputs;
  for (const std::string& name : plan.outputs) {
    const auto own = std::ranges::find(graph.outputs, name, &ValueInfo::name);
    const ValueInfo chosen{.name = name, .has_rank = false};
    outputs.push_back(own != graph.outputs.end() ? *own : chosen);
  }
  graph.outputs = std::move(outputs);
  DropUnread(graph);
  return plan.cut;
}

}  // namespace acc::model
