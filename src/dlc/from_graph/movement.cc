// SPDX-License-Identifier: BSD-3-Clause
// Operators that move elements and compute nothing.
#include <algorithm>
#include <numeric>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"

namespace acc::dlc {
namespace {

using Numbers = std::vector<std::int64_t>;

bool WriteReshape(Builder& builder, const model::Node& node) {
  builder.AddNode(node, "Reshape", std::span(node.inputs).first(1), AxisOrder::kSource);
  return true;
}

// One Transpose from the order in which the input is stored to that of the output.
bool WriteTranspose(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::string& input = node.inputs.front();
  const std::string& output = node.outputs.front();
  const std::size_t rank = source.Rank(input);
  Numbers perm(rank);
  std::iota(perm.rbegin(), perm.rend(), 0);
  perm = node.Get<Numbers>("perm", perm);
  if (perm.size() != rank) return false;
  const AxisOrder order = source.Stored(input);
  const Permutation stored = FromSource(source.Stored(output), rank);
  Numbers moved;
  for (const int axis : stored) {
    const auto from = AxisFromStart(perm[static_cast<std::size_t>(axis)], rank);
    moved.push_back(AxisIn(order, from, rank));
  }
  // Where the stored order already is the one asked for, a Transpose would say that nothing moves.
  const bool moves = !std::ranges::is_sorted(moved) || std::ranges::is_sorted(perm);
  if (rank == 0) return WriteReshape(builder, node);
  if (!moves) {
    builder.AddNode({.name = node.name,
                     .type = "Reshape",
                     .inputs = {builder.Read(input, order)},
                     .outputs = {output}});
    return true;
  }
  builder.AddNode({.name = node.name,
                   .type = "Transpose",
                   .inputs = {builder.Read(input, order)},
                   .outputs = {output},
                   .attributes = {builder.Uints("perm", moved)}});
  return true;
}

bool WriteConcat(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::size_t rank = source.Rank(node.outputs.front());
  const AxisOrder order = source.Stored(node.outputs.front());
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", 0), rank);
  if (axis >= rank) return false;
  builder.AddNode(node, "Concat", node.inputs, order,
                  {Uint("axis", static_cast<std::uint64_t>(AxisIn(order, axis, rank)))});
  return true;
}

bool WriteSplit(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::string& input = node.inputs.front();
  const std::size_t rank = source.Rank(input);
  const bool all_read = std::ranges::none_of(node.outputs, [](auto& name) { return name.empty(); });
  if (node.outputs.size() == 1) return WriteReshape(builder, node);
  if (!all_read) return false;
  const bool is_image = std::ranges::any_of(node.outputs, [&](const std::string& output) {
    return source.Stored(output) == AxisOrder::kChannelLast;
  });
  const AxisOrder order = is_image ? AxisOrder::kChannelLast : AxisOrder::kSource;
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", 0), rank);
  // A runtime drops the dims of an output that the file declares with another rank.
  const bool keep_rank = std::ranges::all_of(
      node.outputs, [&](const std::string& output) { return source.Rank(output) == rank; });
  if (axis >= rank || !keep_rank) return false;
  Numbers starts;
  std::int64_t start = 0;
  Node split{.name = node.name, .type = "Split", .inputs = {builder.Read(input, order)}};
  for (const std::string& output : node.outputs) {
    split.outputs.push_back(builder.Write(output, order));
    starts.push_back(start += source.Dims(output)[axis]);
  }
  starts.pop_back();
  split.attributes = {Uint("axis", static_cast<std::uint64_t>(AxisIn(order, axis, rank))),
                      builder.Uints("split_index", starts)};
  builder.AddNode(std::move(split));
  return true;
}

bool WriteTile(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto repeats = source.Ints(node, 1);
  const std::size_t rank = source.Rank(node.inputs.front());
  if (!repeats || repeats->size() != rank || rank == 0) return false;
  const AxisOrder order = source.Stored(node.outputs.front());
  Numbers multiples;
  for (const int axis : FromSource(order, rank)) {
    multiples.push_back((*repeats)[static_cast<std::size_t>(axis)]);
  }
  builder.AddNode(node, "Tile", std::span(node.inputs).first(1), order,
                  {builder.Uints("multiples", multiples)});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Concat", WriteConcat},       {"Flatten", WriteReshape},   {"Reshape", WriteReshape},
    {"Split", WriteSplit},         {"Squeeze", WriteReshape},   {"Tile", WriteTile},
    {"Transpose", WriteTranspose}, {"Unsqueeze", WriteReshape},
};

}  // namespace

std::span<const OperatorRow> MovementRows() { return kRows; }

}  // namespace acc::dlc
