// SPDX-License-Identifier: BSD-3-Clause
// One node of a file while it is translated: what it reads, and the nodes it becomes.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "model/translation/builder.h"

namespace acc::model {

using Attributes = std::map<std::string, Attribute>;

// A node as the file has it. An input without a name is left out.
struct StoredNode {
  std::string name;
  std::string type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// The first failure is kept; after it every call is harmless and its answer means nothing. Whoever
// computes with dims calls CheckRank, CheckAxis or CheckDims first and returns where they are
// false.
class Translation {
 public:
  Translation(GraphBuilder& builder, StoredNode node) : builder_(builder), node_(std::move(node)) {}

  const StoredNode& stored() const { return node_; }
  GraphBuilder& builder() { return builder_; }
  const Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  void Fail(std::string_view why);

  // Inputs. One that is not there, nameless or without elements counts as left out.
  std::size_t InputCount() const { return node_.inputs.size(); }
  bool Has(std::size_t input) const;
  bool IsConstant(std::size_t input) const;
  const StoredTensor& StoredInput(std::size_t input);
  const Shape& Dims(std::size_t input) { return StoredInput(input).dims; }
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
  const StoredTensor& StoredOutput(std::size_t output);
  ElementType OutputType(std::size_t output);
  const Shape& OutputDims(std::size_t output) { return StoredOutput(output).dims; }

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
  StoredNode node_;
  Status status_;
};

}  // namespace acc::model
