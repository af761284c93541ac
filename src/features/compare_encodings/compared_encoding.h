// SPDX-License-Identifier: BSD-3-Clause
// One row of --compare_encodings: a tensor's encodings in two files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/encodings/encoding_pairs.h"
#include "quantize/encoding_comparison.h"
#include "quantize/encoding_cost.h"
#include "quantize/quantize.h"
#include "tensor/encoding.h"

namespace acc::features {

enum class EncodingStatus { kEqual, kDiffers, kOnlyInFirst, kOnlyInSecond };
inline constexpr std::size_t kEncodingStatuses = 4;

// Names and encodings belong to the files that were read and outlive this.
struct ComparedEncoding {
  Section section = Section::kActivation;  // The first file's where it has the tensor.
  EncodingStatus status = EncodingStatus::kEqual;
  // Empty and null on the side that lacks the tensor.
  std::string_view first_name;
  std::string_view second_name;
  const TensorEncoding* first = nullptr;
  const TensorEncoding* second = nullptr;
  NameRule rule = NameRule::kExact;  // That made them a pair.
  quantize::EncodingDifference difference;
  // The ends that each file states itself, one for each channel; null where it states none.
  const std::vector<quantize::StatedRange>* first_stated = nullptr;
  const std::vector<quantize::StatedRange>* second_stated = nullptr;
  std::optional<quantize::EncodingCost> cost;  // Of those that differ and have values.

  std::string_view name() const { return first != nullptr ? first_name : second_name; }
};

// What the two files are called in reports.
struct SideNames {
  std::string first;
  std::string second;
};

// "equal", "differs", "only in model.dlc", …
std::string StatusText(EncodingStatus status, const SideNames& sides);

// "min, max, scale"
std::string FieldsText(const quantize::EncodingFields& fields);

// "31.25 dB", "exact" or, without a cost, nothing.
std::string CostText(const std::optional<quantize::EncodingCost>& cost);

// The value of a field, as text or number; empty for fields that the encoding has not, as are the
// ends that only a file states.
struct FieldValue {
  std::optional<double> number;
  std::string text;
};
FieldValue ValueOf(quantize::EncodingField field, const TensorEncoding* tensor,
                   const Encoding* channel);

// One of the two ends that a file states for a channel; nothing where it states none. A tensor's
// single range stands for all channels.
std::optional<double> StatedValue(quantize::EncodingField field,
                                  const std::vector<quantize::StatedRange>* stated,
                                  std::size_t channel);

// What one file holds.
struct ComparedFile {
  std::vector<NamedEntry> entries;
  std::vector<const TensorEncoding*> encodings;  // Of each entry, normalized.
  // The ends that the file states for each entry; null or shorter than `entries` where it does not.
  std::vector<const std::vector<quantize::StatedRange>*> stated;
  bool is_model = false;  // Not a file of encodings.
};

// The pairs and the single entries of both sides; those of `first` come first, in its order. Float
// encodings of a model without a twin are no finding and are left out.
std::vector<ComparedEncoding> CompareFiles(const ComparedFile& first, const ComparedFile& second,
                                           const quantize::ComparisonRules& rules);

}  // namespace acc::features
