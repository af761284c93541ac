// SPDX-License-Identifier: BSD-3-Clause
// Puts a DLC's graph together, node by node, in the order of execution.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"
#include "dlc/from_graph/constant.h"
#include "dlc/from_graph/from_graph.h"
#include "dlc/from_graph/source.h"
#include "dlc/model.h"
#include "model/unique_names.h"

namespace acc::dlc {

// Each tensor of the graph is declared under its own name in its stored order. Operators read and
// write in the order that suits them; where it is not the stored one, the builder adds a Transpose
// and a second tensor, once for all readers. Failures are kept: the first one is Finish()'s.
class Builder {
 public:
  explicit Builder(const Source& source);

  const Source& source() const { return source_; }

  // The DLC tensor that holds `tensor` in `order`; empty for an empty name.
  std::string Read(const std::string& tensor, AxisOrder order);
  // The same of a constant, in the form that the reader wants.
  std::string ReadConstant(const std::string& tensor, const ConstantForm& form);
  // In the graph's own axis order and element type, 64-bit ones too.
  std::string ReadAsInGraph(const std::string& tensor);

  // The DLC tensor to write in `order`, so that `tensor` gets its value; empty for an empty name.
  // AddNode() adds what carries it over to the stored order.
  std::string Write(const std::string& tensor, AxisOrder order);
  std::string WriteAsInGraph(const std::string& tensor);

  // A tensor in the type and encoding of the graph's `tensor`, of `dims` as the file has them.
  std::string AddLike(const std::string& tensor, std::string_view suffix, Shape dims);
  // A value between the nodes of one operator: as AddLike(), but without an encoding, since that
  // of `tensor` is about other values.
  std::string AddBetween(const std::string& tensor, std::string_view suffix, Shape dims);
  std::string AddNative(const std::string& name, DataType type, Shape dims);
  // `value` in its own element type.
  std::string AddStatic(const std::string& name, const acc::Tensor& value);
  // The rows from `first` on of a constant, whose last axis makes a row, or of it under `dims`;
  // in the encoding that all of it has.
  std::string AddRows(const std::string& tensor, std::int64_t first, std::int64_t count);
  std::string AddRows(const std::string& tensor, std::int64_t first, std::int64_t count,
                      const Shape& dims);
  // One number in the type of `tensor`, quantized where that is.
  std::string AddNumber(const std::string& tensor, std::string_view suffix, float value);
  // The same, repeated over `dims`.
  std::string AddNumbers(const std::string& tensor, std::string_view suffix, float value,
                         const Shape& dims);

  // What stands for an input that is left out.
  std::string Null();
  // What stands for an output that is left out; a new one each time, since a tensor has one maker.
  std::string NullOutput();

  // A tensor of the type and encoding of a DLC tensor.
  std::string AddCopy(const std::string& of, std::string_view suffix, const Shape& dims);
  // A permuted or reshaped copy of a DLC tensor that is no constant.
  std::string AddTransposed(const std::string& from, const Permutation& permutation);
  std::string AddReshaped(const std::string& from, const Shape& dims);

  // An empty package is QNN's. A name of the graph's nodes stays as it is; an empty one becomes
  // that of the first output.
  void AddNode(Node node);
  // The same for an operator with one output that computes in `order`: reads all of `inputs` in it.
  void AddNode(const model::Node& node, std::string_view type, std::span<const std::string> inputs,
               AxisOrder order, std::vector<Attribute> attributes = {});

  Attribute Uints(std::string_view name, Shape dims, std::span<const std::int64_t> values);
  Attribute Uints(std::string_view name, std::span<const std::int64_t> values);
  Attribute Ints(std::string_view name, Shape dims, std::span<const std::int64_t> values);
  Attribute Value(std::string_view name, const acc::Tensor& value);  // In its own type.

  const Shape& DimsOf(const std::string& dlc_tensor) const;  // Of the file.

  void Fail(Status failure);
  // Keeps why a node is not translated; always false, for who returns it.
  bool Refuse(std::string why);
  // The reason kept, which is gone then; empty where there is none.
  std::string TakeRefusal() { return std::exchange(refusal_, {}); }
  void Warn(std::string warning) { warnings_.push_back(std::move(warning)); }

  Result<WrittenGraph> Finish();

 private:
  void DeclareGraph();
  void DeclareConstantOutputs();
  void NumberTensors();
  Tensor Declaration(const std::string& name, const std::string& tensor, AxisOrder order) const;
  std::string Add(Tensor tensor);  // Under a free name like its own.
  std::string AddNull();
  std::string AddWide(const std::string& tensor);
  std::string NameOfConstant(const std::string& tensor);
  std::string AddStored(const std::string& name, StoredConstant stored);
  Node TransposeNode(const std::string& from, const std::string& to,
                     const Permutation& permutation);
  std::span<const std::byte> Keep(const acc::Tensor& value);

  const Source& source_;
  model::UniqueNames tensor_names_;
  model::UniqueNames node_names_;
  std::set<std::string> reserved_node_names_;
  Graph graph_;
  std::map<std::string, std::size_t> tensors_;  // To the index in graph_.
  std::map<std::pair<std::string, AxisOrder>, std::string> twins_;
  std::map<std::string, std::string> wide_;                              // In 64 bits.
  std::map<std::string, std::map<std::string, std::string>> constants_;  // By form.
  std::map<std::string, Node> carry_overs_;  // By the tensor that they wait for.
  std::string null_;                         // Empty until it is needed.
  std::vector<std::shared_ptr<const void>> storage_;
  std::vector<std::string> warnings_;
  std::string refusal_;
  Status failure_;
};

}  // namespace acc::dlc
