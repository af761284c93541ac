// SPDX-License-Identifier: BSD-3-Clause
// One node of a DLC while it is translated: what it reads, its attributes, and the nodes it
// becomes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "dlc/to_graph/builder.h"
#include "model/graph.h"

namespace acc::dlc {

using Attributes = std::map<std::string, model::Attribute>;

// The first failure is kept; after it every call is harmless and its answer means nothing. Whoever
// computes with dims calls CheckRank, CheckAxis or CheckDims first and returns where they are
// false.
class Translation {
 public:
  Translation(GraphBuilder& builder, const Node& node) : builder_(builder), node_(node) {}

  const Node& node() const { return node_; }
  GraphBuilder& builder() { return builder_; }
  const Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  void Fail(std::string_view why);

  // Inputs. One that is not there, nameless or without elements counts as left out.
  std::size_t InputCount() const { return node_.inputs.size(); }
  bool Has(std::size_t input) const;
  bool IsConstant(std::size_t input) const;
  const Tensor& InputTensor(std::size_t input);
  const Shape& Dims(std::size_t input) { return InputTensor(input).dims; }
  std::size_t Rank(std::size_t input) { return Dims(input).size(); }
  // How the graph holds it; as stored for constants.
  Order OrderOf(std::size_t input);
  // The value of the input; nothing ("") where it is left out.
  std::string Input(std::size_t input, const Order& order);
  std::string Input(std::size_t input) {
    return Has(input) ? Input(input, AsStored(Rank(input))) : std::string();
  }
  std::string InputChannelFirst(std::size_t input);
  // The same as elements of `type`, through a Cast where it has others.
  std::string InputAs(std::size_t input, ElementType type);
  // The same at the rank of `order`: axes of length 1 are put before the tensor's own.
  std::string InputBroadcast(std::size_t input, const Order& order);
  ElementType InputType(std::size_t input);
  // For operators that work in any order: how the first output should be made, provided that all
  // inputs that are no constants have its rank; as stored otherwise.
  Order CommonOrder();

  // Outputs.
  std::size_t OutputCount() const { return node_.outputs.size(); }
  const Tensor& OutputTensor(std::size_t output);
  ElementType OutputType(std::size_t output);
  const Shape& OutputDims(std::size_t output) { return OutputTensor(output).dims; }

  // Attributes, or the fallback where they are absent. Numbers of all kinds are read as numbers; a
  // tensor of one element as a number, a number as a list of one.
  bool HasAttribute(std::string_view name) const { return node_.Find(name) != nullptr; }
  std::int64_t Int(std::string_view name, std::int64_t fallback);
  bool Bool(std::string_view name, bool fallback) { return Int(name, fallback ? 1 : 0) != 0; }
  float Float(std::string_view name, float fallback);
  std::string Text(std::string_view name, std::string_view fallback);
  std::vector<std::int64_t> Ints(std::string_view name, std::vector<std::int64_t> fallback);
  // Of exactly `count` elements.
  std::vector<std::int64_t> Ints(std::string_view name, std::size_t count, std::int64_t fallback);
  std::vector<float> Reals(std::string_view name, std::vector<float> fallback);
  // A number, 0 where it is absent, that is a place in `choices`.
  std::string Choice(std::string_view name, std::span<const std::string_view> choices);
  // An axis of `rank` from 0 on; negative ones count from the end.
  int Axis(std::string_view name, int fallback, std::size_t rank);
  // Of a list of them; empty where the attribute is absent.
  std::vector<int> Axes(std::string_view name, std::size_t rank);

  bool CheckRank(std::size_t input, std::size_t least, std::size_t most);
  bool Check(bool holds, std::string_view otherwise);

  // Nodes. Add: a value that the file does not have. Make: an output of the node, in `order`.
  std::string Add(std::string_view op_type, std::vector<std::string> inputs,
                  Attributes attributes = {});
  std::vector<std::string> AddAll(std::string_view op_type, std::vector<std::string> inputs,
                                  std::size_t outputs, Attributes attributes = {});
  void Make(std::size_t output, const Order& order, std::string_view op_type,
            std::vector<std::string> inputs, Attributes attributes = {});
  void MakeAll(const Order& order, std::string_view op_type, std::vector<std::string> inputs,
               Attributes attributes = {});
  // The node itself, under its own type in `domain`, with all outputs as stored.
  void MakeAsStored(const std::string& domain, std::vector<std::string> inputs,
                    Attributes attributes);
  // Makes an output of a value that has its elements but perhaps other dims or another type.
  void MakeReshaped(std::size_t output, const std::string& value);
  void MakeReshaped(std::size_t output, const Order& order, const std::string& value);
  void MakeCast(std::size_t output, const Order& order, const std::string& value);
  std::string AddCast(const std::string& value, ElementType type);
  std::string AddReshaped(const std::string& value, const Shape& dims);
  std::string AddTransposed(const std::string& value, const Order& order);

  std::string Floats(std::string_view wish, Shape dims, const std::vector<float>& values);
  std::string FloatScalar(std::string_view wish, float value) { return Floats(wish, {}, {value}); }
  std::string Int64s(std::string_view wish, const std::vector<std::int64_t>& values);
  std::string Int64Scalar(std::string_view wish, std::int64_t value);

 private:
  std::string Produce(std::size_t output, const Order& order);
  void AddNode(std::string_view op_type, std::vector<std::string> inputs,
               std::vector<std::string> outputs, Attributes attributes,
               const std::string& domain = "");
  std::string Wish(std::string_view suffix) const;

  GraphBuilder& builder_;
  const Node& node_;
  Status status_;
};

// ONNX's order of paddings, all beginnings before all ends, from the file's pairs of both.
std::vector<std::int64_t> OnnxPads(const std::vector<std::int64_t>& pairs);

}  // namespace acc::dlc
