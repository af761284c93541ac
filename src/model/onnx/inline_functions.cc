// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/inline_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/unique_names.h"

namespace acc::model {
namespace {

using onnx::AttributeProto;
using onnx::FunctionProto;
using onnx::GraphProto;
using onnx::NodeProto;
using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;
using Names = std::unordered_map<std::string, std::string>;
using Key = std::tuple<std::string, std::string, std::string>;  // Domain, name, overload.

// Graphs in graphs and calls in calls; real models need a handful.
constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxNodes = std::size_t{1} << 19;
constexpr std::size_t kMaxBytes = std::numeric_limits<std::int32_t>::max();

std::string Domain(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

Key KeyOf(const FunctionProto& function) {
  return {Domain(function.domain()), function.name(), function.overload()};
}

std::string NameOf(const FunctionProto& function) {
  const std::string overload = function.overload().empty() ? "" : ":" + function.overload();
  return Printable(function.domain() + "." + function.name() + overload);
}

// Every name of a tensor in the graph and in the graphs inside.
void TakeNames(const GraphProto& graph, UniqueNames& taken) {
  const auto take = [&](const std::string& name) {
    if (!taken.Contains(name)) taken.Take(name);
  };
  for (const auto& value : graph.input()) take(value.name());
  for (const auto& value : graph.output()) take(value.name());
  for (const auto& tensor : graph.initializer()) take(tensor.name());
  for (const NodeProto& node : graph.node()) {
    std::ranges::for_each(node.input(), take);
    std::ranges::for_each(node.output(), take);
    for (const AttributeProto& attribute : node.attribute()) {
      if (attribute.has_g()) TakeNames(attribute.g(), taken);
      for (const GraphProto& inner : attribute.graphs()) TakeNames(inner, taken);
    }
  }
}

std::string PrefixOf(const NodeProto& call) {
  if (!call.name().empty()) return call.name();
  const auto output = std::ranges::find_if(call.output(), [](const auto& o) { return !o.empty(); });
  return output == call.output().end() ? call.op_type() : *output;
}

// The value that the call gives to an attribute of the function, or the function's own.
const AttributeProto* ValueOf(const std::string& name, const NodeProto& call,
                              const FunctionProto& function) {
  for (const auto* attributes : {&call.attribute(), &function.attribute_proto()}) {
    const auto found = std::ranges::find(*attributes, name, &AttributeProto::name);
    if (found != attributes->end()) return &*found;
  }
  return nullptr;
}

// Puts values in the place of references to attributes of the function; a reference to what has no
// value leaves its node without the attribute.
void BindAttributes(Nodes& nodes, const NodeProto& call, const FunctionProto& function) {
  for (NodeProto& node : nodes) {
    auto& attributes = *node.mutable_attribute();
    for (int index = attributes.size() - 1; index >= 0; --index) {
      AttributeProto& attribute = attributes[index];
      if (!attribute.ref_attr_name().empty()) {
        const std::string name = attribute.name();
        const AttributeProto* value = ValueOf(attribute.ref_attr_name(), call, function);
        if (value == nullptr) {
          attributes.DeleteSubrange(index, 1);
          continue;
        }
        attribute = AttributeProto(*value);
        attribute.set_name(name);
        continue;  // A graph that the call gives is the caller's, and bound already.
      }
      if (attribute.has_g()) BindAttributes(*attribute.mutable_g()->mutable_node(), call, function);
      for (GraphProto& inner : *attribute.mutable_graphs()) {
        BindAttributes(*inner.mutable_node(), call, function);
      }
    }
  }
}

// Gives the tensors of one call's nodes their names in the model.
class Renamer {
 public:
  Renamer(const FunctionProto& function, std::string prefix, UniqueNames& taken)
      : function_(function), prefix_(std::move(prefix)), taken_(taken) {}

  // `names` are those that the nodes see from outside.
  Status Rename(Nodes& nodes, Names names) {
    for (NodeProto& node : nodes) {
      if (!node.name().empty()) node.set_name(prefix_ + "/" + node.name());
      for (std::string& output : *node.mutable_output()) {
        if (!output.empty() && !names.contains(output)) names[output] = NewName(output);
      }
    }
    for (NodeProto& node : nodes) {
      for (std::string& input : *node.mutable_input()) ACC_RETURN_IF_ERROR(Apply(names, input));
      for (std::string& output : *node.mutable_output()) ACC_RETURN_IF_ERROR(Apply(names, output));
      for (AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) ACC_RETURN_IF_ERROR(Rename(*attribute.mutable_g(), names));
        for (GraphProto& inner : *attribute.mutable_graphs()) {
          ACC_RETURN_IF_ERROR(Rename(inner, names));
        }
      }
    }
    return OkStatus();
  }

  std::string NewName(const std::string& name) const { return taken_.Take(prefix_ + "/" + name); }

 private:
  // What the graph makes hides what it sees of the same name.
  Status Rename(GraphProto& graph, Names names) {
    Names own;
    const auto make = [&](const std::string& name) {
      if (!name.empty() && !own.contains(name)) own[name] = NewName(name);
    };
    for (const auto& input : graph.input()) make(input.name());
    for (const auto& tensor : graph.initializer()) make(tensor.name());
    for (const NodeProto& node : graph.node()) std::ranges::for_each(node.output(), make);
    for (const auto& [name, renamed] : own) names[name] = renamed;
    graph.clear_value_info();
    for (auto& input : *graph.mutable_input()) {
      ACC_RETURN_IF_ERROR(Apply(names, *input.mutable_name()));
    }
    for (auto& tensor : *graph.mutable_initializer()) {
      ACC_RETURN_IF_ERROR(Apply(names, *tensor.mutable_name()));
    }
    ACC_RETURN_IF_ERROR(Rename(*graph.mutable_node(), names));
    for (auto& output : *graph.mutable_output()) {
      ACC_RETURN_IF_ERROR(Apply(names, *output.mutable_name()));
    }
    return OkStatus();
  }

  Status Apply(const Names& names, std::string& name) const {
    if (name.empty()) return OkStatus();
    const auto found = names.find(name);
    if (found == names.end()) {
      return Failure(fmt::format("the function {} reads '{}', which it does not make",
                                 NameOf(function_), Printable(name)));
    }
    name = found->second;
    return OkStatus();
  }

  const FunctionProto& function_;
  const std::string prefix_;
  UniqueNames& taken_;
};

class Inliner {
 public:
  explicit Inliner(onnx::ModelProto& model) : model_(model) {}

  Result<bool> Run() {
    // The graph's nodes refer to them while the model changes.
    std::vector<FunctionProto> functions(model_.functions().begin(), model_.functions().end());
    model_.clear_functions();
    for (const FunctionProto& function : functions) {
      if (!functions_.emplace(KeyOf(function), &function).second) {
        return Failure(fmt::format("it has two functions {}", NameOf(function)));
      }
    }
    TakeNames(model_.graph(), taken_);
    bytes_ = model_.ByteSizeLong();
    ACC_RETURN_IF_ERROR(Expand(*model_.mutable_graph()->mutable_node(), 0));
    return has_call_;
  }

 private:
  // The function that `node` calls, or null.
  const FunctionProto* Called(const NodeProto& node) const {
    const std::string domain = Domain(node.domain());
    if (domain.empty()) return nullptr;
    const auto found = functions_.find({domain, node.op_type(), node.overload()});
    return found == functions_.end() ? nullptr : found->second;
  }

  Status Expand(Nodes& nodes, int depth) {
    if (depth > kMaxDepth) {
      return Failure(
          fmt::format("graphs and calls of functions are nested deeper than {}", kMaxDepth));
    }
    Nodes expanded;
    for (NodeProto& node : nodes) {
      for (AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) {
          ACC_RETURN_IF_ERROR(Expand(*attribute.mutable_g()->mutable_node(), depth + 1));
        }
        for (GraphProto& inner : *attribute.mutable_graphs()) {
          ACC_RETURN_IF_ERROR(Expand(*inner.mutable_node(), depth + 1));
        }
      }
      if (const FunctionProto* function = Called(node)) {
        ACC_ASSIGN_OR_RETURN(Nodes body, BodyOf(node, *function, depth));
        for (NodeProto& inner : body) *expanded.Add() = std::move(inner);
      } else {
        *expanded.Add() = std::move(node);
      }
    }
    nodes = std::move(expanded);
    return OkStatus();
  }

  // The nodes that stand for a call, calls in them expanded.
  Result<Nodes> BodyOf(const NodeProto& call, const FunctionProto& function, int depth) {
    has_call_ = true;
    ACC_RETURN_IF_ERROR(CheckCall(call, function));
    Nodes nodes = function.node();
    Renamer renamer(function, PrefixOf(call), taken_);
    Names names;
    for (int index = 0; index < function.input_size(); ++index) {
      names[function.input(index)] = index < call.input_size() ? call.input(index) : "";
    }
    std::vector<NodeProto> passed;
    for (int index = 0; index < function.output_size(); ++index) {
      const std::string& formal = function.output(index);
      if (index >= call.output_size() || call.output(index).empty()) continue;
      const auto [place, is_new] = names.try_emplace(formal, call.output(index));
      if (!is_new) passed.push_back(Passing(place->second, call.output(index)));
    }
    ACC_RETURN_IF_ERROR(renamer.Rename(nodes, names));
    BindAttributes(nodes, call, function);  // Last: graphs that the call gives speak its names.
    for (NodeProto& node : passed) *nodes.Add() = std::move(node);
    ACC_RETURN_IF_ERROR(Spend(nodes));
    ACC_RETURN_IF_ERROR(ImportDomains(function));
    stack_.push_back(&function);
    ACC_RETURN_IF_ERROR(Expand(nodes, depth + 1));
    stack_.pop_back();
    return nodes;
  }

  // Of an output that is an input, or another output.
  static NodeProto Passing(const std::string& from, const std::string& to) {
    NodeProto node;
    node.set_op_type("Identity");
    node.add_input(from);
    node.add_output(to);
    return node;
  }

  Status CheckCall(const NodeProto& call, const FunctionProto& function) const {
    if (std::ranges::find(stack_, &function) != stack_.end()) {
      std::vector<std::string> chain;
      for (const FunctionProto* caller : stack_) chain.push_back(NameOf(*caller));
      chain.push_back(NameOf(function));
      return Failure(fmt::format("the function {} calls itself: {}", NameOf(function),
                                 Join(chain, " calls ")));
    }
    if (call.input_size() <= function.input_size() && call.output_size() <= function.output_size())
      return OkStatus();
    return Failure(fmt::format(
        "node '{}' calls the function {} with {} inputs and {} outputs; it has {} and {}",
        Printable(call.name()), NameOf(function), call.input_size(), call.output_size(),
        function.input_size(), function.output_size()));
  }

  // Calls of calls can make much of little.
  Status Spend(const Nodes& nodes) {
    nodes_ += static_cast<std::size_t>(nodes.size());
    for (const NodeProto& node : nodes) bytes_ += node.ByteSizeLong();
    if (nodes_ <= kMaxNodes && bytes_ <= kMaxBytes) return OkStatus();
    return Failure(
        fmt::format("its functions make more than {} nodes, or 2 GiB, of the calls", kMaxNodes));
  }

  Status ImportDomains(const FunctionProto& function) {
    for (const auto& opset : function.opset_import()) {
      const bool is_known = std::ranges::any_of(model_.opset_import(), [&](const auto& known) {
        return Domain(known.domain()) == Domain(opset.domain());
      });
      if (!is_known) *model_.add_opset_import() = opset;
    }
    return OkStatus();
  }

  onnx::ModelProto& model_;
  std::map<Key, const FunctionProto*> functions_;
  UniqueNames taken_;
  std::vector<const FunctionProto*> stack_;
  std::size_t nodes_ = 0;
  std::size_t bytes_ = 0;
  bool has_call_ = false;
};

}  // namespace

Result<bool> InlineFunctions(onnx::ModelProto& model) {
  if (model.functions().empty()) return false;
  return Inliner(model).Run();
}

}  // namespace acc::model
