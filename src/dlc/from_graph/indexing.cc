// SPDX-License-Identifier: BSD-3-Clause
// Operators that pick elements by index, or put them there. They work in the graph's order.
#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/numbers.h"

namespace acc::dlc {
namespace {

constexpr AxisOrder kOrder = AxisOrder::kSource;

std::size_t AxisOf(const Source& source, const model::Node& node) {
  return AxisFromStart(node.Get<std::int64_t>("axis", 0), source.Rank(node.inputs.front()));
}

std::int64_t SizeAlong(const Source& source, const model::Node& node, std::size_t axis) {
  return source.Dims(node.inputs.front())[axis];
}

// A list at least, since QNN has no single index; constants that count from the end counted from
// the start.
std::string ReadIndices(Builder& builder, const model::Node& node, std::int64_t size) {
  const std::string& indices = node.inputs[1];
  const Source& source = builder.source();
  Shape dims = source.Dims(indices);
  const bool is_list = !dims.empty();
  if (!is_list) dims = {1};
  const auto values = source.Ints(node, 1);
  if (!values) {
    const std::string read = builder.Read(indices, kOrder);
    return is_list ? read : builder.AddReshaped(read, dims);
  }
  if (std::ranges::none_of(*values, [](std::int64_t index) { return index < 0; })) {
    return builder.ReadConstant(indices, {dims, FromSource(kOrder, dims.size())});
  }
  std::vector<std::int32_t> positive;
  for (const std::int64_t index : *values) {
    positive.push_back(static_cast<std::int32_t>(index < 0 ? index + size : index));
  }
  return builder.AddStatic(
      indices, acc::Tensor::FromValues<std::int32_t>(ElementType::kInt32, dims, positive));
}

// The axis that a list of one index adds is taken out again.
bool WriteGather(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::size_t axis = AxisOf(source, node);
  if (axis >= source.Rank(node.inputs.front())) return false;
  const std::string& output = node.outputs.front();
  Node gather{.name = node.name,
              .type = "Gather",
              .inputs = {builder.Read(node.inputs.front(), kOrder),
                         ReadIndices(builder, node, SizeAlong(source, node, axis))},
              .attributes = {Int("axis", static_cast<std::int64_t>(axis))}};
  if (!source.Dims(node.inputs[1]).empty()) {
    gather.outputs = {builder.Write(output, kOrder)};
    builder.AddNode(std::move(gather));
    return true;
  }
  Shape dims = source.Dims(output);
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), 1);
  const std::string picked = builder.AddLike(output, "_picked", dims);
  gather.outputs = {picked};
  builder.AddNode(std::move(gather));
  builder.AddNode(
      {.type = "Reshape", .inputs = {picked}, .outputs = {builder.Write(output, kOrder)}});
  return true;
}

bool WriteGatherElements(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::size_t axis = AxisOf(source, node);
  if (axis >= source.Rank(node.inputs.front())) return false;
  builder.AddNode({.name = node.name,
                   .type = "GatherElements",
                   .inputs = {builder.Read(node.inputs.front(), kOrder),
                              ReadIndices(builder, node, SizeAlong(source, node, axis))},
                   .outputs = {builder.Write(node.outputs.front(), kOrder)},
                   .attributes = {Uint("axis", axis)}});
  return true;
}

// Each index is a tuple along the last axis; its places count along the data's axes from
// `first_axis` on. Constants that count from the end are counted from the start.
std::string ReadTuples(Builder& builder, const model::Node& node, std::size_t first_axis) {
  const Source& source = builder.source();
  const std::string& indices = node.inputs[1];
  const auto values = source.Ints(node, 1);
  if (!values || std::ranges::none_of(*values, [](std::int64_t index) { return index < 0; })) {
    return builder.Read(indices, kOrder);
  }
  const Shape& dims = source.Dims(indices);
  const Shape& data = source.Dims(node.inputs.front());
  std::vector<std::int32_t> positive;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const std::size_t axis = first_axis + i % static_cast<std::size_t>(dims.back());
    const std::int64_t size = axis < data.size() ? data[axis] : 0;
    const std::int64_t index = (*values)[i];
    positive.push_back(static_cast<std::int32_t>(index < 0 ? index + size : index));
  }
  return builder.AddStatic(
      indices, acc::Tensor::FromValues<std::int32_t>(ElementType::kInt32, dims, positive));
}

bool WriteGatherNd(Builder& builder, const model::Node& node) {
  const auto batch_dims = static_cast<std::uint64_t>(node.Get<std::int64_t>("batch_dims", 0));
  builder.AddNode(
      {.name = node.name,
       .type = "GatherNd",
       .inputs = {builder.Read(node.inputs[0], kOrder), ReadTuples(builder, node, batch_dims)},
       .outputs = {builder.Write(node.outputs.front(), kOrder)},
       .attributes = {Uint("batch_dims", batch_dims)}});
  return true;
}

std::optional<std::uint32_t> ReductionOf(const model::Node& node) {
  constexpr std::string_view kReductions[] = {"none", "add", "mul", "max"};
  const auto* found = std::ranges::find(kReductions, node.Get<std::string>("reduction", "none"));
  if (found == std::end(kReductions)) return std::nullopt;
  return static_cast<std::uint32_t>(found - std::begin(kReductions));
}

constexpr std::uint32_t kMaxReduction = 3;

std::string NoReduction(const model::Node& node) {
  return "its reduction '" + Printable(node.Get<std::string>("reduction", "")) +
         "' is not translated";
}

bool WriteScatterNd(Builder& builder, const model::Node& node) {
  const auto reduction = ReductionOf(node);
  if (!reduction || *reduction == kMaxReduction) return builder.Refuse(NoReduction(node));
  builder.AddNode({.name = node.name,
                   .type = "ScatterNd",
                   .inputs = {builder.Read(node.inputs[0], kOrder), ReadTuples(builder, node, 0),
                              builder.Read(node.inputs[2], kOrder)},
                   .outputs = {builder.Write(node.outputs.front(), kOrder)},
                   .attributes = {Uint("reduction", *reduction)}});
  return true;
}

bool WriteScatterElements(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto reduction = ReductionOf(node);
  const std::size_t axis = AxisOf(source, node);
  if (!reduction) return builder.Refuse(NoReduction(node));
  if (axis >= source.Rank(node.inputs.front())) return false;
  builder.AddNode({.name = node.name,
                   .type = "ScatterElements",
                   .inputs = {builder.Read(node.inputs[0], kOrder),
                              ReadIndices(builder, node, SizeAlong(source, node, axis)),
                              builder.Read(node.inputs[2], kOrder)},
                   .outputs = {builder.Write(node.outputs.front(), kOrder)},
                   .attributes = {Uint("axis", axis), Uint("reduction", *reduction)}});
  return true;
}

bool WriteOneHot(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::string& output = node.outputs.front();
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", -1), source.Rank(output));
  const auto values = source.Floats(node, 2);
  if (!values || values->size() != 2 || axis >= source.Rank(output)) return false;
  const bool is_float = source.IsFloating(output);
  const auto value = [&](const char* name, float number) {
    return is_float ? Real(name, number) : Int(name, SaturatedTo32Bits(double{number}));
  };
  const auto depth = static_cast<std::uint64_t>(source.Dims(output)[axis]);
  builder.AddNode(node, "OneHot", std::span(node.inputs).first(1), kOrder,
                  {Uint("axis", axis), Uint("depth", depth), value("off_value", (*values)[0]),
                   value("on_value", (*values)[1])});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Gather", WriteGather},           {"GatherElements", WriteGatherElements},
    {"GatherND", WriteGatherNd},       {"OneHot", WriteOneHot},
    {"Scatter", WriteScatterElements}, {"ScatterElements", WriteScatterElements},
    {"ScatterND", WriteScatterNd},
};

}  // namespace

std::span<const OperatorRow> IndexingRows() { return kRows; }

}  // namespace acc::dlc
