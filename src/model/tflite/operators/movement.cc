// SPDX-License-Identifier: BSD-3-Clause
// Operators that move elements without looking at them.
#include "model/translation/movement.h"

#include <algorithm>
#include <limits>

#include "model/tflite/operators.h"
#include "model/tflite/translation.h"
namespace acc::model::tflite {
namespace {

using Kind = PlannedNode::Kind;

// A 0 is a length in the file, and the input's own length in the standard.
bool SaysItAll(const std::vector<std::int64_t>& dims) {
  return !dims.empty() && std::ranges::none_of(dims, [](std::int64_t dim) { return dim == 0; });
}

// What the new dims are, a constant, the output, or the run says.
void Reshape(Translation& t) {
  const Order made = AsStored(t.OutputDims(0).size());
  if (!t.Has(1)) return t.MakeShaped(0, t.Input(0));
  if (!t.IsConstant(1)) {
    return t.Make(0, made, "Reshape", {t.Input(0), t.InputAs(1, ElementType::kInt64)});
  }
  const std::vector<std::int64_t> dims = t.Ints(1);
  if (!SaysItAll(dims)) return t.MakeShaped(0, t.Input(0));
  t.Make(0, made, "Reshape", {t.Input(0), t.Int64s("shape", dims)});
}

void Squeeze(Translation& t) {
  const auto* options = t.Options<schema::SqueezeOptions>();
  const auto* dims = options == nullptr ? nullptr : options->squeeze_dims();
  if (dims == nullptr || dims->size() == 0) return t.MakeShaped(0, t.Input(0));
  std::vector<std::int64_t> axes;
  for (const std::int32_t axis : *dims) axes.push_back(t.Axis(axis, t.Rank(0)));
  t.Make(0, AsStored(t.OutputDims(0).size()), "Squeeze", {t.Input(0), t.Int64s("axes", axes)});
}

void ExpandDims(Translation& t) {
  const std::size_t rank = t.Rank(0) + 1;
  const int axis = t.Axis(t.Ints(1, 1)[0], rank);
  t.Make(0, AsStored(rank), "Unsqueeze", {t.Input(0), t.Int64s("axes", {axis})});
}

void Transpose(Translation& t) { MakeTransposed(t, t.Ints(1, t.Rank(0))); }

void Concatenation(Translation& t) {
  const Order order = t.CommonOrder();
  const int axis =
      PlaceOf(order, t.Axis(t.Option(&schema::ConcatenationOptions::axis, 0), order.size()));
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount() && t.ok(); ++input) {
    if (t.CheckRank(input, order.size(), order.size())) inputs.push_back(t.Input(input, order));
  }
  t.MakeActivated(order, "Concat", std::move(inputs), {{"axis", axis}},
                  t.Option(&schema::ConcatenationOptions::fused_activation_function,
                           schema::ActivationFunctionType_NONE));
}

void MakeParts(Translation& t, std::size_t input, std::int64_t axis, std::string sizes) {
  const Order order = t.CommonOrder();
  if (!t.CheckRank(input, order.size(), order.size())) return;
  t.MakeAll(order, "Split", {t.Input(input, order), std::move(sizes)},
            {{"axis", PlaceOf(order, t.Axis(axis, order.size()))}});
}

// The sizes follow from the dims of the outputs.
void Split(Translation& t) {
  const std::vector<std::int64_t> axis = t.Ints(0, 1);
  const auto place = static_cast<std::size_t>(t.Axis(axis[0], t.Rank(1)));
  std::vector<std::int64_t> sizes;
  for (std::size_t output = 0; output < t.OutputCount() && t.ok(); ++output) {
    const Shape& dims = t.OutputDims(output);
    if (!t.Check(place < dims.size(), "an output has another number of dims")) return;
    sizes.push_back(dims[place]);
  }
  MakeParts(t, 1, axis[0], t.Int64s("sizes", sizes));
}

void SplitBySizes(Translation& t) {
  const std::vector<std::int64_t> axis = t.Ints(2, 1);
  std::vector<std::int64_t> sizes = t.Ints(1, t.OutputCount());
  const auto place = static_cast<std::size_t>(t.Axis(axis[0], t.Rank(0)));
  for (std::size_t output = 0; output < sizes.size() && t.ok(); ++output) {
    if (sizes[output] == -1 && place < t.OutputDims(output).size()) {
      sizes[output] = t.OutputDims(output)[place];
    }
  }
  MakeParts(t, 0, axis[0], t.Int64s("sizes", sizes));
}

void Pack(Translation& t) {
  const std::size_t rank = t.OutputDims(0).size();
  const int axis = t.Axis(t.Option(&schema::PackOptions::axis, 0), rank);
  const std::string axes = t.Int64s("axes", {axis});
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) {
    inputs.push_back(t.Add("Unsqueeze", {t.Input(input), axes}));
  }
  t.Make(0, AsStored(rank), "Concat", std::move(inputs), {{"axis", axis}});
}

void Unpack(Translation& t) {
  const int axis = t.Axis(t.Option(&schema::UnpackOptions::axis, 0), t.Rank(0));
  const std::string axes = t.Int64s("axes", {axis});
  const std::string sizes = t.Int64s("sizes", std::vector<std::int64_t>(t.OutputCount(), 1));
  const std::vector<std::string> parts =
      t.AddAll("Split", {t.Input(0), sizes}, t.OutputCount(), {{"axis", axis}});
  for (std::size_t output = 0; output < parts.size() && t.ok(); ++output) {
    t.Make(output, AsStored(t.OutputDims(output).size()), "Squeeze", {parts[output], axes});
  }
}

void Tile(Translation& t) {
  if (!t.IsConstant(1)) {
    return t.Make(0, AsStored(t.Rank(0)), "Tile", {t.Input(0), t.InputAs(1, ElementType::kInt64)});
  }
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  const std::vector<std::int64_t> multiples = t.Ints(1, order.size());
  t.Make(0, order, "Tile", {t.Input(0, order), t.Int64s("repeats", Permute(multiples, order))});
}

void BroadcastTo(Translation& t) {
  t.Make(0, AsStored(t.OutputDims(0).size()), "Expand",
         {t.Input(0), t.InputAs(1, ElementType::kInt64)});
}

// From the last element to the first along one axis or several.
void Reverse(Translation& t) {
  constexpr std::int64_t kBeforeFirst = std::numeric_limits<std::int64_t>::min() + 1;
  const Order order = t.CommonOrder();
  if (!t.CheckRank(0, order.size(), order.size())) return;
  std::vector<std::int64_t> places;
  for (const int axis : t.Axes(1, order.size())) places.push_back(PlaceOf(order, axis));
  const std::size_t count = places.size();
  t.Make(0, order, "Slice",
         {t.Input(0, order), t.Int64s("starts", std::vector<std::int64_t>(count, -1)),
          t.Int64s("ends", std::vector<std::int64_t>(count, kBeforeFirst)),
          t.Int64s("axes", places), t.Int64s("steps", std::vector<std::int64_t>(count, -1))});
}

void ShapeOf(Translation& t) { t.MakeCast(0, AsStored(1), t.Add("Shape", {t.Input(0)})); }

void RankOf(Translation& t) {
  const auto value =
      FromFloatValues(t.OutputType(0), {}, std::vector{static_cast<float>(t.Rank(0))});
  if (!t.Check(value.ok(), value.status().message())) return;
  const Status defined = t.builder().DefineConstant(t.stored().outputs[0], *value);
  t.Check(defined.ok(), defined.message());
}

void Fill(Translation& t) {
  t.Make(0, AsStored(t.OutputDims(0).size()), "Expand",
         {t.Input(1), t.InputAs(0, ElementType::kInt64)});
}

void Range(Translation& t) {
  t.Make(0, AsStored(1), "Range", {t.Input(0), t.Input(1), t.Input(2)});
}

constexpr Operator kRows[] = {
    {schema::BuiltinOperator_RESHAPE, 1, 2, &Reshape},
    {schema::BuiltinOperator_SQUEEZE, 1, 1, &Squeeze},
    {schema::BuiltinOperator_EXPAND_DIMS, 2, 2, &ExpandDims},
    {schema::BuiltinOperator_TRANSPOSE, 2, 2, &Transpose},
    {schema::BuiltinOperator_CONCATENATION, 1, kAnyNumber, &Concatenation, Kind::kFollowing},
    {schema::BuiltinOperator_SPLIT, 2, 2, &Split, Kind::kFollowing},
    {schema::BuiltinOperator_SPLIT_V, 3, 3, &SplitBySizes, Kind::kFollowing},
    {schema::BuiltinOperator_PACK, 1, kAnyNumber, &Pack},
    {schema::BuiltinOperator_UNPACK, 1, 1, &Unpack},
    {schema::BuiltinOperator_TILE, 2, 2, &Tile, Kind::kFollowing},
    {schema::BuiltinOperator_BROADCAST_TO, 2, 2, &BroadcastTo},
    {schema::BuiltinOperator_REVERSE_V2, 2, 2, &Reverse, Kind::kFollowing},
    {schema::BuiltinOperator_SHAPE, 1, 1, &ShapeOf},
    {schema::BuiltinOperator_RANK, 1, 1, &RankOf},
    {schema::BuiltinOperator_FILL, 2, 2, &Fill},
    {schema::BuiltinOperator_RANGE, 3, 3, &Range},
};

}  // namespace

std::span<const Operator> MovementOperators() { return kRows; }

}  // namespace acc::model::tflite
