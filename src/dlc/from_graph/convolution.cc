// SPDX-License-Identifier: BSD-3-Clause
// Convolutions: channel-last images, the filter's spatial axes first.
#include <algorithm>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/from_graph/window.h"

namespace acc::dlc {
namespace {

std::vector<std::int64_t> KernelOf(const Source& source, const model::Node& node) {
  const Shape& filter = source.Dims(node.inputs[1]);
  return {filter.begin() + std::min<std::ptrdiff_t>(2, std::ssize(filter)), filter.end()};
}

// The spatial axes and then `last`: the filter's axes 0 and 1 in the order that the operator wants.
Permutation FilterOrder(const Window& window, std::pair<int, int> last) {
  Permutation permutation;
  for (std::size_t i = 0; i < window.axes(); ++i) permutation.push_back(static_cast<int>(i) + 2);
  permutation.insert(permutation.end(), {last.first, last.second});
  return permutation;
}

std::string ReadFilter(Builder& builder, const std::string& filter, const Window& window,
                       std::pair<int, int> last) {
  const Source& source = builder.source();
  Shape dims = source.Dims(filter);
  if (window.one_axis) dims.insert(dims.begin() + 2, 1);
  const Permutation permutation = FilterOrder(window, last);
  if (source.IsConstant(filter)) return builder.ReadConstant(filter, {dims, permutation});
  std::string read = builder.Read(filter, AxisOrder::kSource);
  if (window.one_axis) read = builder.AddReshaped(read, dims);
  return builder.AddTransposed(read, permutation);
}

std::vector<std::string> Inputs(Builder& builder, const model::Node& node, const Window& window,
                                std::pair<int, int> last) {
  std::vector<std::string> inputs = {ReadImage(builder, node.inputs[0], window),
                                     ReadFilter(builder, node.inputs[1], window, last)};
  if (HasInput(node, 2)) inputs.push_back(builder.Read(node.inputs[2], AxisOrder::kSource));
  return inputs;
}

void Add(Builder& builder, const model::Node& node, std::string type,
         std::vector<std::string> inputs, const Window& window, std::vector<Attribute> attributes) {
  ImageOutput output(builder, node.outputs.front(), window);
  builder.AddNode({.name = node.name,
                   .type = std::move(type),
                   .inputs = std::move(inputs),
                   .outputs = {output.name()},
                   .attributes = std::move(attributes)});
  output.Finish();
}

bool WriteConv(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto window = WindowOf(source, node, KernelOf(source, node));
  if (!window) return false;
  const auto group = node.Get<std::int64_t>("group", 1);
  const Shape& filter = source.Dims(node.inputs[1]);
  const bool depthwise = filter[0] == group && filter[1] == 1 && window->axes() == 2;
  std::vector<std::string> inputs = Inputs(builder, node, *window, {1, 0});
  std::vector<Attribute> attributes = {Dilations(builder, *window)};
  if (!depthwise) attributes.push_back(Uint("group", static_cast<std::uint64_t>(group)));
  attributes.push_back(Pads(builder, *window));
  // The serializer's own spelling for three axes.
  const char* sparse = window->axes() == 3 ? "reuse_sparse_indicies" : "reuse_sparse_indices";
  if (!depthwise) attributes.push_back(Flag(sparse, false));
  attributes.push_back(Strides(builder, *window));
  Add(builder, node, depthwise ? "DepthWiseConv2d" : TypeFor("Conv", *window), std::move(inputs),
      *window, std::move(attributes));
  return true;
}

std::vector<std::int64_t> OutputPadding(const model::Node& node, const Window& window) {
  const std::size_t axes = window.one_axis ? 1 : window.axes();
  auto padding =
      node.Get<std::vector<std::int64_t>>("output_padding", std::vector<std::int64_t>(axes, 0));
  if (window.one_axis) padding.insert(padding.begin(), 0);
  return padding;
}

// Pads that attributes leave to the runtime follow from the output's dims.
bool PadsToOutput(const Source& source, const model::Node& node, Window& window,
                  const std::vector<std::int64_t>& output_padding) {
  const auto auto_pad = node.Get<std::string>("auto_pad", "NOTSET");
  if (auto_pad == "NOTSET" && !node.attributes.contains("output_shape")) return true;
  const Shape& input = source.Dims(node.inputs.front());
  const Shape& output = source.Dims(node.outputs.front());
  const std::size_t first = window.one_axis ? 1 : 0;
  for (std::size_t i = first; i < window.axes(); ++i) {
    const std::size_t axis = i + 2 - first;
    const std::int64_t full = (input[axis] - 1) * window.strides[i] + output_padding[i] +
                              (window.kernel[i] - 1) * window.dilations[i] + 1;
    const std::int64_t total = full - output[axis];
    if (total < 0) return false;
    const std::int64_t after = auto_pad == "SAME_UPPER" ? total - total / 2 : total / 2;
    window.pads[2 * i] = total - after;
    window.pads[2 * i + 1] = after;
  }
  return true;
}

bool WriteConvTranspose(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  auto window = WindowOf(source, node, KernelOf(source, node));
  if (!window) return false;
  const std::vector<std::int64_t> output_padding = OutputPadding(node, *window);
  if (IsDilated(*window)) return builder.Refuse("QNN's transposed convolution has no dilations");
  const bool fits = output_padding.size() == window->axes() &&
                    PadsToOutput(source, node, *window, output_padding);
  if (!fits) return false;
  std::vector<std::string> inputs = Inputs(builder, node, *window, {0, 1});
  const auto group = node.Get<std::int64_t>("group", 1);
  Add(builder, node, TypeFor("TransposeConv", *window), std::move(inputs), *window,
      {Uint("group", static_cast<std::uint64_t>(group)),
       builder.Uints("output_padding", output_padding), Pads(builder, *window),
       Strides(builder, *window)});
  return true;
}

constexpr OperatorRow kRows[] = {
    {"Conv", WriteConv},
    {"ConvTranspose", WriteConvTranspose},
};

}  // namespace

std::span<const OperatorRow> ConvolutionRows() { return kRows; }

}  // namespace acc::dlc
