// SPDX-License-Identifier: BSD-3-Clause
// What is known of the graph that is written: dims, types, constants, encodings, stored orders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/status.h"
#include "dlc/from_graph/from_graph.h"
#include "dlc/model.h"
#include "model/graph.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/tensor.h"

namespace acc::dlc {

// Whether the node's input is there: an optional one may be left out.
bool HasInput(const model::Node& node, std::size_t input);
bool HasOutput(const model::Node& node, std::size_t output);

// An axis attribute counted from 0.
std::size_t AxisFromStart(std::int64_t axis, std::size_t rank);

// Where the graph's `axis` lies in `order`.
std::int64_t AxisIn(AxisOrder order, std::size_t axis, std::size_t rank);

class Source {
 public:
  // Fails for tensors of unknown dims or types, naming them.
  static Result<Source> Create(const GraphToWrite& graph);

  const GraphToWrite& written() const { return *written_; }
  const model::Graph& graph() const { return written_->graph; }

  // Of tensors and initializers, as the graph holds them.
  const Shape& Dims(const std::string& tensor) const;
  std::size_t Rank(const std::string& tensor) const { return Dims(tensor).size(); }
  ElementType Type(const std::string& tensor) const;
  bool IsFloating(const std::string& tensor) const { return IsFloat(Type(tensor)); }
  // The order in the file; kSource for initializers.
  AxisOrder Stored(const std::string& tensor) const;
  std::int64_t Opset(const std::string& domain) const;

  bool IsConstant(const std::string& tensor) const { return Constant(tensor) != nullptr; }
  const acc::Tensor* Constant(const std::string& tensor) const;
  // The values of a constant input, rounded to its encoding where it has one; nothing for one that
  // is left out or not constant. Integers are saturated to 32 bits.
  std::optional<std::vector<std::int64_t>> Ints(const model::Node& node, std::size_t input) const;
  std::optional<std::vector<float>> Floats(const model::Node& node, std::size_t input) const;

  // Of a constant or activation; null where it stays unquantized. The input of a Relu or Clip that
  // was fused has no encoding of its own and takes that of its reader's output: its codes are
  // clamped where the reader clamps, so that an integer DLC has no float tensor in between.
  const TensorEncoding* EncodingOf(const std::string& tensor) const;

 private:
  explicit Source(const GraphToWrite& graph) : written_(&graph) {}
  void FindFused();

  const GraphToWrite* written_;
  std::unordered_map<std::string, const TensorEncoding*> fused_;
};

}  // namespace acc::dlc
