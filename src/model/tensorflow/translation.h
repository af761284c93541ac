// SPDX-License-Identifier: BSD-3-Clause
// One op of a frozen graph while it is translated, and the graph that it becomes a part of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/translation/new_graph.h"
#include "model/translation/node_writer.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::model::tensorflow {

using Axes = std::vector<std::int64_t>;

// As ReadTensorflow (model/tensorflow/tensorflow_format.h).
Result<Graph> TranslateGraph(const FrozenGraph& frozen, const std::string& name);

// A tensor whose places were moved into the batch in blocks, or a convolution of such a tensor: the
// way in which graphs hold dilation.
struct BlockedImage {
  std::string image;  // The tensor before.
  Axes sizes;         // Of the blocks, and what was added around the image, per axis of places.
  Axes begins;
  Axes ends;
  std::string weights = {};  // As ONNX's Conv takes them; empty where there was no convolution yet.
  std::int64_t group = 1;
};

// Where control flow of TensorFlow 1 has brought a tensor.
struct Branch {
  std::string condition;  // A tensor of one bool.
  bool taken_if = false;
  std::shared_ptr<const Branch> outer = nullptr;
  int depth = 1;
};

// A list of integers that are known in part.
using PartialInts = std::vector<std::optional<std::int64_t>>;

// What is known of a tensor of the file.
struct TensorState {
  std::optional<Tensor> constant;  // Its value.
  std::string twin_of;             // What is read instead of it; empty: itself.
  bool is_untranslated = false;    // Of an op that was left as it is, for whoever refuses it.
  // On a branch of control flow that does not run: it has no value.
  bool is_dead = false;
  std::optional<std::size_t> rank;
  std::shared_ptr<const Branch>
      branch;  // Null outside of those whose condition only the run knows.
  PartialInts partial;
  std::optional<BlockedImage> blocked;
  // Of a constant, as the file has it.
  std::optional<TensorEncoding> encoding;
  // Names of the values that hold it with its axes moved. The first of them may have its own name;
  // then that of the initializer which holds it as stored is another one.
  std::map<Axes, std::string> moved;
  bool is_moved_under_own_name = false;
  std::string as_stored;
};

// Tensors of the file keep their names and their axis order.
class GraphBuilder : public NewGraph {
 public:
  using NewGraph::NewGraph;

  void AddInput(const ValueInfo& input);
  void AddOutput(const std::string& tensor);

  // The name of a value that holds `tensor`; constants become initializers.
  std::string Value(const std::string& tensor);
  // The same with its axes moved: value axis k is the tensor's axis order[k]. Added once for all
  // that read it.
  std::string Moved(const std::string& tensor, const Axes& order);

  // The initializer `name` under other dims of equal element count; `name` itself for others.
  std::string ReshapedConstant(const std::string& name, Shape dims);

  // A tensor whose value is known.
  const Tensor* Constant(const std::string& tensor) const;
  void DefineConstant(const std::string& tensor, Tensor value);
  // `tensor` is `other`, a constant or a value of the translation's own, which is read instead.
  void DefineTwin(const std::string& tensor, const std::string& other);
  // What `tensor` is a twin of, or `tensor` itself.
  const std::string& Original(const std::string& tensor) const;

  void MarkUntranslated(const std::string& tensor) { tensors_[tensor].is_untranslated = true; }
  bool IsUntranslated(const std::string& tensor) const { return Of(tensor).is_untranslated; }

  void MarkDead(const std::string& tensor) { tensors_[tensor].is_dead = true; }
  bool IsDead(const std::string& tensor) const { return Of(tensor).is_dead; }

  // Nothing where the file does not tell it.
  std::optional<std::size_t> RankOf(const std::string& tensor) const;
  void SetRank(const std::string& tensor, std::size_t rank) { tensors_[tensor].rank = rank; }

  std::shared_ptr<const Branch> BranchOf(const std::string& tensor) const {
    return Of(tensor).branch;
  }
  void SetBranch(const std::string& tensor, std::shared_ptr<const Branch> branch) {
    tensors_[tensor].branch = std::move(branch);
  }

  void SetPartial(const std::string& tensor, PartialInts values) {
    tensors_[tensor].partial = std::move(values);
  }
  // All of them where the tensor is a constant.
  PartialInts Partial(const std::string& tensor) const;

  void SetBlocked(const std::string& tensor, BlockedImage blocked) {
    tensors_[tensor].blocked = std::move(blocked);
  }
  // Null for other tensors.
  const BlockedImage* Blocked(const std::string& tensor) const;

  void Produce(const std::string& tensor, ElementType type);
  // `tensor` is the translation's own: the framework never shows it.
  void Hide(const std::string& tensor) { graph().source_tensors.erase(tensor); }
  void SetEncoding(const std::string& tensor, const TensorEncoding& encoding);

  // Fails for outputs that have no value.
  Result<Graph> Finish();

 private:
  const TensorState& Of(const std::string& tensor) const;
  std::string AddMoved(const std::string& original, Tensor value, const Permutation& order);

  std::unordered_map<std::string, TensorState> tensors_;
};

class Translation : public NodeWriter {
 public:
  Translation(GraphBuilder& builder, const Op& op)
      : NodeWriter(builder, {"op", op.def->name(), op.def->op(), op.def->name()}),
        builder_(builder),
        op_(op) {}

  const Op& op() const { return op_; }
  GraphBuilder& builder() { return builder_; }

  // Inputs.
  std::size_t InputCount() const { return op_.inputs.size(); }
  std::string Input(std::size_t input);
  std::vector<std::string> Inputs(std::size_t first, std::size_t count);
  std::string Moved(std::size_t input, const Axes& order);
  const Tensor* Constant(std::size_t input) const;
  std::optional<std::size_t> RankOf(std::size_t input) const;
  // A constant of integers; nothing for an input that is computed.
  std::optional<Axes> Ints(std::size_t input) const;
  // The same; fails where it is computed. `what` names it in the message.
  Axes NeedInts(std::size_t input, std::string_view what);
  std::int64_t NeedInt(std::size_t input, std::string_view what);
  // As int64, as ONNX wants shapes and axes.
  std::string AsInt64(std::size_t input);

  // Attributes, or the fallback where they are absent.
  bool HasAttribute(const char* name) const;
  std::int64_t Int(const char* name, std::int64_t fallback) const;
  bool Bool(const char* name, bool fallback) const;
  float Float(const char* name, float fallback) const;
  std::string Text(const char* name, std::string_view fallback) const;
  Axes IntList(const char* name) const;
  ElementType Type(const char* name, ElementType fallback = ElementType::kFloat32) const;

  // Outputs.
  const std::string Output(std::size_t port) const;
  // Of the attribute "T", which may be one type or a list of them.
  ElementType OutputType(std::size_t port) const;

  // Nodes that make outputs of the op.
  void Make(std::string_view op_type, std::vector<std::string> inputs, Attributes attributes = {});
  void MakeOutput(std::size_t port, std::string_view op_type, std::vector<std::string> inputs,
                  Attributes attributes = {});
  void MakeAll(std::string_view op_type, std::vector<std::string> inputs,
               Attributes attributes = {});
  // An output whose value is known.
  void MakeConstant(std::size_t port, Tensor value);
  // The op itself, for whoever refuses it.
  void MakeUntranslated();
  void MakeCast(std::size_t port, const std::string& value, ElementType type);

  std::string Int64s(const Axes& values) { return NodeWriter::Int64s("ints", values); }
  std::string Int64(std::int64_t value) { return Int64Scalar("int", value); }
  // A scalar of any type.
  std::string Number(double value, ElementType type);
  std::string Number(double value) { return Number(value, Type("T")); }

 private:
  GraphBuilder& builder_;
  const Op& op_;
};

}  // namespace acc::model::tensorflow
