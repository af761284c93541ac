// SPDX-License-Identifier: BSD-3-Clause
// The graph while a channel-last file is translated into it: which values stand for each tensor of
// the file.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/status.h"
#include "model/translation/new_graph.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::model {

// How a value of the graph holds a tensor of the file: order[k] is the file's axis at the graph's
// place k. An order with more axes than the tensor has means axes of length 1 put before them.
using Order = Permutation;

Order AsStored(std::size_t rank);
// For ranks 3 to 5 the file's last axis comes to place 1; other ranks stay as stored.
Order ChannelFirst(std::size_t rank);
// Where the file's axis is in the graph.
int PlaceOf(const Order& order, int axis);

// A tensor of the file.
struct StoredTensor {
  enum class Role { kInput, kOutput, kNative, kConstant };
  std::string name;
  Role role = Role::kNative;
  ElementType type = ElementType::kUndefined;  // In the graph.
  Shape dims;                                  // In the file's order.
  std::optional<TensorEncoding> encoding;      // Of a quantized one; the axis is one of `dims`.
};

// A tensor of the file that nodes make or that the graph takes.
struct TranslatedTensor {
  AxisOrder axis_order = AxisOrder::kSource;  // kChannelLast: the graph holds it channel-first.
  ValueInfo info;  // Under the file's name, dims as the graph holds them.
};

// What a translation says of the graph that it made.
struct Translated {
  // By the file's name, which is also the graph's. Values that the translation adds (transposed
  // twins, …) are not here.
  std::map<std::string, TranslatedTensor> tensors;
  std::map<std::string, TensorEncoding> params;  // Of quantized constants; axes are the graph's.
};

class GraphBuilder : public NewGraph {
 public:
  // Reads the value of a kConstant tensor, as stored.
  using Constants = std::function<Result<Tensor>(const std::string& tensor)>;

  GraphBuilder(std::string graph_name, Constants constants);
  // Takes the file's tensors and makes the graph's inputs, each before anything else is asked.
  // `planned` says which tensors the target stores channel-last. Fails for nameless and repeated
  // tensors.
  Status Take(std::vector<StoredTensor> tensors, std::map<std::string, AxisOrder> planned);

  // Null for unknown names.
  const StoredTensor* Stored(const std::string& tensor) const;
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
  Result<Tensor> Constant(const std::string& tensor) const;
  // Makes `tensor`, the output of a node, a constant: its value as stored.
  Status DefineConstant(const std::string& tensor, Tensor value);

  // Announces that the next node makes `tensor` in `order`, which is AsStored or ChannelFirst;
  // returns the name of its output. Fails where `tensor` has been made before.
  Result<std::string> Produce(const std::string& tensor, const Order& order);

  // Makes `tensor` an output of the graph, as stored.
  Status AddOutput(const std::string& tensor);
  // Of what was made so far.
  Translated& described() { return described_; }

 private:
  struct Form {
    Order order;
    std::string value;
  };

  void AddInput(const StoredTensor& tensor);
  void Describe(const StoredTensor& tensor, const Order& order);
  std::string NameFor(const std::string& tensor, const Order& order);
  Result<std::string> AddForm(const std::string& tensor, const Order& order);
  Result<std::string> AddConstantForm(const StoredTensor& tensor, const Order& order);
  Result<std::string> AddMoved(const StoredTensor& tensor, const Order& order);
  std::string AddReshaped(const StoredTensor& tensor, const std::string& value, std::size_t rank);

  Constants read_constant_;
  std::unordered_map<std::string, StoredTensor> tensors_;
  std::unordered_map<std::string, Tensor> constants_;  // Of DefineConstant.
  std::unordered_map<std::string, std::vector<Form>> forms_;
  std::map<std::string, AxisOrder> planned_;
  std::set<std::string> with_own_name_;  // Tensors of which a value has their own name.
  Translated described_;
};

// `encoding` of a tensor of `rank` dims as it is for a value in `order`.
TensorEncoding Moved(TensorEncoding encoding, const Order& order, std::size_t rank);

// `value` with its axes in another order, after axes of length 1 are put before them until there
// are as many as `order` names. order[k] is the axis that comes to place k.
Result<Tensor> Reordered(const Tensor& value, const Permutation& order);

}  // namespace acc::model
