// SPDX-License-Identifier: BSD-3-Clause
// In what two encodings of one tensor differ.
#pragma once

#include <bitset>
#include <cstddef>
#include <string_view>
#include <vector>

#include "quantize/quantize.h"
#include "tensor/encoding.h"

namespace acc::quantize {

enum class EncodingField {
  kDataType,  // Quantized to integers, or float.
  kBitwidth,
  kMin,
  kMax,
  kScale,
  kOffset,
  kSymmetric,
  kChannels,  // How many there are.
  kAxis,
  kStatedMin,  // The ends that the files state themselves, which may not follow from the scale.
  kStatedMax,
};
inline constexpr std::size_t kEncodingFields = 11;

// "data type", "bitwidth", "min", …
std::string_view Name(EncodingField field);

class EncodingFields {
 public:
  void Add(EncodingField field) { bits_.set(static_cast<std::size_t>(field)); }
  void Add(const EncodingFields& others) { bits_ |= others.bits_; }
  bool Has(EncodingField field) const { return bits_.test(static_cast<std::size_t>(field)); }
  bool empty() const { return bits_.none(); }

 private:
  std::bitset<kEncodingFields> bits_;
};

// Writers sign offsets and round ranges in their own ways; scale and offset say it all. This is the
// encoding of that scale, rounded to float32 (which a DLC holds), and that offset: min and max are
// those that the codes reach, and symmetric is one whose zero is the middle code. One without a
// usable scale is derived from its min and max.
Encoding Normalized(const Encoding& encoding);
TensorEncoding Normalized(TensorEncoding encoding);

struct ComparisonRules {
  // Real numbers a and b are equal where |a - b| < 0.5 * 10^-decimals; at 17, where they are the
  // same number. 0 to 17.
  int decimals = 17;
  // Whether both sides count axes in the same layout.
  bool compare_axis = false;
};
inline constexpr int kMostDecimals = 17;

// One channel of each side; null where that side has none. A side that is not per channel has its
// one encoding in every channel of the other.
struct ChannelDifference {
  const Encoding* first = nullptr;
  const Encoding* second = nullptr;
  EncodingFields differing;  // Without kDataType, kChannels and kAxis.
};

struct EncodingDifference {
  EncodingFields differing;  // Of the tensor and of any channel.
  std::vector<ChannelDifference> channels;
};

// Adds to a channel what differs between the ends that two files state: those that lie half a step
// or more apart, which is more than rounding, where the ends that follow from scale and offset do
// not differ already. `second` is of the other file.
void CompareStated(const StatedRange& first, const StatedRange& second,
                   const ComparisonRules& rules, ChannelDifference& channel);

// The sides are normalized and outlive the result. Float encodings differ in bitwidth only; a float
// side and an integer one differ in data type and, where it does, in bitwidth.
EncodingDifference Compare(const TensorEncoding& first, const TensorEncoding& second,
                           const ComparisonRules& rules);

}  // namespace acc::quantize
