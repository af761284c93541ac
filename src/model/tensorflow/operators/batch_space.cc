// SPDX-License-Identifier: BSD-3-Clause
// Blocks of places moved into the batch and back, as graphs hold dilated convolutions. Tensors are
// [batch, places…, channels].
#include <limits>
#include <vector>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/operators/layout.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

// What both ops read besides the tensor: a number per axis of places, and pairs of both sides.
struct Blocks {
  Axes sizes;
  Axes begins;
  Axes ends;
};

Blocks BlocksOf(Translation& t, std::string_view sides) {
  Blocks blocks{.sizes = t.NeedInts(1, "block_shape")};
  const Axes pairs = t.NeedInts(2, sides);
  const std::size_t count = blocks.sizes.size();
  const bool fits = (count == 1 || count == 2) && pairs.size() == 2 * count;
  if (!t.Check(fits, "its blocks are not of one or two axes")) return blocks;
  for (std::size_t axis = 0; axis < count; ++axis) {
    t.Check(blocks.sizes[axis] > 0, "a block is empty");
    blocks.begins.push_back(pairs[2 * axis]);
    blocks.ends.push_back(pairs[2 * axis + 1]);
  }
  return blocks;
}

std::string Joined(Translation& t, const std::vector<std::string>& parts) {
  return t.Add("Concat", parts, {{"axis", std::int64_t{0}}});
}

// The dim of `value`, as a list of one.
std::string Dim(Translation& t, const std::string& shape, std::size_t axis) {
  return t.Add("Gather", {shape, t.Int64s({static_cast<std::int64_t>(axis)})});
}

void SpaceToBatch(Translation& t) {
  const Blocks blocks = BlocksOf(t, "paddings");
  if (!t.ok()) return;
  const std::size_t count = blocks.sizes.size();
  Axes pads(2 * (count + 2));
  for (std::size_t axis = 0; axis < count; ++axis) {
    pads[axis + 1] = blocks.begins[axis];
    pads[count + 2 + axis + 1] = blocks.ends[axis];
  }
  const std::string padded = t.Add("Pad", {t.Input(0), t.Int64s(pads)});
  const std::string shape = t.Add("Shape", {padded});
  std::vector<std::string> split = {Dim(t, shape, 0)};
  std::vector<std::string> joined = {t.Int64s({-1})};
  Axes order;
  Axes places;
  for (std::size_t axis = 0; axis < count; ++axis) {
    const std::string block = t.Int64s({blocks.sizes[axis]});
    joined.push_back(t.Add("Div", {Dim(t, shape, axis + 1), block}));
    split.insert(split.end(), {joined.back(), block});
    order.push_back(static_cast<std::int64_t>(2 * axis + 2));
    places.push_back(static_cast<std::int64_t>(2 * axis + 1));
  }
  for (auto* dims : {&split, &joined}) dims->push_back(Dim(t, shape, count + 1));
  order.push_back(0);
  order.insert(order.end(), places.begin(), places.end());
  order.push_back(static_cast<std::int64_t>(2 * count + 1));
  t.builder().SetBlocked(t.Output(0), {.image = t.op().inputs[0],
                                       .sizes = blocks.sizes,
                                       .begins = blocks.begins,
                                       .ends = blocks.ends});
  const std::string apart = t.Add("Reshape", {padded, Joined(t, split)});
  t.Make("Reshape", {t.Add("Transpose", {apart}, {{"perm", order}}), Joined(t, joined)});
}

// What the target's converter makes of it: a convolution whose window is as wide as the blocks.
// What is cropped at the end is what was added there to fill the last block. False where this is no
// such convolution.
bool MakeDilated(Translation& t, const Blocks& crops) {
  const BlockedImage* blocked = t.builder().Blocked(t.op().inputs[0]);
  if (blocked == nullptr || blocked->weights.empty() || blocked->sizes != crops.sizes) return false;
  Axes pads = blocked->begins;
  for (std::size_t axis = 0; axis < crops.sizes.size(); ++axis) {
    pads.push_back(blocked->ends[axis] - crops.ends[axis]);
    if (crops.begins[axis] != 0 || pads.back() < 0) return false;
  }
  const std::size_t spatial = crops.sizes.size();
  MakeImage(t, spatial, "Conv",
            {t.builder().Moved(blocked->image, ToChannelFirst(spatial)), blocked->weights},
            {{"dilations", crops.sizes},
             {"strides", Axes(spatial, 1)},
             {"pads", pads},
             {"group", blocked->group}});
  return true;
}

void BatchToSpace(Translation& t) {
  const Blocks blocks = BlocksOf(t, "crops");
  if (!t.ok() || MakeDilated(t, blocks)) return;
  const std::size_t count = blocks.sizes.size();
  const std::string shape = t.Add("Shape", {t.Input(0)});
  std::vector<std::string> split = {t.Int64s(blocks.sizes), t.Int64s({-1})};
  std::vector<std::string> joined = {t.Int64s({-1})};
  Axes order = {static_cast<std::int64_t>(count)};
  Axes axes;
  Axes ends;
  for (std::size_t axis = 0; axis < count; ++axis) {
    const std::string dim = Dim(t, shape, axis + 1);
    split.push_back(dim);
    joined.push_back(t.Add("Mul", {dim, t.Int64s({blocks.sizes[axis]})}));
    order.insert(order.end(),
                 {static_cast<std::int64_t>(count + 1 + axis), static_cast<std::int64_t>(axis)});
    axes.push_back(static_cast<std::int64_t>(axis + 1));
    ends.push_back(blocks.ends[axis] == 0 ? std::numeric_limits<std::int64_t>::max()
                                          : -blocks.ends[axis]);
  }
  for (auto* dims : {&split, &joined}) dims->push_back(Dim(t, shape, count + 1));
  order.push_back(static_cast<std::int64_t>(2 * count + 1));
  const std::string apart = t.Add("Reshape", {t.Input(0), Joined(t, split)});
  const std::string whole =
      t.Add("Reshape", {t.Add("Transpose", {apart}, {{"perm", order}}), Joined(t, joined)});
  t.Make("Slice", {whole, t.Int64s(blocks.begins), t.Int64s(ends), t.Int64s(axes)});
}

constexpr Operator kRows[] = {
    {"BatchToSpaceND", 3, 3, &BatchToSpace},
    {"SpaceToBatchND", 3, 3, &SpaceToBatch},
};

}  // namespace

std::span<const Operator> BatchSpaceOperators() { return kRows; }

}  // namespace acc::model::tensorflow
