// SPDX-License-Identifier: BSD-3-Clause
// Operators that take a part of a tensor, or add around it.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/numbers.h"

namespace acc::dlc {
namespace {

using Numbers = std::vector<std::int64_t>;

struct Range {
  std::int64_t begin;
  std::int64_t end;
  std::int64_t step;
};

// The elements that ONNX's Slice takes of `size`: its ends may lie outside and count from the back.
Range Clamped(Range range, std::int64_t size) {
  const bool forward = range.step > 0;
  const auto clamp = [&](std::int64_t place, std::int64_t lowest, std::int64_t highest) {
    return std::clamp(place < 0 ? place + size : place, lowest, highest);
  };
  range.begin = forward ? clamp(range.begin, 0, size) : clamp(range.begin, 0, size - 1);
  range.end = forward ? clamp(range.end, 0, size) : clamp(range.end, -1, size - 1);
  return range;
}

// One of the arguments of Slice, which were attributes before opset 10.
std::optional<Numbers> SliceArgument(const Source& source, const model::Node& node,
                                     std::size_t input, const char* attribute, Numbers fallback) {
  if (node.attributes.contains(attribute)) return node.Get<Numbers>(attribute, fallback);
  if (!HasInput(node, input)) return fallback;
  return source.Ints(node, input);
}

std::optional<std::vector<Range>> RangesOf(const Source& source, const model::Node& node) {
  const Shape& dims = source.Dims(node.inputs.front());
  const auto starts = SliceArgument(source, node, 1, "starts", {});
  const auto ends = SliceArgument(source, node, 2, "ends", {});
  if (!starts || !ends || ends->size() != starts->size()) return std::nullopt;
  Numbers first_axes(starts->size());
  std::iota(first_axes.begin(), first_axes.end(), 0);
  const auto axes = SliceArgument(source, node, 3, "axes", first_axes);
  const auto steps = SliceArgument(source, node, 4, "steps", Numbers(starts->size(), 1));
  const bool fits = axes && steps && axes->size() == starts->size() &&
                    steps->size() == starts->size() &&
                    std::ranges::none_of(*steps, [](std::int64_t step) { return step == 0; });
  if (!fits) return std::nullopt;
  std::vector<Range> ranges;
  for (const std::int64_t dim : dims) ranges.push_back({0, dim, 1});
  for (std::size_t i = 0; i < axes->size(); ++i) {
    const std::size_t axis = AxisFromStart((*axes)[i], dims.size());
    if (axis >= dims.size()) return std::nullopt;
    ranges[axis] = Clamped({(*starts)[i], (*ends)[i], (*steps)[i]}, dims[axis]);
  }
  return ranges;
}

bool WriteSlice(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto ranges = RangesOf(source, node);
  if (!ranges || ranges->empty()) return false;
  const AxisOrder order = source.Stored(node.outputs.front());
  Numbers stored;
  for (const int axis : FromSource(order, ranges->size())) {
    const Range& range = (*ranges)[static_cast<std::size_t>(axis)];
    stored.insert(stored.end(), {range.begin, range.end, range.step});
  }
  const auto rank = static_cast<std::int64_t>(ranges->size());
  builder.AddNode(node, "StridedSlice", std::span(node.inputs).first(1), order,
                  {builder.Ints("ranges", {rank, 3}, stored)});
  return true;
}

constexpr Choice kPadSchemes[] = {{"constant", 0}, {"reflect", 2}, {"edge", 3}};

// Before and after, for each axis of the graph; before opset 11 they were an attribute.
std::optional<Numbers> PadsOf(const Source& source, const model::Node& node) {
  const std::size_t rank = source.Rank(node.inputs.front());
  Numbers given = node.Get<Numbers>("pads", {});
  if (HasInput(node, 1)) {
    const auto values = source.Ints(node, 1);
    if (!values) return std::nullopt;
    given = *values;
  }
  Numbers axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (HasInput(node, 3)) {
    const auto values = source.Ints(node, 3);
    if (!values) return std::nullopt;
    axes = *values;
  }
  if (given.size() != 2 * axes.size()) return std::nullopt;
  Numbers pads(2 * rank, 0);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t axis = AxisFromStart(axes[i], rank);
    if (axis >= rank) return std::nullopt;
    pads[2 * axis] = given[i];
    pads[2 * axis + 1] = given[i + axes.size()];
  }
  return pads;
}

// What a Pad says besides its pads; nothing for values that are not constant.
std::optional<std::vector<Attribute>> PadAttributes(const Source& source, const model::Node& node,
                                                    std::uint32_t scheme) {
  const auto value = source.Floats(node, 2);
  const bool has_value = HasInput(node, 2) || node.attributes.contains("value");
  if (HasInput(node, 2) && (!value || value->size() != 1)) return std::nullopt;
  std::vector<Attribute> attributes;
  if (scheme == 0 && has_value) {
    const float number = value ? value->front() : node.Get<float>("value", 0);
    attributes.push_back(source.IsFloating(node.inputs.front())
                             ? Real("pad_constant_value", number)
                             : Int("pad_constant_value", SaturatedTo32Bits(double{number})));
  }
  attributes.push_back(Uint("scheme", scheme));
  return attributes;
}

// A negative pad takes away: what is left of the padded tensor is cut out of it.
bool WritePad(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto scheme = NumberOf(kPadSchemes, node.Get<std::string>("mode", "constant"));
  const auto pads = PadsOf(source, node);
  if (!scheme || !pads || pads->empty()) return false;
  auto attributes = PadAttributes(source, node, *scheme);
  if (!attributes) return false;

  const std::string& output = node.outputs.front();
  const std::size_t rank = pads->size() / 2;
  const AxisOrder order = source.Stored(output);
  Shape dims = Permute(source.Dims(node.inputs.front()), FromSource(order, rank));
  Numbers added;
  Numbers ranges;
  bool cuts = false;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto axis = 2 * static_cast<std::size_t>(FromSource(order, rank)[i]);
    const std::int64_t before = (*pads)[axis];
    const std::int64_t after = (*pads)[axis + 1];
    added.insert(added.end(),
                 {std::max<std::int64_t>(before, 0), std::max<std::int64_t>(after, 0)});
    dims[i] += added[2 * i] + added[2 * i + 1];
    const std::int64_t begin = std::max<std::int64_t>(-before, 0);
    ranges.insert(ranges.end(), {begin, dims[i] - std::max<std::int64_t>(-after, 0), 1});
    cuts = cuts || before < 0 || after < 0;
  }
  const auto axes = static_cast<std::int64_t>(rank);
  attributes->insert(attributes->begin(), builder.Uints("pad_amount", {axes, 2}, added));
  const std::string from = builder.Read(node.inputs.front(), order);
  const std::string padded =
      cuts ? builder.AddLike(output, "_padded", dims) : builder.Write(output, order);
  builder.AddNode({.name = node.name,
                   .type = "Pad",
                   .inputs = {from},
                   .outputs = {padded},
                   .attributes = *std::move(attributes)});
  if (!cuts) return true;
  builder.AddNode({.type = "StridedSlice",
                   .inputs = {padded},
                   .outputs = {builder.Write(output, order)},
                   .attributes = {builder.Ints("ranges", {axes, 3}, ranges)}});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Pad", WritePad},
    {"Slice", WriteSlice},
};

}  // namespace

std::span<const OperatorRow> SliceRows() { return kRows; }

}  // namespace acc::dlc
