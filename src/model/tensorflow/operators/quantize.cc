// SPDX-License-Identifier: BSD-3-Clause
// Codes of 8 and 16 bits, as graphs hold them that TensorFlow quantized for its own kernels, and
// quantization that is undone at once. Both say an encoding, which is kept.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"
#include "tensor/codes.h"
#include "tensor/encoding.h"

namespace acc::model::tensorflow {
namespace {

// value = scale * code + start, for codes from `first` to `last`.
struct Codes {
  double scale = 1;
  double start = 0;
  double first = 0;
  double last = 255;
};

std::optional<float> Number(Translation& t, std::size_t input) {
  const Tensor* tensor = t.Constant(input);
  if (tensor == nullptr || tensor->size() != 1) return std::nullopt;
  const auto values = ToFloats(tensor->view());
  return values.ok() ? std::optional(values->front()) : std::nullopt;
}

bool IsSigned(ElementType type) {
  return type == ElementType::kInt8 || type == ElementType::kInt16 || type == ElementType::kInt32;
}

// As TensorFlow's Dequantize and QuantizeV2 read their three modes.
std::optional<Codes> CodesOf(Translation& t) {
  const auto min = Number(t, 1);
  const auto max = Number(t, 2);
  const ElementType type = t.Type("T", ElementType::kUint8);
  const std::uint64_t bits = 8 * ByteSize(type, 1);
  const bool is_range = min && max && *min < *max && (bits == 8 || bits == 16);
  if (!t.Check(is_range, "it has to have 8 or 16 bits and a constant range")) return std::nullopt;
  Codes codes;
  const double steps = std::exp2(static_cast<double>(bits)) - 1;
  codes.first = IsSigned(type) ? -(steps + 1) / 2 : 0;
  codes.last = codes.first + steps;
  const std::string mode = t.Text("mode", "MIN_COMBINED");
  if (mode == "SCALED") {
    const bool narrow = t.Bool("narrow_range", false);
    if (narrow) codes.first += 1;
    const double below = codes.first == 0 ? 0 : *min / codes.first;
    codes.scale = std::max(below, *max / codes.last);
    return codes;
  }
  codes.scale = (double{*max} - double{*min}) / steps;
  const double low = mode == "MIN_FIRST" ? std::round(*min / codes.scale) * codes.scale : *min;
  codes.start = low - codes.first * codes.scale;
  return codes;
}

// Nothing where zero has no code of its own, which an encoding cannot say.
std::optional<TensorEncoding> EncodingOf(const Codes& codes) {
  const double zero = -codes.start / codes.scale;
  const double rounded = std::round(zero);
  const bool is_exact =
      std::abs(zero - rounded) < 1e-3 && rounded >= codes.first && rounded <= codes.last;
  if (!is_exact) return std::nullopt;
  const int bits = codes.last - codes.first > 255 ? 16 : 8;
  const std::int64_t below = static_cast<std::int64_t>(rounded) - std::llround(codes.last) +
                             static_cast<std::int64_t>(Steps(bits));
  const Encoding encoding = EncodingFromScale(codes.scale, -below, bits, false);
  return TensorEncoding{.channels = {encoding}, .axis = std::nullopt, .is_float = false};
}

void Dequantize(Translation& t) {
  const auto codes = CodesOf(t);
  const bool is_plain = t.Int("axis", -1) == -1;
  if (!codes || !t.Check(is_plain, "an axis is not supported")) return;
  const Tensor* constant = t.Constant(0);
  if (constant != nullptr) {
    auto values = ToFloats(constant->view());
    if (!t.Check(values.ok(), "its codes are no numbers")) return;
    for (float& value : *values) {
      value = static_cast<float>(double{value} * codes->scale + codes->start);
    }
    t.MakeConstant(0, Tensor::FromFloats(constant->dims(), *values));
  } else {
    const std::string value = t.Add("Mul", {t.AddCast(t.Input(0), ElementType::kFloat32),
                                            t.Number(codes->scale, ElementType::kFloat32)});
    t.MakeOutput(0, "Add", {value, t.Number(codes->start, ElementType::kFloat32)});
  }
  if (const auto encoding = EncodingOf(*codes)) t.builder().SetEncoding(t.Output(0), *encoding);
}

// ONNX rounds halves to even, TensorFlow away from zero unless it is told otherwise: at most a code
// of a value that lies in the middle.
void Quantize(Translation& t) {
  const auto codes = CodesOf(t);
  if (!codes) return;
  const auto number = [&](double value) { return t.Number(value, ElementType::kFloat32); };
  const std::string moved = t.Add("Sub", {t.Input(0), number(codes->start)});
  const std::string scaled = t.Add("Round", {t.Add("Div", {moved, number(codes->scale)})});
  const std::string bounded = t.Add("Clip", {scaled, number(codes->first), number(codes->last)});
  t.MakeCast(0, bounded, t.Type("T", ElementType::kUint8));
  for (const std::size_t port : {1, 2}) {
    t.builder().Produce(t.Output(port), ElementType::kFloat32);
    t.builder().DefineTwin(t.Output(port), t.op().inputs[port]);
  }
}

// Codes from the range that is given: symmetric ones where they have a sign.
std::optional<TensorEncoding> GivenEncoding(Translation& t, std::int64_t bits) {
  const auto min = Number(t, 1);
  const auto max = Number(t, 2);
  const bool is_signed = t.Bool("signed_input", true);
  const bool is_range = min && max && *min <= *max && (*min < 0 || *max > 0);
  if (!t.Check(is_range, "its range has to be a constant")) return std::nullopt;
  Codes codes;
  codes.last = std::exp2(static_cast<double>(is_signed ? bits - 1 : bits)) - 1;
  codes.first = !is_signed ? 0 : t.Bool("narrow_range", false) ? -codes.last : -codes.last - 1;
  const double below = codes.first == 0 ? 0 : *min / codes.first;
  const double scale = std::max(below, *max / codes.last);
  const auto width = static_cast<int>(bits);
  const std::int64_t offset = is_signed ? -(std::int64_t{1} << (bits - 1)) : 0;
  const Encoding encoding = EncodingFromScale(scale, offset, width, is_signed);
  return TensorEncoding{.channels = {encoding}, .axis = std::nullopt, .is_float = false};
}

void QuantizeAndDequantize(Translation& t) {
  const std::int64_t bits = t.Int("num_bits", 8);
  const bool is_plain = t.Int("axis", -1) == -1 && t.Bool("range_given", false);
  if (!t.Check(bits >= 2 && bits <= 16, "its num_bits are not 2 to 16")) return;
  if (!t.Check(is_plain, "it has an axis or no range of its own")) return;
  const auto encoding = GivenEncoding(t, bits);
  if (!encoding) return;
  t.builder().SetEncoding(t.op().inputs[0], *encoding);
  if (t.Constant(0) != nullptr) return t.builder().DefineTwin(t.Output(0), t.op().inputs[0]);
  t.Make("Identity", {t.Input(0)});
  t.builder().SetEncoding(t.Output(0), *encoding);
}

constexpr Operator kRows[] = {
    {"Dequantize", 3, 3, &Dequantize},
    {"QuantizeAndDequantizeV2", 3, 3, &QuantizeAndDequantize},
    {"QuantizeV2", 3, 3, &Quantize},
};

}  // namespace

std::span<const Operator> QuantizeOperators() { return kRows; }

}  // namespace acc::model::tensorflow
