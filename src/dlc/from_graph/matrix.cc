// SPDX-License-Identifier: BSD-3-Clause
// Products of matrices, in the graph's axis order.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/operations.h"

namespace acc::dlc {
namespace {

constexpr AxisOrder kOrder = AxisOrder::kSource;

void AddReshape(Builder& builder, const std::string& from, const std::string& to) {
  builder.AddNode({.type = "Reshape", .inputs = {from}, .outputs = {builder.Write(to, kOrder)}});
}

void AddFullyConnected(Builder& builder, const std::string& name, std::vector<std::string> inputs,
                       const std::string& output) {
  builder.AddNode(
      {.name = name, .type = "FullyConnected", .inputs = std::move(inputs), .outputs = {output}});
}

// A vector as the matrix that it stands for.
std::string ReadMatrix(Builder& builder, const std::string& tensor, bool is_row) {
  const Source& source = builder.source();
  const Shape& dims = source.Dims(tensor);
  if (dims.size() != 1) return builder.Read(tensor, kOrder);
  const Shape matrix = is_row ? Shape{1, dims[0]} : Shape{dims[0], 1};
  if (source.IsConstant(tensor)) return builder.ReadConstant(tensor, {matrix, {0, 1}});
  return builder.AddReshaped(builder.Read(tensor, kOrder), matrix);
}

// A constant matrix or a vector is the weights of a layer, [out, in]; all other dims of the input
// are a batch.
bool WriteWithWeights(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::string& output = node.outputs.front();
  const Shape& dims = source.Dims(node.inputs[1]);
  const std::int64_t outputs = dims.size() == 2 ? dims[1] : 1;
  const std::string weights =
      source.IsConstant(node.inputs[1])
          ? builder.ReadConstant(node.inputs[1], {{dims.front(), outputs}, {1, 0}})
          : ReadMatrix(builder, node.inputs[1], true);
  std::vector<std::string> inputs = {ReadMatrix(builder, node.inputs[0], true), weights};
  if (source.Rank(output) == 2 && dims.size() == 2) {
    AddFullyConnected(builder, node.name, std::move(inputs), builder.Write(output, kOrder));
    return true;
  }
  const Shape& made = source.Dims(output);
  const std::int64_t count =
      std::accumulate(made.begin(), made.end(), std::int64_t{1}, std::multiplies<>());
  const std::string flat =
      builder.AddLike(output, "_fc", {outputs > 0 ? count / outputs : 0, outputs});
  AddFullyConnected(builder, node.name, std::move(inputs), flat);
  AddReshape(builder, flat, output);
  return true;
}

// With the axes that a product of matrices has and one with vectors lacks.
Shape ProductDims(const Source& source, const model::Node& node) {
  Shape dims = source.Dims(node.outputs.front());
  const bool from_row = source.Rank(node.inputs[0]) == 1;
  const bool to_column = source.Rank(node.inputs[1]) == 1;
  if (to_column) dims.push_back(1);
  if (from_row) dims.insert(dims.end() - 1, 1);
  return dims;
}

bool WriteMatMul(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::size_t left = source.Rank(node.inputs[0]);
  const std::size_t right = source.Rank(node.inputs[1]);
  const bool is_layer = right == 1 || (right == 2 && source.IsConstant(node.inputs[1]) &&
                                       !source.IsConstant(node.inputs[0]));
  if (is_layer && left >= 1 && source.IsFloating(node.inputs[0])) {
    return WriteWithWeights(builder, node);
  }
  const std::string& output = node.outputs.front();
  const bool has_vector = left == 1 || right == 1;
  Node product{.name = node.name,
               .type = "MatMul",
               .inputs = {ReadMatrix(builder, node.inputs[0], true),
                          ReadMatrix(builder, node.inputs[1], false)},
               .attributes = {Flag("transpose_in0", false), Flag("transpose_in1", false)}};
  product.outputs = {has_vector ? builder.AddLike(output, "_matrix", ProductDims(source, node))
                                : builder.Write(output, kOrder)};
  const std::string made = product.outputs.front();
  builder.AddNode(std::move(product));
  if (has_vector) AddReshape(builder, made, output);
  return true;
}

// As [out, in].
std::string ReadWeights(Builder& builder, const std::string& weights, bool transposed) {
  const Source& source = builder.source();
  if (source.IsConstant(weights)) {
    const Permutation permutation = transposed ? Permutation{0, 1} : Permutation{1, 0};
    return builder.ReadConstant(weights, {source.Dims(weights), permutation});
  }
  const std::string read = builder.Read(weights, kOrder);
  return transposed ? read : builder.AddTransposed(read, {1, 0});
}

// One number for each output: what FullyConnected takes.
bool IsBias(const Source& source, const std::string& addend, std::int64_t outputs) {
  const Shape& dims = source.Dims(addend);
  if (dims.empty() || dims.back() != outputs) return false;
  const bool is_list = dims.size() == 1 || (dims.size() == 2 && dims.front() == 1);
  return is_list && (source.IsConstant(addend) || dims.size() == 1);
}

std::string ReadBias(Builder& builder, const std::string& bias) {
  const Shape& dims = builder.source().Dims(bias);
  if (dims.size() == 1) return builder.Read(bias, kOrder);
  return builder.ReadConstant(bias, {{dims.back()}, {0}});
}

bool WriteGemm(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const bool scales =
      node.Get<float>("alpha", 1) != 1 || (HasInput(node, 2) && node.Get<float>("beta", 1) != 1);
  if (scales || !source.IsFloating(node.outputs.front())) return false;
  const std::string& output = node.outputs.front();
  if (source.Rank(node.inputs[0]) != 2) return false;
  std::string input = builder.Read(node.inputs[0], kOrder);
  if (node.Get<std::int64_t>("transA", 0) != 0) input = builder.AddTransposed(input, {1, 0});
  std::vector<std::string> inputs = {
      input, ReadWeights(builder, node.inputs[1], node.Get<std::int64_t>("transB", 0) != 0)};
  const bool adds = HasInput(node, 2) && !IsBias(source, node.inputs[2], source.Dims(output)[1]);
  if (HasInput(node, 2) && !adds) inputs.push_back(ReadBias(builder, node.inputs[2]));
  if (!adds) {
    AddFullyConnected(builder, node.name, std::move(inputs), builder.Write(output, kOrder));
    return true;
  }
  const std::string product = builder.AddBetween(output, "_product", source.Dims(output));
  AddFullyConnected(builder, node.name, std::move(inputs), product);
  builder.AddNode({.type = std::string(kBinaryType),
                   .inputs = {product, builder.Read(node.inputs[2], kOrder)},
                   .outputs = {builder.Write(output, kOrder)},
                   .attributes = {Uint("operation", OperationOf("Add")->number)}});
  return true;
}

// "ij,jk->ik" in parts; nothing for an equation of other than two operands and a result.
struct Equation {
  std::string left;
  std::string right;
  std::string result;
};

std::optional<Equation> EquationOf(const model::Node& node) {
  auto text = node.Get<std::string>("equation", "");
  std::erase(text, ' ');
  const std::size_t comma = text.find(',');
  const std::size_t arrow = text.find("->");
  if (arrow == std::string::npos || comma >= arrow || text.find(',', comma + 1) < arrow) {
    return std::nullopt;
  }
  return Equation{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1),
                  text.substr(arrow + 2)};
}

bool NamesEachAxisOnce(std::string letters) {
  const bool named = std::ranges::none_of(letters, [](char letter) { return letter == '.'; });
  std::ranges::sort(letters);
  return named && std::ranges::adjacent_find(letters) == letters.end();
}

// Products of matrices, of the second one transposed perhaps, whose other axes stay in front.
bool WriteEinsum(Builder& builder, const model::Node& node) {
  const auto equation = EquationOf(node);
  if (!equation || node.inputs.size() != 2) return false;
  const auto& [left, right, result] = *equation;
  const bool has_matrices = left.size() >= 2 && right.size() >= 2 && result.size() == left.size();
  if (!has_matrices || !NamesEachAxisOnce(left) || !NamesEachAxisOnce(right)) return false;
  const std::string batch = left.substr(0, left.size() - 2);
  const char row = left[left.size() - 2];
  const char inner = left.back();
  const bool transposed = right.back() == inner;
  const char column = right[right.size() - (transposed ? 2 : 1)];
  const bool fits = batch.ends_with(right.substr(0, right.size() - 2)) &&
                    right[right.size() - (transposed ? 1 : 2)] == inner &&
                    left.find(column) == std::string::npos && result == batch + row + column;
  if (!fits) return builder.Refuse("its equation is not a product of matrices");
  builder.AddNode(node, "MatMul", node.inputs, kOrder,
                  {Flag("transpose_in0", false), Flag("transpose_in1", transposed)});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Einsum", WriteEinsum}, {"Gemm", WriteGemm}, {"MatMul", WriteMatMul}};

}  // namespace

std::span<const OperatorRow> MatrixRows() { return kRows; }

}  // namespace acc::dlc
