// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encoding_comparison.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "quantize/encoding.h"

namespace acc::quantize {
namespace {

constexpr std::array<std::string_view, kEncodingFields> kNames = {
    "data type", "bitwidth", "min",  "max",        "scale",     "offset",
    "symmetric", "channels", "axis", "file's min", "file's max"};

bool IsUsable(double scale) { return std::isfinite(scale) && static_cast<float>(scale) > 0; }

bool AreEqual(double first, double second, int decimals) {
  if (first == second) return true;
  return decimals < kMostDecimals && std::abs(first - second) < 0.5 * std::pow(10.0, -decimals);
}

EncodingFields DifferingFields(const Encoding& first, const Encoding& second, int decimals) {
  EncodingFields fields;
  const auto add_if = [&](bool differs, EncodingField field) {
    if (differs) fields.Add(field);
  };
  add_if(first.bitwidth != second.bitwidth, EncodingField::kBitwidth);
  add_if(!AreEqual(first.min, second.min, decimals), EncodingField::kMin);
  add_if(!AreEqual(first.max, second.max, decimals), EncodingField::kMax);
  add_if(!AreEqual(first.scale, second.scale, decimals), EncodingField::kScale);
  add_if(first.offset != second.offset, EncodingField::kOffset);
  add_if(first.symmetric != second.symmetric, EncodingField::kSymmetric);
  return fields;
}

const Encoding* ChannelOf(const TensorEncoding& encoding, std::size_t channel) {
  if (!encoding.per_channel()) return &encoding.channels.front();
  return channel < encoding.channels.size() ? &encoding.channels[channel] : nullptr;
}

EncodingFields DifferingInWhole(const TensorEncoding& first, const TensorEncoding& second,
                                bool compare_axis) {
  EncodingFields fields;
  if (first.is_float != second.is_float) fields.Add(EncodingField::kDataType);
  if (first.is_float || second.is_float) {
    if (first.channels.front().bitwidth != second.channels.front().bitwidth) {
      fields.Add(EncodingField::kBitwidth);
    }
    return fields;
  }
  if (first.channels.size() != second.channels.size()) fields.Add(EncodingField::kChannels);
  if (compare_axis && first.axis != second.axis) fields.Add(EncodingField::kAxis);
  return fields;
}

}  // namespace

std::string_view Name(EncodingField field) { return kNames[static_cast<std::size_t>(field)]; }

Encoding Normalized(const Encoding& encoding) {
  if (!IsUsable(encoding.scale)) {
    return AsymmetricEncoding(encoding.min, encoding.max, encoding.bitwidth);
  }
  const std::int64_t middle = Steps(encoding.bitwidth) / 2 + 1;
  return EncodingFromScale(encoding.scale, encoding.offset, encoding.bitwidth,
                           encoding.offset == -middle);
}

TensorEncoding Normalized(TensorEncoding encoding) {
  if (!encoding.is_float) {
    std::ranges::transform(encoding.channels, encoding.channels.begin(),
                           [](const Encoding& channel) { return Normalized(channel); });
  }
  return encoding;
}

void CompareStated(const StatedRange& first, const StatedRange& second,
                   const ComparisonRules& rules, ChannelDifference& channel) {
  if (channel.first == nullptr || channel.second == nullptr) return;
  const double step = std::min(channel.first->scale, channel.second->scale);
  const auto differ = [&](double one, double other) {
    return std::abs(one - other) >= 0.5 * step && !AreEqual(one, other, rules.decimals);
  };
  const auto judge = [&](EncodingField recomputed, EncodingField stated, bool differs) {
    if (differs && !channel.differing.Has(recomputed)) channel.differing.Add(stated);
  };
  judge(EncodingField::kMin, EncodingField::kStatedMin, differ(first.min, second.min));
  judge(EncodingField::kMax, EncodingField::kStatedMax, differ(first.max, second.max));
}

EncodingDifference Compare(const TensorEncoding& first, const TensorEncoding& second,
                           const ComparisonRules& rules) {
  EncodingDifference difference;
  difference.differing = DifferingInWhole(first, second, rules.compare_axis);
  if (first.is_float || second.is_float) {
    difference.channels.push_back({&first.channels.front(), &second.channels.front(), {}});
    return difference;
  }
  const std::size_t count = std::max(first.channels.size(), second.channels.size());
  difference.channels.reserve(count);
  for (std::size_t channel = 0; channel < count; ++channel) {
    ChannelDifference row{ChannelOf(first, channel), ChannelOf(second, channel), {}};
    if (row.first != nullptr && row.second != nullptr) {
      row.differing = DifferingFields(*row.first, *row.second, rules.decimals);
      difference.differing.Add(row.differing);
    }
    difference.channels.push_back(row);
  }
  return difference;
}

}  // namespace acc::quantize
