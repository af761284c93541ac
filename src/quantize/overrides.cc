// SPDX-License-Identifier: BSD-3-Clause
// The versions of the format are told apart by their shape, not by the "version" they claim:
// 0.x has an object of arrays, 1.0.0 a list of entries with "scale", 2.x one with "y_scale".
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "quantize/encoding.h"
#include "quantize/quantize.h"

namespace acc::quantize {
namespace {

constexpr std::size_t kMostChannels = 1 << 20;

std::optional<double> Number(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number()) return std::nullopt;
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::string Text(const Json& entry, const char* key, const char* fallback) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? ToLower(found->get<std::string>())
                                                    : std::string(fallback);
}

// Files say true, "True" and "true".
bool Flag(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end()) return false;
  return found->is_boolean() ? found->get<bool>() : Text(entry, key, "") == "true";
}

// The number, or the list of numbers, under `key`; empty where it is absent or anything else.
std::vector<double> Numbers(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end()) return {};
  if (found->is_number()) return {found->get<double>()};
  if (!found->is_array() || found->size() > kMostChannels) return {};
  std::vector<double> numbers;
  for (const Json& element : *found) {
    if (!element.is_number()) return {};
    numbers.push_back(element.get<double>());
  }
  return numbers;
}

Result<std::optional<int>> Axis(const Json& entry) {
  constexpr double kMostAxes = 32;
  const auto axis = Number(entry, "axis");
  if (!axis) return std::optional<int>();
  if (*axis < -kMostAxes || *axis > kMostAxes) return Failure("its axis is no axis");
  return std::optional(static_cast<int>(*axis));
}

Result<int> IntegerBitwidth(std::optional<double> bitwidth, const char* key) {
  if (!bitwidth) return Failure(fmt::format("\"{}\" is missing or no number", key));
  if (*bitwidth < 2 || *bitwidth > 32 || *bitwidth != std::floor(*bitwidth)) {
    return Failure(fmt::format("\"{}\" is {}; 2 to 32 are possible", key, FormatDouble(*bitwidth)));
  }
  return static_cast<int>(*bitwidth);
}

Result<TensorEncoding> FloatEncoding(std::optional<double> bitwidth) {
  if (bitwidth != 16 && bitwidth != 32) {
    return Failure("a float encoding needs a bitwidth of 16 or 32");
  }
  TensorEncoding encoding;
  encoding.is_float = true;
  encoding.channels.push_back({.bitwidth = static_cast<int>(*bitwidth)});
  return encoding;
}

// Graphs hold scales as float32.
Status CheckScale(double scale) {
  const auto held = static_cast<float>(scale);
  if (held > 0 && std::isfinite(held)) return OkStatus();
  return Failure(
      fmt::format("the scale {} is not a positive number of 32 bits", FormatDouble(scale)));
}

// A scale and an offset of either sign.
Result<Encoding> FromScale(double scale, double offset, int bitwidth, bool symmetric) {
  ACC_RETURN_IF_ERROR(CheckScale(scale));
  const double size = std::abs(std::round(offset));
  if (!(size <= static_cast<double>(Steps(bitwidth)))) {
    return Failure(
        fmt::format("the offset {} puts zero outside {} bits", FormatDouble(offset), bitwidth));
  }
  // Symmetric with offset 0 and nothing below zero is AIMET's unsigned symmetric form.
  const bool centred = symmetric && size != 0;
  const std::int64_t middle = Steps(bitwidth) / 2 + 1;
  return EncodingFromScale(scale, centred ? -middle : -static_cast<std::int64_t>(size), bitwidth,
                           centred);
}

Result<Encoding> FromRange(double min, double max, int bitwidth, bool symmetric) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (min < -kLargest || max > kLargest) {
    return Failure(fmt::format("min {} or max {} is beyond what 32 bits hold", FormatDouble(min),
                               FormatDouble(max)));
  }
  // AIMET's symmetric ranges reach one step further down, Qualcomm's are even: max tells for both.
  if (symmetric && min < 0) return SymmetricEncoding(max > 0 ? -max : min, max, bitwidth);
  return AsymmetricEncoding(min, max, bitwidth);
}

Status CheckAgreement(const Encoding& encoding, double min, double max) {
  // Writers round offsets and shift ranges to put zero on a code: a step and a half covers both.
  const double tolerance = 1.5 * encoding.scale + 1e-6 * (std::abs(min) + std::abs(max));
  if (std::abs(encoding.min - min) <= tolerance && std::abs(encoding.max - max) <= tolerance) {
    return OkStatus();
  }
  return Failure(
      fmt::format("min {} and max {} contradict its scale and offset, which reach from {} to {}",
                  FormatDouble(min), FormatDouble(max), FormatDouble(encoding.min),
                  FormatDouble(encoding.max)));
}

Result<Encoding> ReadRangeEntry(const Json& entry) {
  if (!entry.is_object()) return Failure("is no object with bitwidth, min and max");
  ACC_ASSIGN_OR_RETURN(const int bitwidth, IntegerBitwidth(Number(entry, "bitwidth"), "bitwidth"));
  const bool symmetric = Flag(entry, "is_symmetric");
  const auto min = Number(entry, "min");
  const auto max = Number(entry, "max");
  const auto scale = Number(entry, "scale");
  auto offset = Number(entry, "offset");
  if (entry.contains("scale") && !scale) return Failure("its scale is no finite number");
  if (!min || !max) {
    if (scale && offset && !entry.contains("min") && !entry.contains("max")) {
      return FromScale(*scale, *offset, bitwidth, symmetric);
    }
    return Failure("\"min\" or \"max\" is missing or no finite number");
  }
  if (*min > *max) {
    return Failure(fmt::format("min {} is above max {}", FormatDouble(*min), FormatDouble(*max)));
  }
  if (!scale || !offset) return FromRange(*min, *max, bitwidth, symmetric);
  // Signed symmetric files write offset 0 for the middle.
  if (symmetric && *min < 0 && *offset == 0) offset = -1;
  ACC_ASSIGN_OR_RETURN(const Encoding encoding, FromScale(*scale, *offset, bitwidth, symmetric));
  ACC_RETURN_IF_ERROR(CheckAgreement(encoding, *min, *max));
  return encoding;
}

// Version 0.x: an array of one entry, or of one per channel.
Result<TensorEncoding> ReadVersion0(const Json& entries) {
  if (!entries.is_array() || entries.empty() || entries.size() > kMostChannels) {
    return Failure("is no array of encodings");
  }
  const Json& first = entries.front();
  if (first.is_object() && Text(first, "dtype", "int") == "float") {
    return FloatEncoding(Number(first, "bitwidth"));
  }
  TensorEncoding encoding;
  for (const Json& entry : entries) {
    ACC_ASSIGN_OR_RETURN(Encoding channel, ReadRangeEntry(entry));
    encoding.channels.push_back(channel);
  }
  ACC_ASSIGN_OR_RETURN(const std::optional<int> axis, Axis(first));
  if (axis || encoding.channels.size() > 1) encoding.axis = axis.value_or(0);
  return encoding;
}

// Version 1.0.0: an object with lists of scales and offsets.
Result<TensorEncoding> ReadVersion1(const Json& entry) {
  const std::string kind = Text(entry, "enc_type", "per_tensor");
  if (kind != "per_tensor" && kind != "per_channel") {
    return Failure(fmt::format("enc_type \"{}\" is not supported; PER_TENSOR and PER_CHANNEL are",
                               Printable(kind)));
  }
  if (Text(entry, "dtype", "int") == "float") return FloatEncoding(Number(entry, "bw"));
  ACC_ASSIGN_OR_RETURN(const int bitwidth, IntegerBitwidth(Number(entry, "bw"), "bw"));
  const std::vector<double> scales = Numbers(entry, "scale");
  std::vector<double> offsets = Numbers(entry, "offset");
  const bool symmetric = Flag(entry, "is_sym");
  if (scales.empty()) return Failure("\"scale\" is missing or no list of numbers");
  if (!entry.contains("offset") && symmetric) offsets.assign(scales.size(), -1);
  if (scales.size() != offsets.size() || (kind == "per_tensor" && scales.size() != 1)) {
    return Failure(fmt::format("{} scales and {} offsets do not make a {} encoding", scales.size(),
                               offsets.size(), kind));
  }
  TensorEncoding encoding;
  for (std::size_t channel = 0; channel < scales.size(); ++channel) {
    ACC_ASSIGN_OR_RETURN(Encoding read,
                         FromScale(scales[channel], offsets[channel], bitwidth, symmetric));
    encoding.channels.push_back(read);
  }
  if (kind == "per_channel") encoding.axis = 0;
  return encoding;
}

struct OutputType {
  bool is_signed = false;
  bool is_float = false;
  std::optional<double> bitwidth;
};

// "uint8", "int4", "float16".
OutputType ReadOutputType(std::string_view text) {
  OutputType type;
  type.is_float = text.starts_with("float");
  type.is_signed = text.starts_with("int");
  const std::size_t digits = text.find_first_of("0123456789");
  if (digits == std::string_view::npos) return type;
  if (const auto bits = ParseInt(text.substr(digits))) type.bitwidth = static_cast<double>(*bits);
  return type;
}

// Version 2.x: ONNX scales and zero points.
Result<TensorEncoding> ReadVersion2(const Json& entry) {
  const OutputType type = ReadOutputType(Text(entry, "output_dtype", ""));
  if (type.is_float) return FloatEncoding(type.bitwidth);
  ACC_ASSIGN_OR_RETURN(const int bitwidth, IntegerBitwidth(type.bitwidth, "output_dtype"));
  const std::vector<double> scales = Numbers(entry, "y_scale");
  if (scales.empty()) return Failure("\"y_scale\" is missing or no number or list of numbers");
  std::vector<double> zeros(scales.size(), 0);
  if (const auto found = entry.find("y_zero_point"); found != entry.end() && !found->is_null()) {
    zeros = Numbers(entry, "y_zero_point");
  }
  ACC_ASSIGN_OR_RETURN(const std::optional<int> axis, Axis(entry));
  if (zeros.size() != scales.size() || (scales.size() > 1 && !axis)) {
    return Failure(fmt::format("{} scales need as many zero points ({} given) and an axis",
                               scales.size(), zeros.size()));
  }
  TensorEncoding encoding;
  const std::int64_t middle = type.is_signed ? Steps(bitwidth) / 2 + 1 : 0;
  for (std::size_t channel = 0; channel < scales.size(); ++channel) {
    const double zero = zeros[channel] + static_cast<double>(middle);
    if (zero < 0) return Failure("its zero point is outside its type");
    ACC_ASSIGN_OR_RETURN(Encoding read, FromScale(scales[channel], -zero, bitwidth,
                                                  type.is_signed && zeros[channel] == 0));
    encoding.channels.push_back(read);
  }
  if (scales.size() > 1) encoding.axis = axis;
  return encoding;
}

Status Named(const Status& status, std::string_view name) {
  return status.WithContext(fmt::format("the encoding of '{}'", Printable(name)));
}

using Encodings = std::map<std::string, TensorEncoding>;

constexpr std::string_view kAllSections = "encodings";

std::string_view SectionName(bool sections_known, bool is_param) {
  if (!sections_known) return kAllSections;
  return is_param ? "param_encodings" : "activation_encodings";
}

// Where the entries of a section go that cannot be read, and the ranges that the others state.
struct SectionDetails {
  OverridesDetails& all;
  bool is_param;

  void AddUnread(const std::string& name, const Status& why, bool is_blockwise) const {
    all.unread.push_back({name, why.message(), is_param, is_blockwise});
  }
  void AddStated(const std::string& name, const Json& entries) const {
    std::vector<StatedRange> ranges;
    for (const Json& entry : entries) {
      const auto min = Number(entry, "min");
      const auto max = Number(entry, "max");
      if (!min || !max) return;
      ranges.push_back({*min, *max});
    }
    (is_param ? all.stated_params : all.stated_activations)[name] = std::move(ranges);
  }
};

Status Insert(Encodings& encodings, const std::string& name, Result<TensorEncoding> encoding,
              const SectionDetails& details) {
  if (!encoding.ok()) {
    details.AddUnread(name, encoding.status(), false);
    return OkStatus();
  }
  if (!encodings.emplace(name, *std::move(encoding)).second) {
    return Failure(fmt::format("'{}' has two encodings", Printable(name)));
  }
  return OkStatus();
}

constexpr const char* kIsBlockwise =
    "blockwise encodings (PER_BLOCK, LPBQ, block_size) are not supported; per-tensor and "
    "per-channel ones are";

bool IsBlockwise(const Json& entry) {
  const std::string kind = Text(entry, "enc_type", "");
  return kind == "per_block" || kind == "lpbq" || Number(entry, "block_size").value_or(0) > 0 ||
         entry.contains("per_block_int_scale");
}

Status ReadList(const Json& list, Encodings& encodings, const SectionDetails& details) {
  for (const Json& entry : list) {
    const auto name = entry.is_object() ? entry.find("name") : entry.end();
    if (name == entry.end() || !name->is_string()) return Failure("an entry has no \"name\"");
    if (IsBlockwise(entry)) {
      details.AddUnread(name->get<std::string>(), Failure(kIsBlockwise), true);
      continue;
    }
    const bool version2 = entry.contains("y_scale") || entry.contains("output_dtype");
    ACC_RETURN_IF_ERROR(Insert(encodings, name->get<std::string>(),
                               version2 ? ReadVersion2(entry) : ReadVersion1(entry), details));
  }
  return OkStatus();
}

Status ReadSection(const Json& section, Encodings& encodings, const SectionDetails& details) {
  if (section.is_array()) return ReadList(section, encodings, details);
  if (!section.is_object()) return Failure("is neither an object nor a list");
  for (const auto& [name, entries] : section.items()) {
    ACC_RETURN_IF_ERROR(Insert(encodings, name, ReadVersion0(entries), details));
    if (encodings.contains(name)) details.AddStated(name, entries);
  }
  return OkStatus();
}

// Of version 2.x, whose axes are those of the model.
std::set<std::string> NamesWithAxis(const Json& list) {
  std::set<std::string> names;
  if (!list.is_array()) return names;
  for (const Json& entry : list) {
    if (Number(entry, "axis")) names.insert(entry.at("name").get<std::string>());
  }
  return names;
}

Result<Overrides> ReadSections(const Json& file, OverridesDetails& details) {
  Overrides overrides;
  if (!file.is_object()) return Failure("the file holds no JSON object");
  if (const auto all = file.find("encodings"); all != file.end()) {
    // Version 2.x does not say which tensors are parameters; a name is looked up on both sides.
    ACC_RETURN_IF_ERROR(
        ReadSection(*all, overrides.activations, {details, false}).WithContext(kAllSections));
    overrides.own_axis = NamesWithAxis(*all);
    overrides.params = overrides.activations;
    overrides.sections_known = false;
    return overrides;
  }
  for (const auto& [is_param, encodings] :
       {std::pair{false, &overrides.activations}, std::pair{true, &overrides.params}}) {
    const std::string_view key = SectionName(true, is_param);
    const auto section = file.find(key);
    if (section == file.end()) {
      return Failure(fmt::format("\"{}\" is missing; it is needed, and may be empty", key));
    }
    ACC_RETURN_IF_ERROR(ReadSection(*section, *encodings, {details, is_param}).WithContext(key));
  }
  return overrides;
}

}  // namespace

Result<Overrides> ReadOverrides(const std::filesystem::path& path, OverridesDetails& details) {
  ACC_ASSIGN_OR_RETURN(const Json file, ReadJson(path));
  Result<Overrides> overrides = ReadSections(file, details);
  if (!overrides.ok()) {
    return UsageError(overrides.status().message()).WithContext(Printable(path.string()));
  }
  return overrides;
}

Result<Overrides> ReadOverrides(const std::filesystem::path& path,
                                std::vector<std::string>* blockwise) {
  OverridesDetails details;
  ACC_ASSIGN_OR_RETURN(Overrides overrides, ReadOverrides(path, details));
  for (const UnreadEntry& entry : details.unread) {
    if (entry.is_blockwise && blockwise != nullptr) {
      blockwise->push_back(entry.name);
      continue;
    }
    return Named(UsageError(entry.why), entry.name)
        .WithContext(SectionName(overrides.sections_known, entry.is_param))
        .WithContext(Printable(path.string()));
  }
  return overrides;
}

}  // namespace acc::quantize
