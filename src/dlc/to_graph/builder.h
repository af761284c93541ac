// SPDX-License-Identifier: BSD-3-Clause
// The graph while a DLC is translated into it: which values stand for each tensor of the file.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "dlc/to_graph.h"
#include "model/graph.h"
#include "model/unique_names.h"
#include "tensor/layout.h"

namespace acc::dlc {

// How a value of the graph holds a tensor of the file: order[k] is the file's axis at the graph's
// place k. An order with more axes than the tensor has means axes of length 1 put before them.
using Order = Permutation;

Order AsStored(std::size_t rank);
// For ranks 3 to 5 the file's last axis comes to place 1; other ranks stay as stored.
Order ChannelFirst(std::size_t rank);
// Where the file's axis is in the graph.
int PlaceOf(const Order& order, int axis);

class GraphBuilder {
 public:
  explicit GraphBuilder(const Graph& source);
  // Reads the tensors and makes the graph's inputs. Fails for nameless and repeated tensors.
  Status Start();

  // Null for unknown names.
  const Tensor* Find(const std::string& tensor) const;
  // Its value is known: static in the file, or given to DefineConstant.
  bool IsConstant(const std::string& tensor) const;
  // How the first value of it holds it; as stored for constants.
  Order OrderOf(const std::string& tensor) const;
  // In which order a node that works in any order should make it: channel-first where the target
  // stores it channel-last.
  Order PlannedOrder(const std::string& tensor) const;

  // The name of a value that holds `tensor` in `order`. Adds the constant, or the node that moves
  // the axes, where there is none yet. Fails for tensors that nothing has made so far.
  Result<std::string> Value(const std::string& tensor, const Order& order);
  // The value of a constant, as stored.
  Result<acc::Tensor> Constant(const std::string& tensor) const;
  // Makes `tensor`, the output of a node, a constant: its value as stored.
  Status DefineConstant(const std::string& tensor, acc::Tensor value);

  // Announces that the next node makes `tensor` in `order`, which is AsStored or ChannelFirst;
  // returns the name of its output. Fails where `tensor` has been made before.
  Result<std::string> Produce(const std::string& tensor, const Order& order);
  // A name for a value that the file does not have.
  std::string NewName(std::string_view wish) { return names_.Take(wish); }
  std::string NewNodeName(std::string_view wish) { return node_names_.Take(wish); }
  // Adds a constant of the translation's own: a shape, a bound.
  std::string AddConstant(std::string_view wish, acc::Tensor value);
  void AddNode(model::Node node) { result_.graph.nodes.push_back(std::move(node)); }
  // The graph's version of `domain` becomes `version` or stays higher.
  void RequireOpset(const std::string& domain, std::int64_t version);
  std::int64_t opset() const { return result_.graph.opsets.at(""); }
  void Note(std::string note) { result_.notes.push_back(std::move(note)); }

  Result<TranslatedGraph> Finish();

 private:
  struct Form {
    Order order;
    std::string value;
  };

  Status AddInput(const Tensor& tensor);
  void Describe(const Tensor& tensor, const Order& order);
  std::string NameFor(const std::string& tensor, const Order& order);
  Result<std::string> AddForm(const std::string& tensor, const Order& order);
  Result<std::string> AddConstantForm(const Tensor& tensor, const Order& order);
  Result<std::string> AddMoved(const Tensor& tensor, const Order& order);
  std::string AddReshaped(const Tensor& tensor, const std::string& value, std::size_t rank);
  Status AddOutputs();
  void AddEncodings();

  const Graph& source_;
  std::unordered_map<std::string, const Tensor*> tensors_;
  std::unordered_map<std::string, acc::Tensor> constants_;  // Of DefineConstant.
  std::unordered_map<std::string, std::vector<Form>> forms_;
  std::map<std::string, AxisOrder> planned_;
  std::set<std::string> with_own_name_;  // Tensors of which a value has their own name.
  model::UniqueNames names_;
  model::UniqueNames node_names_;
  TranslatedGraph result_;
};

}  // namespace acc::dlc
