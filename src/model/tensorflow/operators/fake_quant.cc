// SPDX-License-Identifier: BSD-3-Clause
// Fake quantization: nothing in float, and encodings that the quantizer is given.
#include <algorithm>
#include <cmath>
#include <vector>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"
#include "tensor/codes.h"

namespace acc::model::tensorflow {
namespace {

// As TensorFlow moves the range so that zero has a code of its own.
Encoding Nudged(double min, double max, int bits, bool narrow) {
  const double first = narrow ? 1 : 0;
  const auto last = static_cast<double>(Steps(bits));
  const double scale = (max - min) / (last - first);
  const double zero_point = std::round(std::clamp(first - min / scale, first, last));
  return EncodingFromScale(scale, -static_cast<std::int64_t>(zero_point), bits, false);
}

void Quantize(Translation& t, const std::vector<float>& mins, const std::vector<float>& maxs,
              std::optional<int> axis) {
  const std::int64_t bits = t.Int("num_bits", 8);
  if (!t.Check(bits >= 2 && bits <= 16, "its num_bits are not 2 to 16")) return;
  if (!t.Check(mins.size() == maxs.size() && !mins.empty(), "its min and max differ in length"))
    return;
  TensorEncoding encoding{.axis = axis, .is_float = false};
  for (std::size_t i = 0; i < mins.size(); ++i) {
    const bool is_range = std::isfinite(mins[i]) && std::isfinite(maxs[i]) && mins[i] < maxs[i];
    if (!t.Check(is_range, "its min is not below its max")) return;
    encoding.channels.push_back(
        Nudged(mins[i], maxs[i], static_cast<int>(bits), t.Bool("narrow_range", false)));
  }
  // What is symmetric in all channels is stored so.
  const std::int64_t middle = std::int64_t{1} << (bits - 1);
  const bool is_symmetric = std::ranges::all_of(
      encoding.channels, [&](const Encoding& e) { return e.offset == -middle; });
  for (Encoding& channel : encoding.channels) channel.symmetric = is_symmetric;
  // The value before is the same one, and its name may be the one that stays.
  t.builder().SetEncoding(t.op().inputs[0], encoding);
  if (t.Constant(0) != nullptr) return t.builder().DefineTwin(t.Output(0), t.op().inputs[0]);
  t.Make("Identity", {t.Input(0)});
  t.builder().SetEncoding(t.Output(0), encoding);
}

void WithAttributes(Translation& t) {
  Quantize(t, {t.Float("min", -6)}, {t.Float("max", 6)}, std::nullopt);
}

void WithInputs(Translation& t, std::optional<int> axis) {
  const Tensor* min = t.Constant(1);
  const Tensor* max = t.Constant(2);
  if (min == nullptr || max == nullptr) return t.Fail("its min and max have to be constants");
  const auto mins = ToFloats(min->view());
  const auto maxs = ToFloats(max->view());
  if (t.Check(mins.ok() && maxs.ok(), "its min and max have to be numbers"))
    Quantize(t, *mins, *maxs, axis);
}

void WithRange(Translation& t) { WithInputs(t, std::nullopt); }

// Channels are the last axis, whose place only a constant tells.
void PerChannel(Translation& t) {
  const Tensor* value = t.Constant(0);
  if (value == nullptr || value->dims().empty()) {
    return t.Fail("only a constant may be quantized per channel");
  }
  WithInputs(t, static_cast<int>(value->dims().size()) - 1);
}

constexpr Operator kRows[] = {
    {"FakeQuantWithMinMaxArgs", 1, 1, &WithAttributes},
    {"FakeQuantWithMinMaxVars", 3, 3, &WithRange},
    {"FakeQuantWithMinMaxVarsPerChannel", 3, 3, &PerChannel},
};

}  // namespace

std::span<const Operator> FakeQuantOperators() { return kRows; }

}  // namespace acc::model::tensorflow
