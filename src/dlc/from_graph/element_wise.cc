// SPDX-License-Identifier: BSD-3-Clause
// Operators that work element by element, with broadcasting.
#include <algorithm>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/broadcast.h"
#include "dlc/from_graph/operators.h"
#include "dlc/operations.h"
#include "tensor/claimed_size.h"

namespace acc::dlc {
namespace {

// Operations that have no single operator in the standard.
constexpr std::uint32_t kDivide = 2;
constexpr std::uint32_t kFmod = 5;

std::string ReadOperandOf(Builder& builder, const model::Node& node, std::size_t input,
                          AxisOrder order) {
  const std::size_t rank = builder.source().Rank(node.outputs.front());
  return ReadOperand(builder, node.inputs[input], rank, order);
}

void AddBinary(Builder& builder, const std::string& name, std::uint32_t operation,
               std::vector<std::string> operands, std::string output) {
  builder.AddNode({.name = name,
                   .type = std::string(kBinaryType),
                   .inputs = std::move(operands),
                   .outputs = {std::move(output)},
                   .attributes = {Uint("operation", operation)}});
}

bool WriteUnary(Builder& builder, const model::Node& node) {
  const auto operation = OperationOf(node.op_type);
  const AxisOrder order = builder.source().Stored(node.outputs.front());
  builder.AddNode(node, operation->type, node.inputs, order,
                  {Uint("operation", operation->number)});
  return true;
}

bool SameTypes(const Source& source, const model::Node& node) {
  return std::ranges::all_of(node.inputs, [&](const std::string& input) {
    return source.Type(input) == source.Type(node.inputs.front());
  });
}

bool WriteBinary(Builder& builder, const model::Node& node, std::uint32_t operation) {
  if (!SameTypes(builder.source(), node)) return false;
  const AxisOrder order = BroadcastOrder(builder, node.inputs, node.outputs.front());
  std::vector<std::string> operands = {ReadOperandOf(builder, node, 0, order),
                                       ReadOperandOf(builder, node, 1, order)};
  AddBinary(builder, node.name, operation, std::move(operands),
            builder.Write(node.outputs.front(), order));
  return true;
}

bool WriteBinary(Builder& builder, const model::Node& node) {
  return WriteBinary(builder, node, OperationOf(node.op_type)->number);
}

bool WriteMod(Builder& builder, const model::Node& node) {
  const bool as_in_c = node.Get<std::int64_t>("fmod", 0) != 0;
  return WriteBinary(builder, node, as_in_c ? kFmod : OperationOf("Mod")->number);
}

bool WriteIdentity(Builder& builder, const model::Node& node) {
  const AxisOrder order = builder.source().Stored(node.outputs.front());
  Permutation same(builder.source().Rank(node.outputs.front()));
  if (same.empty()) {
    builder.AddNode(node, "Reshape", std::span(node.inputs).first(1), order);
    return true;
  }
  std::vector<std::int64_t> axes(same.size());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<std::int64_t>(i);
  builder.AddNode(node, "Transpose", std::span(node.inputs).first(1), order,
                  {builder.Uints("perm", axes)});
  return true;
}

// The operands' values joined one after the other; the graph's last operation makes `output`.
void AddChain(Builder& builder, const model::Node& node, std::uint32_t operation, AxisOrder order,
              const std::string& output) {
  const std::string& made = node.outputs.front();
  const Shape dims =
      Permute(builder.source().Dims(made), FromSource(order, builder.source().Rank(made)));
  std::string joined = ReadOperandOf(builder, node, 0, order);
  for (std::size_t i = 1; i < node.inputs.size(); ++i) {
    const std::string operand = ReadOperandOf(builder, node, i, order);
    const bool is_last = i + 1 == node.inputs.size();
    const std::string to = is_last ? output : builder.AddBetween(made, "_partial", dims);
    AddBinary(builder, is_last ? node.name : "", operation, {joined, operand}, to);
    joined = to;
  }
}

bool WriteChain(Builder& builder, const model::Node& node, std::string_view binary) {
  if (node.inputs.size() == 1) return WriteIdentity(builder, node);
  const AxisOrder order = BroadcastOrder(builder, node.inputs, node.outputs.front());
  AddChain(builder, node, OperationOf(binary)->number, order,
           builder.Write(node.outputs.front(), order));
  return true;
}

bool WriteChain(Builder& builder, const model::Node& node) {
  return WriteChain(builder, node, node.op_type);
}

bool WriteSum(Builder& builder, const model::Node& node) {
  return WriteChain(builder, node, "Add");
}

bool WriteMean(Builder& builder, const model::Node& node) {
  if (node.inputs.size() == 1) return WriteIdentity(builder, node);
  const std::string& output = node.outputs.front();
  const AxisOrder order = BroadcastOrder(builder, node.inputs, output);
  const Shape dims =
      Permute(builder.source().Dims(output), FromSource(order, builder.source().Rank(output)));
  const std::string sum = builder.AddBetween(output, "_sum", dims);
  model::Node unnamed = node;
  unnamed.name.clear();
  AddChain(builder, unnamed, OperationOf("Add")->number, order, sum);
  const std::string count =
      builder.AddNumber(output, "_count", static_cast<float>(node.inputs.size()));
  AddBinary(builder, node.name, kDivide, {sum, count}, builder.Write(output, order));
  return true;
}

bool WriteWhere(Builder& builder, const model::Node& node) {
  const AxisOrder order = BroadcastOrder(builder, node.inputs, node.outputs.front());
  std::vector<std::string> operands;
  for (std::size_t i = 0; i < 3; ++i) operands.push_back(ReadOperandOf(builder, node, i, order));
  builder.AddNode({.name = node.name,
                   .type = "Eltwise_Ternary",
                   .inputs = std::move(operands),
                   .outputs = {builder.Write(node.outputs.front(), order)},
                   .attributes = {Text("eltwise_type", "ElementWiseSelect")}});
  return true;
}

bool WriteIsNan(Builder& builder, const model::Node& node) {
  builder.AddNode(node, "IsNan", node.inputs, builder.source().Stored(node.outputs.front()));
  return true;
}

bool WriteIsInf(Builder& builder, const model::Node& node) {
  const auto detects = [&](const char* attribute) {
    return Flag(attribute, node.Get<std::int64_t>(attribute, 1) != 0);
  };
  builder.AddNode(node, "IsInf", node.inputs, builder.source().Stored(node.outputs.front()),
                  {detects("detect_negative"), detects("detect_positive")});
  return true;
}

// How often each axis of the output, in the graph's order, repeats that of the input.
Shape RepeatsOf(const Source& source, const model::Node& node) {
  Shape from = source.Dims(node.inputs.front());
  Shape repeats = source.Dims(node.outputs.front());
  from.insert(from.begin(), repeats.size() - std::min(from.size(), repeats.size()), 1);
  for (std::size_t i = 0; i < repeats.size(); ++i) {
    if (from[i] != 1) repeats[i] = 1;
  }
  return repeats;
}

// For elements that no runtime multiplies, and for more of them than a file should hold ones.
void AddTile(Builder& builder, const model::Node& node, AxisOrder order, const Shape& repeats) {
  const std::string& input = node.inputs.front();
  Shape from = builder.source().Dims(input);
  std::string read = builder.Read(input, from.size() < repeats.size() ? AxisOrder::kSource : order);
  if (from.size() < repeats.size()) {
    from.insert(from.begin(), repeats.size() - from.size(), 1);
    read = builder.AddReshaped(read, Permute(from, FromSource(order, repeats.size())));
  }
  builder.AddNode({.name = node.name,
                   .type = "Tile",
                   .inputs = {read},
                   .outputs = {builder.Write(node.outputs.front(), order)},
                   .attributes = {builder.Uints("multiples", repeats)}});
}

// QNN has no operator for it: a product with ones, of truth values a conjunction with true. The
// ones have the repeated axes only.
bool WriteExpand(Builder& builder, const model::Node& node) {
  const std::string& input = node.inputs.front();
  const std::string& output = node.outputs.front();
  const Source& source = builder.source();
  const AxisOrder order = BroadcastOrder(builder, std::span(node.inputs).first(1), output);
  const Shape repeats = Permute(RepeatsOf(source, node), FromSource(order, source.Rank(output)));
  if (repeats.empty()) return WriteIdentity(builder, node);
  const DataType type = DataTypeOf(StoredElements(source.Type(output)));
  const bool is_bool = type == DataType::kBool8;
  const bool multiplies = source.IsFloating(output) || is_bool || type == DataType::kInt32;
  if (!multiplies || !MayBeMade(repeats)) {
    AddTile(builder, node, order, repeats);
    return true;
  }
  const std::string ones = builder.AddNumbers(output, "_ones", 1, repeats);
  AddBinary(builder, node.name, OperationOf(is_bool ? "And" : "Mul")->number,
            {ReadOperand(builder, input, repeats.size(), order), ones},
            builder.Write(output, order));
  return true;
}

// 1 / x
bool WriteReciprocal(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  AddBinary(builder, node.name, kDivide,
            {builder.AddNumber(output, "_one", 1), builder.Read(node.inputs.front(), order)},
            builder.Write(output, order));
  return true;
}

// x / (1 + |x|)
bool WriteSoftsign(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  const std::string from = builder.Read(node.inputs.front(), order);
  const std::string size = builder.AddBetween(output, "_abs", builder.DimsOf(from));
  const std::string sum = builder.AddBetween(output, "_sum", builder.DimsOf(from));
  builder.AddNode({.type = std::string(kUnaryType),
                   .inputs = {from},
                   .outputs = {size},
                   .attributes = {Uint("operation", OperationOf("Abs")->number)}});
  AddBinary(builder, "", OperationOf("Add")->number, {size, builder.AddNumber(output, "_one", 1)},
            sum);
  AddBinary(builder, node.name, kDivide, {from, sum}, builder.Write(output, order));
  return true;
}

// sin(x) / cos(x)
bool WriteTan(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  const std::string from = builder.Read(node.inputs.front(), order);
  std::vector<std::string> parts;
  for (const char* function : {"Sin", "Cos"}) {
    parts.push_back(builder.AddBetween(output, "_part", builder.DimsOf(from)));
    builder.AddNode({.type = std::string(kUnaryType),
                     .inputs = {from},
                     .outputs = {parts.back()},
                     .attributes = {Uint("operation", OperationOf(function)->number)}});
  }
  AddBinary(builder, node.name, kDivide, parts, builder.Write(output, order));
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Abs", WriteUnary},
    {"Add", WriteBinary},
    {"And", WriteBinary},
    {"Asin", WriteUnary},
    {"Atan", WriteUnary},
    {"Ceil", WriteUnary},
    {"Cos", WriteUnary},
    {"Div", WriteBinary},
    {"Dropout", WriteIdentity},
    {"Equal", WriteBinary},
    {"Exp", WriteUnary},
    {"Expand", WriteExpand},
    {"Floor", WriteUnary},
    {"Greater", WriteBinary},
    {"GreaterOrEqual", WriteBinary},
    {"Identity", WriteIdentity},
    {"IsInf", WriteIsInf},
    {"IsNaN", WriteIsNan},
    {"Less", WriteBinary},
    {"LessOrEqual", WriteBinary},
    {"Log", WriteUnary},
    {"Max", WriteChain},
    {"Mean", WriteMean},
    {"Min", WriteChain},
    {"Mod", WriteMod},
    {"Mul", WriteBinary},
    {"Neg", WriteUnary},
    {"Not", WriteUnary},
    {"Or", WriteBinary},
    {"Pow", WriteBinary},
    {"Reciprocal", WriteReciprocal},
    {"Round", WriteUnary},
    {"Sign", WriteUnary},
    {"Sin", WriteUnary},
    {"Softsign", WriteSoftsign},
    {"Sqrt", WriteUnary},
    {"Sub", WriteBinary},
    {"Sum", WriteSum},
    {"Tan", WriteTan},
    {"Where", WriteWhere},
    {"Xor", WriteBinary},
};

}  // namespace

std::span<const OperatorRow> ElementWiseRows() { return kRows; }

}  // namespace acc::dlc
