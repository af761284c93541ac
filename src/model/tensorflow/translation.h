// SPDX-License-Identifier: BSD-3-Clause
// One op of a frozen graph while it is translated, and the graph that it becomes a part of.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/unique_names.h"
#include "tensor/encoding.h"
#include "tensor/tensor.h"

namespace acc::model::tensorflow {

using Attributes = std::map<std::string, Attribute>;
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

// Tensors of the file keep their names and their axis order.
class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name);

  // No value of the translation's own will have one of these names.
  void Reserve(const std::string& tensor) { names_.Take(tensor); }
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

  // The output of an op that was left as it is, for whoever refuses it.
  void MarkUntranslated(const std::string& tensor) { untranslated_.insert(tensor); }
  bool IsUntranslated(const std::string& tensor) const { return untranslated_.contains(tensor); }

  // Control flow whose branch is known: a tensor of the other branch has no value.
  void MarkDead(const std::string& tensor) { dead_.insert(tensor); }
  bool IsDead(const std::string& tensor) const { return dead_.contains(tensor); }

  // Nothing where the file does not tell it.
  std::optional<std::size_t> RankOf(const std::string& tensor) const;
  void SetRank(const std::string& tensor, std::size_t rank) { ranks_[tensor] = rank; }

  // Null for a tensor that lies in no branch whose condition only the run knows.
  std::shared_ptr<const Branch> BranchOf(const std::string& tensor) const;
  void SetBranch(const std::string& tensor, std::shared_ptr<const Branch> branch);

  // A list of integers that are known in part.
  void SetPartial(const std::string& tensor, std::vector<std::optional<std::int64_t>> values) {
    partial_.insert_or_assign(tensor, std::move(values));
  }
  std::vector<std::optional<std::int64_t>> Partial(const std::string& tensor) const;

  void SetBlocked(const std::string& tensor, BlockedImage blocked) {
    blocked_.insert_or_assign(tensor, std::move(blocked));
  }
  // Null for other tensors.
  const BlockedImage* Blocked(const std::string& tensor) const;

  void Produce(const std::string& tensor, ElementType type);
  // `tensor` is the translation's own: the framework never shows it.
  void Hide(const std::string& tensor) { graph_.source_tensors.erase(tensor); }
  void SetEncoding(const std::string& tensor, const TensorEncoding& encoding);
  std::string NewName(std::string_view wish) { return names_.Take(wish); }
  std::string NewNodeName(std::string_view wish) { return node_names_.Take(wish); }
  std::string AddInitializer(std::string_view wish, Tensor value);
  void AddNode(Node node) { graph_.nodes.push_back(std::move(node)); }

  // Fails for outputs that have no value.
  Result<Graph> Finish();

 private:
  std::string AddMoved(const std::string& original, Tensor value, const Axes& order);

  Graph graph_;
  UniqueNames names_;
  UniqueNames node_names_;
  std::map<std::string, Tensor> constants_;
  std::map<std::string, std::string> twins_;
  std::set<std::string> dead_;
  std::set<std::string> untranslated_;
  std::map<std::string, std::size_t> ranks_;
  std::map<std::string, std::shared_ptr<const Branch>> branches_;
  std::map<std::string, BlockedImage> blocked_;
  std::map<std::string, std::vector<std::optional<std::int64_t>>> partial_;
  std::map<std::pair<std::string, Axes>, std::string> moved_;
  std::set<std::string> moved_under_own_name_;
  std::map<std::string, TensorEncoding> stored_encodings_;  // Of constants, as the file has them.
  std::map<std::string, std::string> as_stored_;  // Initializers of those that are read so, too.
};

// The first failure is kept; after it every call is harmless and its answer means nothing.
class Translation {
 public:
  Translation(GraphBuilder& builder, const Op& op) : builder_(builder), op_(op) {}

  const Op& op() const { return op_; }
  GraphBuilder& builder() { return builder_; }
  const Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  void Fail(std::string_view why);
  bool Check(bool holds, std::string_view otherwise);

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

  // Nodes. Add: a value that the file does not have. Make: an output of the op.
  std::string Add(std::string_view op_type, std::vector<std::string> inputs,
                  Attributes attributes = {});
  std::vector<std::string> AddAll(std::string_view op_type, std::vector<std::string> inputs,
                                  std::size_t outputs, Attributes attributes = {});
  void Make(std::string_view op_type, std::vector<std::string> inputs, Attributes attributes = {});
  void MakeOutput(std::size_t port, std::string_view op_type, std::vector<std::string> inputs,
                  Attributes attributes = {});
  void MakeAll(std::string_view op_type, std::vector<std::string> inputs,
               Attributes attributes = {});
  // An output whose value is known.
  void MakeConstant(std::size_t port, Tensor value);
  // The op itself, for whoever refuses it.
  void MakeUntranslated();
  std::string AddCast(const std::string& value, ElementType type);
  void MakeCast(std::size_t port, const std::string& value, ElementType type);

  std::string Int64s(const Axes& values);
  std::string Int64(std::int64_t value);
  // A scalar of any type.
  std::string Number(double value, ElementType type);
  std::string Number(double value) { return Number(value, Type("T")); }

 private:
  void AddNode(std::string_view op_type, std::vector<std::string> inputs,
               std::vector<std::string> outputs, Attributes attributes,
               const std::string& domain = "");

  GraphBuilder& builder_;
  const Op& op_;
  Status status_;
};

}  // namespace acc::model::tensorflow
