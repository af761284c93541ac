// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/flatbuffer.h"

namespace acc::model::tflite {
namespace {

using Indices = ::flatbuffers::Vector<std::int32_t>;

StoredNode StoredFrom(const File& file, const schema::Operator& node) {
  StoredNode stored{.name = "",
                    .type = file.Type(node),
                    .inputs = file.Names(node.inputs()),
                    .outputs = file.Names(node.outputs())};
  if (!stored.outputs.empty()) stored.name = stored.outputs.front();
  return stored;
}

const FileTensor& RecordOf(const File& file, const Indices* tensors, std::size_t place) {
  static const FileTensor kNone;
  if (place >= SizeOf(tensors)) return kNone;
  const std::int32_t index = tensors->Get(static_cast<std::uint32_t>(place));
  return index < 0 ? kNone : file.tensor(index);
}

}  // namespace

Translation::Translation(const File& file, const schema::Operator& node, GraphBuilder& builder)
    : model::Translation(builder, StoredFrom(file, node)), file_(file), node_(node) {}

const FileTensor& Translation::InputRecord(std::size_t input) const {
  return RecordOf(file_, node_.inputs(), input);
}

const FileTensor& Translation::OutputRecord(std::size_t output) const {
  return RecordOf(file_, node_.outputs(), output);
}

std::vector<std::int64_t> Translation::Ints(std::size_t input) {
  if (!Check(IsConstant(input), fmt::format("its input {} is no constant; only constant ones have "
                                            "a translation",
                                            input))) {
    return {};
  }
  const auto value = builder().Constant(stored().inputs[input]);
  if (!Check(value.ok(), value.status().message())) return {};
  auto integers = ToIntegers(value->view());
  if (!Check(integers.ok(), integers.status().message())) return {};
  return *std::move(integers);
}

std::vector<std::int64_t> Translation::Ints(std::size_t input, std::size_t count) {
  std::vector<std::int64_t> values = Ints(input);
  Check(values.size() == count,
        fmt::format("its input {} has {} elements instead of {}", input, values.size(), count));
  values.resize(count);
  return values;
}

int Translation::Axis(std::int64_t axis, std::size_t rank) {
  const std::int64_t counted = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
  const bool fits = counted >= 0 && counted < static_cast<std::int64_t>(rank);
  if (Check(fits, fmt::format("axis {} is not one of {}", axis, rank))) {
    return static_cast<int>(counted);
  }
  return 0;
}

std::vector<int> Translation::Axes(std::size_t input, std::size_t rank) {
  std::vector<int> axes;
  for (const std::int64_t axis : Ints(input)) axes.push_back(Axis(axis, rank));
  std::ranges::sort(axes);
  axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
  return axes;
}

void Translation::MakeActivated(const Order& order, std::string_view op_type,
                                std::vector<std::string> inputs, Attributes attributes,
                                schema::ActivationFunctionType activation) {
  if (activation == schema::ActivationFunctionType_NONE) {
    return Make(0, order, op_type, std::move(inputs), std::move(attributes));
  }
  MakeActivation(order, Add(op_type, std::move(inputs), std::move(attributes)), activation);
}

void Translation::MakeActivation(const Order& order, const std::string& value,
                                 schema::ActivationFunctionType activation) {
  const auto clip = [&](float least, float most) {
    const std::string bound = FloatScalar("min", least);
    Make(0, order, "Clip", {value, bound, FloatScalar("max", most)});
  };
  switch (activation) {
    case schema::ActivationFunctionType_NONE: return Make(0, order, "Identity", {value});
    case schema::ActivationFunctionType_RELU: return Make(0, order, "Relu", {value});
    case schema::ActivationFunctionType_RELU6: return clip(0, 6);
    case schema::ActivationFunctionType_RELU_N1_TO_1: return clip(-1, 1);
    case schema::ActivationFunctionType_TANH: return Make(0, order, "Tanh", {value});
    default:
      return Fail(
          fmt::format("its fused activation {} is not known", static_cast<int>(activation)));
  }
}

void Translation::MakeShaped(std::size_t output, const std::string& value) {
  Shape dims = OutputDims(output);
  const Shape& signature = Signature(output);
  const auto unknown = std::ranges::count(signature, kUnknownDim);
  if (unknown == 1) dims = signature;  // -1 stands for what is left, for ONNX as well.
  if (!Check(unknown <= 1, "its output has several unknown dims")) return;
  Make(output, AsStored(dims.size()), "Reshape", {value, Int64s("shape", dims)});
}

}  // namespace acc::model::tflite
