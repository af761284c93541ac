// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/tensor_errors.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "features/shared/noise_sums.h"
#include "tensor/codes.h"
#include "tensor/half.h"

namespace acc::features {

bool AreNumbers(const Tensor& one, const Tensor& other) {
  return one.type() == ElementType::kFloat32 && other.type() == ElementType::kFloat32 &&
         one.size() == other.size();
}

std::optional<double> SqnrOf(const Tensor& reference, const Tensor& value) {
  if (!AreNumbers(reference, value)) return std::nullopt;
  const double db = SumsOf(reference.values<float>(), value.values<float>()).sqnr_db();
  return std::isnan(db) ? std::nullopt : std::optional(db);
}

Tensor RoundedBy(const std::optional<TensorEncoding>& encoding, const Tensor& value) {
  if (!encoding || value.type() != ElementType::kFloat32) return value;
  return Tensor::FromFloats(value.dims(),
                            FakeQuantized(value.values<float>(), value.dims(), *encoding));
}

Tensor RoundedToHalf(const Tensor& value) {
  if (value.type() != ElementType::kFloat32) return value;
  std::vector<float> rounded;
  rounded.reserve(value.size());
  for (const float element : value.values<float>()) {
    rounded.push_back(FloatFromHalf(HalfFromFloat(element)));
  }
  return Tensor::FromFloats(value.dims(), rounded);
}

Tensor InRangeOf(const std::optional<TensorEncoding>& encoding, const Tensor& reference,
                 const Tensor& value) {
  const bool has_range = encoding && !encoding->is_float && encoding->channels.size() == 1;
  if (!has_range || !AreNumbers(reference, value)) return value;
  const auto low = static_cast<float>(encoding->channels[0].min);
  const auto high = static_cast<float>(encoding->channels[0].max);
  const auto should = reference.values<float>();
  std::vector<float> moved(value.values<float>().begin(), value.values<float>().end());
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (should[i] >= low && should[i] <= high) moved[i] = std::clamp(moved[i], low, high);
  }
  return Tensor::FromFloats(value.dims(), moved);
}

bool LeaveOutInherited(const Tensor& reference, Tensor& in_float, Tensor& made) {
  if (!AreNumbers(reference, in_float) || !AreNumbers(reference, made)) return false;
  const auto should = reference.values<float>();
  const auto given = in_float.values<float>();
  std::vector<float> from(given.begin(), given.end());
  std::vector<float> to(made.values<float>().begin(), made.values<float>().end());
  bool any = false;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (std::isfinite(from[i]) || !std::isfinite(should[i])) continue;
    from[i] = to[i] = should[i];
    any = true;
  }
  if (!any) return false;
  in_float = Tensor::FromFloats(reference.dims(), from);
  made = Tensor::FromFloats(reference.dims(), to);
  return true;
}

}  // namespace acc::features
