// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/compared_encoding.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/text.h"

namespace acc::features {
namespace {

using quantize::EncodingField;

// Of a tensor that one file has: each channel without a twin.
quantize::EncodingDifference Alone(const TensorEncoding& encoding, bool is_first) {
  quantize::EncodingDifference difference;
  for (const Encoding& channel : encoding.channels) {
    difference.channels.push_back(
        {is_first ? &channel : nullptr, is_first ? nullptr : &channel, {}});
  }
  return difference;
}

Section KnownSection(Section section, const TensorEncoding& encoding) {
  if (section != Section::kUnknown) return section;
  return encoding.per_channel() ? Section::kParam : Section::kActivation;
}

class Comparison {
 public:
  Comparison(const ComparedFile& first, const ComparedFile& second,
             const quantize::ComparisonRules& rules)
      : first_(first), second_(second), rules_(rules) {}

  std::vector<ComparedEncoding> Run() && {
    const std::vector<std::optional<NamePair>> pairs = PairEntries(first_.entries, second_.entries);
    std::vector<bool> taken(second_.entries.size(), false);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (pairs[i]) {
        AddPair(i, *pairs[i]);
        taken[pairs[i]->second] = true;
      } else {
        AddAlone(first_, i, true);
      }
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      if (!taken[i]) AddAlone(second_, i, false);
    }
    return std::move(compared_);
  }

 private:
  void AddPair(std::size_t index, const NamePair& pair) {
    ComparedEncoding row;
    row.first = first_.encodings[index];
    row.second = second_.encodings[pair.second];
    row.first_name = first_.entries[index].name;
    row.second_name = second_.entries[pair.second].name;
    row.section = KnownSection(first_.entries[index].section, *row.first);
    row.rule = pair.rule;
    row.first_stated = StatedOf(first_, index);
    row.second_stated = StatedOf(second_, pair.second);
    row.difference = quantize::Compare(*row.first, *row.second, rules_);
    CompareStatedEnds(row);
    row.status =
        row.difference.differing.empty() ? EncodingStatus::kEqual : EncodingStatus::kDiffers;
    compared_.push_back(std::move(row));
  }

  static const std::vector<quantize::StatedRange>* StatedOf(const ComparedFile& file,
                                                            std::size_t index) {
    return index < file.stated.size() ? file.stated[index] : nullptr;
  }

  // A file that states no ends has those that its scale and offset reach.
  void CompareStatedEnds(ComparedEncoding& row) const {
    if (row.first->is_float || row.second->is_float) return;
    for (std::size_t i = 0; i < row.difference.channels.size(); ++i) {
      quantize::ChannelDifference& channel = row.difference.channels[i];
      if (channel.first == nullptr || channel.second == nullptr) continue;
      const auto ends = [&](const auto* stated, const Encoding& encoding) {
        return quantize::StatedRange{
            StatedValue(EncodingField::kStatedMin, stated, i).value_or(encoding.min),
            StatedValue(EncodingField::kStatedMax, stated, i).value_or(encoding.max)};
      };
      quantize::CompareStated(ends(row.first_stated, *channel.first),
                              ends(row.second_stated, *channel.second), rules_, channel);
      row.difference.differing.Add(channel.differing);
    }
  }

  void AddAlone(const ComparedFile& file, std::size_t index, bool is_first) {
    const TensorEncoding* encoding = file.encodings[index];
    if (file.is_model && encoding->is_float) return;
    ComparedEncoding row;
    (is_first ? row.first : row.second) = encoding;
    (is_first ? row.first_name : row.second_name) = file.entries[index].name;
    (is_first ? row.first_stated : row.second_stated) = StatedOf(file, index);
    row.section = KnownSection(file.entries[index].section, *encoding);
    row.status = is_first ? EncodingStatus::kOnlyInFirst : EncodingStatus::kOnlyInSecond;
    row.difference = Alone(*encoding, is_first);
    compared_.push_back(std::move(row));
  }

  const ComparedFile& first_;
  const ComparedFile& second_;
  const quantize::ComparisonRules& rules_;
  std::vector<ComparedEncoding> compared_;
};

FieldValue IntegerValue(EncodingField field, const Encoding& channel) {
  switch (field) {
    case EncodingField::kMin: return {channel.min, ""};
    case EncodingField::kMax: return {channel.max, ""};
    case EncodingField::kScale: return {channel.scale, ""};
    case EncodingField::kOffset: return {static_cast<double>(channel.offset), ""};
    default: return {std::nullopt, channel.symmetric ? "yes" : "no"};
  }
}

}  // namespace

std::string StatusText(EncodingStatus status, const SideNames& sides) {
  switch (status) {
    case EncodingStatus::kEqual: return "equal";
    case EncodingStatus::kDiffers: return "differs";
    case EncodingStatus::kOnlyInFirst: return "only in " + sides.first;
    case EncodingStatus::kOnlyInSecond: break;
  }
  return "only in " + sides.second;
}

std::string FieldsText(const quantize::EncodingFields& fields) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < quantize::kEncodingFields; ++i) {
    const auto field = static_cast<EncodingField>(i);
    if (fields.Has(field)) names.emplace_back(Name(field));
  }
  return Join(names, ", ");
}

std::string CostText(const std::optional<quantize::EncodingCost>& cost) {
  if (!cost) return "";
  const double decibels = cost->Decibels();
  return std::isinf(decibels) && decibels > 0 ? "exact" : fmt::format("{:.2f} dB", decibels);
}

FieldValue ValueOf(EncodingField field, const TensorEncoding* tensor, const Encoding* channel) {
  if (tensor == nullptr) return {};
  switch (field) {
    case EncodingField::kDataType: return {std::nullopt, tensor->is_float ? "float" : "int"};
    case EncodingField::kChannels:
      return tensor->is_float ? FieldValue{}
                              : FieldValue{static_cast<double>(tensor->channels.size()), ""};
    case EncodingField::kAxis:
      return tensor->axis ? FieldValue{static_cast<double>(*tensor->axis), ""} : FieldValue{};
    case EncodingField::kStatedMin:
    case EncodingField::kStatedMax: return {};
    case EncodingField::kBitwidth:
      return channel != nullptr ? FieldValue{static_cast<double>(channel->bitwidth), ""}
                                : FieldValue{};
    default:
      return channel == nullptr || tensor->is_float ? FieldValue{} : IntegerValue(field, *channel);
  }
}

std::optional<double> StatedValue(EncodingField field,
                                  const std::vector<quantize::StatedRange>* stated,
                                  std::size_t channel) {
  if (stated == nullptr || stated->empty()) return std::nullopt;
  if (stated->size() > 1 && channel >= stated->size()) return std::nullopt;
  const quantize::StatedRange& range = (*stated)[stated->size() > 1 ? channel : 0];
  return field == EncodingField::kStatedMin ? range.min : range.max;
}

std::vector<ComparedEncoding> CompareFiles(const ComparedFile& first, const ComparedFile& second,
                                           const quantize::ComparisonRules& rules) {
  return Comparison(first, second, rules).Run();
}

}  // namespace acc::features
