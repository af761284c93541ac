// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/from_graph/broadcast.h"

#include <algorithm>

namespace acc::dlc {
namespace {

bool IsOneElement(const Shape& dims) {
  return std::ranges::all_of(dims, [](std::int64_t dim) { return dim == 1; });
}

}  // namespace

AxisOrder BroadcastOrder(const Builder& builder, std::span<const std::string> operands,
                         const std::string& output) {
  const Source& source = builder.source();
  const AxisOrder stored = source.Stored(output);
  const bool all_meet = std::ranges::all_of(operands, [&](const std::string& operand) {
    return source.IsConstant(operand) || source.Rank(operand) == source.Rank(output) ||
           IsOneElement(source.Dims(operand));
  });
  return all_meet ? stored : AxisOrder::kSource;
}

std::string ReadOperand(Builder& builder, const std::string& operand, std::size_t rank,
                        AxisOrder order) {
  const Source& source = builder.source();
  Shape dims = source.Dims(operand);
  if (dims.size() == rank) return builder.Read(operand, order);
  if (!source.IsConstant(operand)) return builder.Read(operand, AxisOrder::kSource);
  const bool moves = order == AxisOrder::kChannelLast && !IsOneElement(dims) && dims.size() < rank;
  const std::size_t wanted = moves ? rank : std::max<std::size_t>(dims.size(), 1);
  dims.insert(dims.begin(), wanted - dims.size(), 1);
  const AxisOrder form = moves ? order : AxisOrder::kSource;
  return builder.ReadConstant(operand, {dims, FromSource(form, dims.size())});
}

}  // namespace acc::dlc
