// SPDX-License-Identifier: BSD-3-Clause
// One node of a file while it is translated: what it reads, and the nodes it becomes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/translation/builder.h"
#include "model/translation/node_writer.h"

namespace acc::model {

// A node as the file has it. An input without a name is left out.
struct StoredNode {
  std::string name;
  std::string type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

// Whoever computes with dims calls CheckRank first and returns where it is false.
class Translation : public NodeWriter {
 public:
  Translation(GraphBuilder& builder, StoredNode node)
      : NodeWriter(builder, OriginOf(node)), builder_(builder), node_(std::move(node)) {}

  const StoredNode& stored() const { return node_; }
  GraphBuilder& builder() { return builder_; }

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

  // Nodes that make outputs of the node, in `order`.
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

 private:
  static Origin OriginOf(const StoredNode& node);
  std::string Produce(std::size_t output, const Order& order);

  GraphBuilder& builder_;
  StoredNode node_;
};

}  // namespace acc::model
