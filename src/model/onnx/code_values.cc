// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/code_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tensor/codes.h"

namespace acc::model {
namespace {

struct CodeType {
  ElementType type;
  int bitwidth;
  bool is_signed;
};

constexpr CodeType kCodeTypes[] = {
    {ElementType::kInt4, 4, true},   {ElementType::kUint4, 4, false},
    {ElementType::kInt8, 8, true},   {ElementType::kUint8, 8, false},
    {ElementType::kInt16, 16, true}, {ElementType::kUint16, 16, false},
    {ElementType::kInt32, 32, true},
};

// As many as there are scales.
Result<std::vector<std::int64_t>> ZeroPoints(const CodeScales& scales, std::size_t count) {
  if (scales.zero_point == nullptr) return std::vector<std::int64_t>(count);
  ACC_ASSIGN_OR_RETURN(auto zeros, ToIntegers(scales.zero_point->view()));
  if (zeros.size() == 1) zeros.resize(count, zeros.front());
  if (zeros.size() == count) return zeros;
  return Failure(fmt::format("{} zero points for {} scales", zeros.size(), count));
}

std::optional<int> AxisOf(std::int64_t axis, std::optional<std::size_t> rank) {
  if (!rank) return axis < 0 ? std::nullopt : std::optional(static_cast<int>(axis));
  const auto count = static_cast<std::int64_t>(*rank);
  const std::int64_t counted = axis < 0 ? axis + count : axis;
  if (counted < 0 || counted >= count) return std::nullopt;
  return static_cast<int>(counted);
}

// Which scale each element has.
class ScaleLayout {
 public:
  static Result<ScaleLayout> Of(const Shape& dims, const CodeScales& scales) {
    ScaleLayout layout;
    const std::uint64_t count = scales.scale->size();
    if (count == 1 && scales.block_size == 0) return layout;
    const auto axis = AxisOf(scales.axis, dims.size());
    if (!axis) return Failure(fmt::format("there is no axis {}", scales.axis));
    layout.along_ = dims[static_cast<std::size_t>(*axis)];
    for (auto later = static_cast<std::size_t>(*axis) + 1; later < dims.size(); ++later) {
      layout.inner_ *= dims[later];
    }
    if (scales.block_size == 0) {
      const bool fits = static_cast<std::int64_t>(count) == layout.along_;
      return fits ? Result<ScaleLayout>(layout)
                  : Failure(fmt::format("{} scales for {} channels", count, layout.along_));
    }
    layout.block_ = scales.block_size;
    layout.blocks_ = (layout.along_ + layout.block_ - 1) / layout.block_;
    const std::uint64_t elements = ElementCount(dims).value_or(0);
    const auto wanted = layout.along_ == 0 ? 0
                                           : elements / static_cast<std::uint64_t>(layout.along_) *
                                                 static_cast<std::uint64_t>(layout.blocks_);
    return wanted == count ? Result<ScaleLayout>(layout)
                           : Failure(fmt::format("{} scales for {} blocks", count, wanted));
  }

  std::size_t ScaleOf(std::size_t element) const {
    if (along_ == 0) return 0;
    const auto place = static_cast<std::int64_t>(element);
    const std::int64_t channel = place / inner_ % along_;
    if (block_ == 0) return static_cast<std::size_t>(channel);
    const std::int64_t outer = place / inner_ / along_;
    return static_cast<std::size_t>((outer * blocks_ + channel / block_) * inner_ + place % inner_);
  }

 private:
  std::int64_t along_ = 0;  // The size of the axis; 0: one scale for all.
  std::int64_t inner_ = 1;
  std::int64_t block_ = 0;
  std::int64_t blocks_ = 0;
};

}  // namespace

std::optional<TensorEncoding> EncodingOf(const CodeScales& scales,
                                         std::optional<std::size_t> rank) {
  const auto* type = std::ranges::find(kCodeTypes, scales.type, &CodeType::type);
  const auto values = ToFloats(scales.scale->view());
  if (type == std::end(kCodeTypes) || !values.ok() || values->empty() || scales.block_size != 0) {
    return std::nullopt;
  }
  const auto zeros = ZeroPoints(scales, values->size());
  if (!zeros.ok()) return std::nullopt;
  TensorEncoding encoding;
  if (values->size() > 1) {
    encoding.axis = AxisOf(scales.axis, rank);
    if (!encoding.axis) return std::nullopt;
  }
  const std::int64_t middle = type->is_signed ? std::int64_t{1} << (type->bitwidth - 1) : 0;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const float scale = (*values)[i];
    if (!std::isfinite(scale) || scale <= 0) return std::nullopt;
    encoding.channels.push_back(
        EncodingFromScale(scale, -((*zeros)[i] + middle), type->bitwidth, false));
  }
  // What is symmetric in all channels is stored so.
  const std::int64_t symmetric = -(std::int64_t{1} << (type->bitwidth - 1));
  const bool is_symmetric = std::ranges::all_of(
      encoding.channels, [&](const Encoding& channel) { return channel.offset == symmetric; });
  for (Encoding& channel : encoding.channels) channel.symmetric = is_symmetric;
  return encoding;
}

Result<Tensor> RealNumbers(const Tensor& codes, const CodeScales& scales) {
  ACC_ASSIGN_OR_RETURN(const auto scale, ToFloats(scales.scale->view()));
  ACC_ASSIGN_OR_RETURN(const auto zeros, ZeroPoints(scales, scale.size()));
  ACC_ASSIGN_OR_RETURN(const auto integers, ToIntegers(codes.view()));
  ACC_ASSIGN_OR_RETURN(const ScaleLayout layout, ScaleLayout::Of(codes.dims(), scales));
  std::vector<float> values(static_cast<std::size_t>(codes.size()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t place = layout.ScaleOf(i);
    values[i] = static_cast<float>(integers[i] - zeros[place]) * scale[place];
  }
  return Tensor::FromFloats(codes.dims(), values);
}

Result<Tensor> AccumulatorScale(const Tensor& input_scale, const Tensor& weight_scale) {
  ACC_ASSIGN_OR_RETURN(const auto input, ToFloats(input_scale.view()));
  ACC_ASSIGN_OR_RETURN(auto weight, ToFloats(weight_scale.view()));
  if (input.size() != 1) return Failure("an input has one scale");
  for (float& scale : weight) scale *= input.front();
  return Tensor::FromFloats(weight_scale.dims(), weight);
}

}  // namespace acc::model
