// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "model/tensorflow/constant_folding.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/known_dims.h"
#include "model/tensorflow/loops.h"
#include "model/tensorflow/operators.h"
#include "model/tensorflow/tensor_lists.h"
#include "model/tensorflow/tensorflow_format.h"
#include "model/tensorflow/translation.h"
#include "model/tensorflow/types.h"

namespace acc::model {
namespace {

using tensorflow::FrozenGraph;
using tensorflow::GraphBuilder;
using tensorflow::KnownDims;
using tensorflow::Op;
using tensorflow::TensorLists;
using tensorflow::Translation;

Status DefineConstant(GraphBuilder& builder, const Op& op) {
  const auto* value = tensorflow::FindAttribute(*op.def, "value");
  const std::string name = op.def->name() + ":0";
  if (value == nullptr || !value->has_tensor()) {
    return Failure(fmt::format("the constant '{}' has no value", Printable(name)));
  }
  // Texts are of no use to operators here; whoever reads one has no translation.
  if (tensorflow::TypeOf(value->tensor().dtype()) == ElementType::kString) return OkStatus();
  auto tensor = tensorflow::TensorOf(value->tensor());
  if (!tensor.ok()) return tensor.status().WithContext(fmt::format("'{}'", Printable(name)));
  builder.DefineConstant(name, *std::move(tensor));
  return OkStatus();
}

// Whether the op is on a branch that does not run; its outputs are marked so.
bool IsDead(GraphBuilder& builder, const Op& op) {
  const bool is_dead = !op.def->op().ends_with("Merge") &&
                       std::ranges::any_of(op.inputs, [&](const std::string& input) {
                         return builder.IsDead(input);
                       });
  for (std::size_t port = 0; is_dead && port < op.outputs; ++port) {
    builder.MarkDead(fmt::format("{}:{}", op.def->name(), port));
  }
  return is_dead;
}

// What an op makes lies where the innermost of its inputs does, unless the op itself said so.
void PassBranchOn(GraphBuilder& builder, const Op& op) {
  std::shared_ptr<const tensorflow::Branch> innermost;
  for (const std::string& input : op.inputs) {
    auto branch = builder.BranchOf(input);
    if (branch && (!innermost || branch->depth > innermost->depth)) innermost = std::move(branch);
  }
  if (!innermost || op.def->op().ends_with("Switch") || op.def->op().ends_with("Merge")) return;
  for (std::size_t port = 0; port < op.outputs; ++port) {
    builder.SetBranch(fmt::format("{}:{}", op.def->name(), port), innermost);
  }
}

Status TranslateOp(GraphBuilder& builder, KnownDims& dims, TensorLists& lists,
                   const FrozenGraph& frozen, const Op& op) {
  if (op.def->op() == "Const") return DefineConstant(builder, op);
  if (IsDead(builder, op) || tensorflow::FoldConstants(builder, op)) return OkStatus();
  Translation translation(builder, op);
  if (const std::string* why = frozen.WhyKept(op.def->name())) {
    translation.Fail(*why);
    return translation.status();
  }
  if (dims.Translate(translation) || lists.Translate(translation)) return translation.status();
  const tensorflow::Operator* row = tensorflow::FindOperator(op.def->op());
  if (row == nullptr) {
    translation.MakeUntranslated();
    return translation.status();
  }
  const std::size_t first_node = builder.graph().nodes.size();
  row->Translate(translation);
  PassBranchOn(builder, op);
  tensorflow::InferRanks(builder, op, first_node);
  return translation.status();
}

void HideOutputs(GraphBuilder& builder, const Op& op) {
  for (std::size_t port = 0; port < op.outputs; ++port) {
    builder.Hide(fmt::format("{}:{}", op.def->name(), port));
  }
}

// Loops are written out where the file tells how many rounds they have.
Status TranslateOps(const FrozenGraph& frozen, GraphBuilder& builder) {
  KnownDims dims;
  for (const ValueInfo& input : frozen.inputs()) dims.AddInput(input);
  TensorLists lists(dims);
  tensorflow::LoopUnroller unroller(frozen, builder);
  const auto translate = [&](const Op& op) -> Status {
    ACC_RETURN_IF_ERROR(TranslateOp(builder, dims, lists, frozen, op));
    if (frozen.IsCompiled(op.def->name())) HideOutputs(builder, op);
    return OkStatus();
  };
  for (const tensorflow::Unit& unit : tensorflow::UnitsOf(frozen)) {
    if (unit.op != nullptr) {
      ACC_RETURN_IF_ERROR(translate(*unit.op));
      continue;
    }
    ACC_ASSIGN_OR_RETURN(const bool is_unrolled, unroller.Unroll(unit.loop, translate));
    if (is_unrolled) continue;
    for (const Op* op : unit.loop.ops) ACC_RETURN_IF_ERROR(translate(*op));
  }
  return OkStatus();
}

void ReserveNames(const FrozenGraph& frozen, GraphBuilder& builder) {
  for (const ValueInfo& input : frozen.inputs()) builder.Reserve(input.name);
  for (const Op& op : frozen.ops()) {
    for (std::size_t port = 0; port < op.outputs; ++port) {
      builder.Reserve(fmt::format("{}:{}", op.def->name(), port));
    }
  }
}

// What a fed op would have made besides is not there.
Status CheckReads(const Graph& graph) {
  std::set<std::string> made;
  for (const ValueInfo& input : graph.inputs) made.insert(input.name);
  for (const auto& [name, value] : graph.initializers) made.insert(name);
  for (const Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) {
      if (!input.empty() && !made.contains(input)) {
        return Failure(fmt::format("op '{}' reads '{}', which nothing makes", Printable(node.name),
                                   Printable(input)));
      }
    }
    made.insert(node.outputs.begin(), node.outputs.end());
  }
  for (const ValueInfo& output : graph.outputs) {
    if (!made.contains(output.name)) {
      return Failure(fmt::format("nothing makes the output '{}'", Printable(output.name)));
    }
  }
  return OkStatus();
}

}  // namespace

Result<Graph> tensorflow::TranslateGraph(const FrozenGraph& frozen, const std::string& name) {
  GraphBuilder builder(name);
  ReserveNames(frozen, builder);
  for (const ValueInfo& input : frozen.inputs()) builder.AddInput(input);
  ACC_RETURN_IF_ERROR(TranslateOps(frozen, builder));
  for (const std::string& output : frozen.outputs()) builder.AddOutput(output);
  ACC_ASSIGN_OR_RETURN(Graph graph, builder.Finish());
  ACC_RETURN_IF_ERROR(CheckReads(graph));
  return graph;
}

Result<Graph> ReadTensorflow(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(const FrozenGraph frozen,
                       FrozenGraph::Open(path, ends, tensorflow::CompiledCalls::kReplace));
  if (ends.cut != nullptr) *ends.cut = frozen.CutOff();
  auto graph = tensorflow::TranslateGraph(frozen, path.stem().string());
  if (graph.ok()) return graph;
  return graph.status().WithContext(fmt::format("cannot convert the model '{}'", path.string()));
}

}  // namespace acc::model
