// SPDX-License-Identifier: BSD-3-Clause
// Pooling, by windows and over whole images.
#include <algorithm>
#include <cmath>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/window.h"
#include "dlc/operations.h"
#include "tensor/claimed_size.h"

namespace acc::dlc {
namespace {

// "PoolAvg2d", "PoolMax3d", …
std::string PoolType(std::string_view kind, const Window& window) {
  return TypeFor("Pool" + std::string(kind), window);
}

std::vector<Attribute> WindowAttributes(Builder& builder, const Window& window,
                                        std::string_view kind) {
  return {builder.Uints("filter_size", window.kernel), Pads(builder, window),
          Text("pool_type", PoolType(kind, window)), Strides(builder, window)};
}

void AddPool(Builder& builder, const model::Node& node, const Window& window, std::string_view kind,
             std::vector<Attribute> more) {
  const std::string image = ReadImage(builder, node.inputs.front(), window);
  ImageOutput output(builder, node.outputs.front(), window);
  std::vector<Attribute> attributes = WindowAttributes(builder, window, kind);
  std::ranges::move(more, std::back_inserter(attributes));
  builder.AddNode({.name = node.name,
                   .type = window.axes() == 3 ? "Pool3d" : "Pool",
                   .inputs = {image},
                   .outputs = {output.name()},
                   .attributes = std::move(attributes)});
  output.Finish();
}

bool WritePool(Builder& builder, const model::Node& node, std::string_view kind,
               std::vector<Attribute> attributes) {
  const auto window =
      WindowOf(builder.source(), node, node.Get<std::vector<std::int64_t>>("kernel_shape", {}));
  if (HasOutput(node, 1)) {
    return builder.Refuse("QNN's pooling has no output for the indices of the largest elements");
  }
  if (!window) return false;
  if (IsDilated(*window)) {
    if (kind != "Max") return builder.Refuse("QNN's average pooling has no dilations");
    attributes.push_back(Dilations(builder, *window));
  }
  if (node.Get<std::int64_t>("ceil_mode", 0) != 0) attributes.push_back(Uint("rounding_mode", 1));
  AddPool(builder, node, *window, kind, std::move(attributes));
  return true;
}

bool WriteAveragePool(Builder& builder, const model::Node& node) {
  const bool counts_pads = node.Get<std::int64_t>("count_include_pad", 0) != 0;
  return WritePool(builder, node, "Avg", {Flag("count_pad_for_edges", counts_pads)});
}

bool WriteMaxPool(Builder& builder, const model::Node& node) {
  return WritePool(builder, node, "Max", {});
}

bool WriteGlobalPool(Builder& builder, const model::Node& node, std::string_view kind,
                     std::vector<Attribute> attributes) {
  const Shape& dims = builder.source().Dims(node.inputs.front());
  if (dims.size() < 3) return false;
  auto window = WindowOf(builder.source(), node, {dims.begin() + 2, dims.end()});
  if (!window) return false;
  window->strides = window->kernel;
  AddPool(builder, node, *window, kind, std::move(attributes));
  return true;
}

bool WriteGlobalAveragePool(Builder& builder, const model::Node& node) {
  return WriteGlobalPool(builder, node, "Avg", {Flag("count_pad_for_edges", false)});
}

bool WriteGlobalMaxPool(Builder& builder, const model::Node& node) {
  return WriteGlobalPool(builder, node, "Max", {});
}

// How many elements of the image each window has, along one axis.
std::vector<std::int64_t> ElementsAlong(const Window& window, std::size_t axis, std::int64_t size,
                                        std::int64_t windows) {
  std::vector<std::int64_t> counts;
  for (std::int64_t i = 0; i < windows; ++i) {
    const std::int64_t begin = i * window.strides[axis] - window.pads[2 * axis];
    const std::int64_t end = std::min(begin + window.kernel[axis], size);
    counts.push_back(std::max<std::int64_t>(end - std::max<std::int64_t>(begin, 0), 0));
  }
  return counts;
}

// What makes a sum of a window's mean, to the power 1 / p: channel-last, with one channel.
acc::Tensor SumsOfMeans(const Window& window, const Shape& image, const Shape& made,
                        std::int64_t p) {
  std::vector<float> counts = {1};
  for (std::size_t axis = 0; axis < window.axes(); ++axis) {
    std::vector<float> grown;
    for (const float count : counts) {
      for (const std::int64_t along :
           ElementsAlong(window, axis, image[axis + 1], made[axis + 1])) {
        grown.push_back(count * static_cast<float>(along));
      }
    }
    counts = std::move(grown);
  }
  if (p == 2) std::ranges::transform(counts, counts.begin(), [](float n) { return std::sqrt(n); });
  Shape dims = made;
  dims.front() = 1;
  dims.back() = 1;
  return acc::Tensor::FromFloats(dims, counts);
}

// The sum of what is at least 0, to the power 1 / p, from the mean that QNN has.
bool WriteLpPool(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto window =
      WindowOf(source, node, node.Get<std::vector<std::int64_t>>("kernel_shape", {}));
  const auto p = node.Get<std::int64_t>("p", 2);
  const Shape& pooled = source.Dims(node.outputs.front());
  if (!window || p < 1 || p > 2 || pooled.size() < 3) return false;
  if (!MayBeMade({pooled.begin() + 2, pooled.end()})) return false;
  if (IsDilated(*window)) return builder.Refuse("QNN's average pooling has no dilations");

  const std::string& output = node.outputs.front();
  const std::string image = ReadImage(builder, node.inputs.front(), *window);
  ImageOutput target(builder, output, *window);
  const Shape dims = builder.DimsOf(image);
  const Shape made = builder.DimsOf(target.name());
  const auto add = [&](std::string_view onnx_operator, std::vector<std::string> from,
                       const std::string& to) {
    const Operation operation = *OperationOf(onnx_operator);
    builder.AddNode({.name = to == target.name() ? node.name : "",
                     .type = std::string(operation.type),
                     .inputs = std::move(from),
                     .outputs = {to},
                     .attributes = {Uint("operation", operation.number)}});
    return to;
  };
  const std::string powers = builder.AddBetween(output, "_powers", dims);
  if (p == 1) add("Abs", {image}, powers);
  if (p == 2) add("Mul", {image, image}, powers);
  std::vector<Attribute> attributes = WindowAttributes(builder, *window, "Avg");
  if (node.Get<std::int64_t>("ceil_mode", 0) != 0) attributes.push_back(Uint("rounding_mode", 1));
  std::string mean = builder.AddBetween(output, "_mean", made);
  builder.AddNode({.type = window->axes() == 3 ? "Pool3d" : "Pool",
                   .inputs = {powers},
                   .outputs = {mean},
                   .attributes = std::move(attributes)});
  if (p == 2) mean = add("Sqrt", {mean}, builder.AddBetween(output, "_root", made));
  const std::string counts =
      builder.AddStatic(output + "_counts", SumsOfMeans(*window, dims, made, p));
  add("Mul", {mean, counts}, target.name());
  target.Finish();
  return true;
}

constexpr OperatorRow kRows[] = {
    {"AveragePool", WriteAveragePool},
    {"GlobalAveragePool", WriteGlobalAveragePool},
    {"GlobalMaxPool", WriteGlobalMaxPool},
    {"LpPool", WriteLpPool},
    {"MaxPool", WriteMaxPool},
};

}  // namespace

std::span<const OperatorRow> PoolRows() { return kRows; }

}  // namespace acc::dlc
