// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "base/text.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/function_body.h"
#include "model/tensorflow/types.h"

namespace acc::model::tensorflow {
namespace {

constexpr int kDeepestCall = 64;
constexpr std::size_t kMostOps = 100'000;
constexpr std::size_t kMostBytes = std::size_t{256} << 20;

// The functions that a call lies in.
struct Scope {
  std::string_view function;
  bool is_compiled = false;
  std::shared_ptr<const Scope> outer;
  int depth = 1;
};

struct OpenOp {
  int node;
  std::shared_ptr<const Scope> scope;
};

bool Calls(const std::shared_ptr<const Scope>& scope, std::string_view function) {
  for (const Scope* at = scope.get(); at != nullptr; at = at->outer.get()) {
    if (at->function == function) return true;
  }
  return false;
}

template <typename Holder>
bool HasFlag(const Holder& holder, const char* name) {
  const auto found = holder.attr().find(name);
  return found != holder.attr().end() && found->second.b();
}

bool IsCompiled(const proto::NodeDef& node, const Call& call) {
  constexpr const char* kFlag = "_XlaMustCompile";
  return HasFlag(node, kFlag) || (call.function != nullptr && HasFlag(*call.function, kFlag));
}

class Inliner {
 public:
  Inliner(proto::GraphDef& graph, const std::set<std::string, std::less<>>& fed,
          CompiledCalls compiled)
      : graph_(graph), fed_(fed), compiled_(compiled) {}

  Inlined Run() {
    Index();
    for (int i = 0; i < graph_.node_size(); ++i) open_.push_back({i, nullptr});
    while (!open_.empty()) {
      const OpenOp op = std::move(open_.front());
      open_.pop_front();
      const auto call = FindCall(graph_.node(op.node));
      if (!call) continue;
      const bool is_compiled = IsCompiled(graph_.node(op.node), *call);
      if (is_compiled && compiled_ == CompiledCalls::kKeep) continue;
      const Status inlined = Inline(op, *call);
      if (!inlined.ok()) result_.kept.emplace(graph_.node(op.node).name(), inlined.message());
    }
    return std::move(result_);
  }

 private:
  void Index();
  std::optional<Call> FindCall(const proto::NodeDef& node) const;
  const proto::NameAttrList* Branch(const proto::NodeDef& node) const;
  std::optional<std::int64_t> Condition(const proto::NodeDef& node) const;
  Status Inline(const OpenOp& op, const Call& call);
  void Replace(const OpenOp& op, const Call& call, InlinedBody body);

  proto::GraphDef& graph_;
  const std::set<std::string, std::less<>>& fed_;
  const CompiledCalls compiled_;
  Functions functions_;
  std::map<std::string, int, std::less<>> by_name_;
  std::deque<OpenOp> open_;
  Budget budget_{.ops = kMostOps, .bytes = kMostBytes};
  bool has_branches_ = false;
  Inlined result_;
};

void Inliner::Index() {
  for (const proto::FunctionDef& function : graph_.library().function()) {
    functions_.emplace(function.signature().name(), &function);
  }
  budget_.bytes += graph_.library().ByteSizeLong();
  for (int i = 0; i < graph_.node_size(); ++i) {
    by_name_.emplace(graph_.node(i).name(), i);
    has_branches_ = has_branches_ || graph_.node(i).op().ends_with("Switch");
  }
}

// The value that picks a branch, where it is a constant, or an identity of one.
std::optional<std::int64_t> Inliner::Condition(const proto::NodeDef& node) const {
  constexpr int kLongestChain = 64;
  std::string_view tensor = node.input_size() > 0 ? std::string_view(node.input(0)) : "";
  for (int step = 0; step < kLongestChain; ++step) {
    const auto found = by_name_.find(tensor.substr(0, tensor.find(':')));
    if (found == by_name_.end() || fed_.contains(found->first)) return std::nullopt;
    const proto::NodeDef& source = graph_.node(found->second);
    if (source.op() == "Identity" && source.input_size() > 0) {
      tensor = source.input(0);
      continue;
    }
    const proto::AttrValue* value = FindAttribute(source, "value");
    if (source.op() != "Const" || value == nullptr) return std::nullopt;
    const auto constant = TensorOf(value->tensor());
    if (!constant.ok() || !constant->dims().empty()) return std::nullopt;
    const auto integers = ToIntegers(constant->view());
    if (!integers.ok() || integers->size() != 1) return std::nullopt;
    return integers->front();
  }
  return std::nullopt;
}

// Null for what is no branch, or one that only the run knows.
const proto::NameAttrList* Inliner::Branch(const proto::NodeDef& node) const {
  const bool is_case = node.op() == "Case" || node.op() == "StatelessCase";
  if (!is_case && node.op() != "If" && node.op() != "StatelessIf") return nullptr;
  const auto condition = Condition(node);
  if (!condition) return nullptr;
  const proto::AttrValue* value = FindAttribute(node, is_case           ? "branches"
                                                      : *condition != 0 ? "then_branch"
                                                                        : "else_branch");
  if (value == nullptr) return nullptr;
  if (!is_case) return &value->func();
  const auto& branches = value->list().func();
  if (branches.empty()) return nullptr;
  // The last one is what runs for every other number.
  const bool is_known = *condition >= 0 && *condition < branches.size();
  return &branches.Get(is_known ? static_cast<int>(*condition) : branches.size() - 1);
}

std::optional<Call> Inliner::FindCall(const proto::NodeDef& node) const {
  const auto direct = functions_.find(node.op());
  if (direct != functions_.end()) {
    return Call{.function = direct->second, .name = direct->first, .attributes = &node.attr()};
  }
  const bool is_call = node.op() == "PartitionedCall" || node.op() == "StatefulPartitionedCall";
  const proto::AttrValue* value = is_call ? FindAttribute(node, "f") : nullptr;
  const proto::NameAttrList* callee = value != nullptr ? &value->func() : Branch(node);
  if (callee == nullptr) return std::nullopt;
  const auto found = functions_.find(callee->name());
  return Call{.function = found == functions_.end() ? nullptr : found->second,
              .name = callee->name(),
              .attributes = &callee->attr(),
              .first_input = is_call ? 0 : 1};
}

Status Inliner::Inline(const OpenOp& op, const Call& call) {
  const std::string name = Printable(call.name);
  if (call.function == nullptr) {
    return Failure(fmt::format("its function '{}' is not in the file", name));
  }
  if (Calls(op.scope, call.name))
    return Failure(fmt::format("its function '{}' calls itself", name));
  if (op.scope != nullptr && op.scope->depth >= kDeepestCall) {
    return Failure(fmt::format("it lies more than {} calls deep", kDeepestCall));
  }
  auto body = InlineBody(graph_.node(op.node), call, functions_, has_branches_, budget_);
  if (!body.ok()) {
    return Failure(fmt::format("its function '{}' {}", name, body.status().message()));
  }
  for (const proto::NodeDef& inner : body->ops) {
    if (by_name_.contains(inner.name())) {
      return Failure(fmt::format("an op of its function would have the name '{}', which is taken",
                                 Printable(inner.name())));
    }
  }
  Replace(op, call, *std::move(body));
  return OkStatus();
}

void Inliner::Replace(const OpenOp& op, const Call& call, InlinedBody body) {
  const auto scope = std::make_shared<const Scope>(
      Scope{.function = call.function->signature().name(),
            .is_compiled = (op.scope != nullptr && op.scope->is_compiled) ||
                           IsCompiled(graph_.node(op.node), call),
            .outer = op.scope,
            .depth = op.scope == nullptr ? 1 : op.scope->depth + 1});
  *graph_.mutable_node(op.node) = std::move(body.call);
  for (proto::NodeDef& inner : body.ops) {
    const int place = graph_.node_size();
    has_branches_ = has_branches_ || inner.op().ends_with("Switch");
    *graph_.add_node() = std::move(inner);
    by_name_.emplace(graph_.node(place).name(), place);
    if (scope->is_compiled) result_.compiled.insert(graph_.node(place).name());
    open_.push_back({place, scope});
  }
}

}  // namespace

Inlined InlineCalls(proto::GraphDef& graph, const std::set<std::string, std::less<>>& fed,
                    CompiledCalls compiled) {
  if (graph.library().function().empty()) return {};
  return Inliner(graph, fed, compiled).Run();
}

}  // namespace acc::model::tensorflow
