// SPDX-License-Identifier: BSD-3-Clause
// Changes of the elements' type.
#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/operations.h"

namespace acc::dlc {
namespace {

// From numbers to truth values QNN's Cast would round towards zero: the sign's size is 0 or 1.
bool WriteCastToBool(Builder& builder, const model::Node& node) {
  const std::string& input = node.inputs.front();
  const std::string& output = node.outputs.front();
  const AxisOrder order = builder.source().Stored(output);
  const std::string from = builder.Read(input, order);
  const std::string sign = builder.AddBetween(input, "_sign", builder.DimsOf(from));
  const std::string size = builder.AddBetween(input, "_is_set", builder.DimsOf(from));
  const auto unary = [&](std::string_view operation, const std::string& in,
                         const std::string& out) {
    builder.AddNode({.type = std::string(kUnaryType),
                     .inputs = {in},
                     .outputs = {out},
                     .attributes = {Uint("operation", OperationOf(operation)->number)}});
  };
  unary("Sign", from, sign);
  unary("Abs", sign, size);
  builder.AddNode({.name = node.name,
                   .type = "Cast",
                   .inputs = {size},
                   .outputs = {builder.Write(output, order)}});
  return true;
}

bool WriteCast(Builder& builder, const model::Node& node) {
  const std::string& output = node.outputs.front();
  const Source& source = builder.source();
  if (source.Type(output) == ElementType::kBool && source.IsFloating(node.inputs.front())) {
    return WriteCastToBool(builder, node);
  }
  builder.AddNode(node, "Cast", std::span(node.inputs).first(1), source.Stored(output));
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Cast", WriteCast},
    {"CastLike", WriteCast},
};

}  // namespace

std::span<const OperatorRow> TypeRows() { return kRows; }

}  // namespace acc::dlc
