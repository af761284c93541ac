// SPDX-License-Identifier: BSD-3-Clause
#include "store/input_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/text.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAssign = ":=";

// Splits a line at the words that hold ":=", so that a path may have blanks in it.
Result<std::vector<InputList::Entry>> ParseEntries(std::string_view line) {
  std::vector<InputList::Entry> entries;
  if (line.find(kAssign) == std::string_view::npos) {
    entries.push_back({"", std::string(line)});
    return entries;
  }
  while (!line.empty()) {
    const std::size_t assign = line.find(kAssign);
    const std::string_view name = line.substr(0, assign);
    if (name.empty() || SplitWhitespace(name).size() != 1) {
      return Failure(fmt::format("'{}' is no name of an input; write name:=path name2:=path2",
                                 Printable(name)));
    }
    line.remove_prefix(assign + kAssign.size());
    // The next entry starts behind the last blank before the next ":=".
    const std::size_t next = line.find(kAssign);
    std::size_t end = line.size();
    if (next != std::string_view::npos) {
      const std::size_t blank = line.substr(0, next).find_last_of(" \t");
      end = blank == std::string_view::npos ? 0 : blank;
    }
    entries.push_back({std::string(name), std::string(Trim(line.substr(0, end)))});
    if (entries.back().file.empty()) {
      return Failure(fmt::format("the input '{}' has no file", Printable(name)));
    }
    line = Trim(line.substr(end));
  }
  return entries;
}

Status RefuseTwice(const std::vector<InputList::Entry>& entries) {
  for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
    const bool twice = std::any_of(entries.begin(), entry, [&](const InputList::Entry& earlier) {
      return earlier.input == entry->input;
    });
    if (twice)
      return Failure(fmt::format("the input '{}' is there twice", Printable(entry->input)));
  }
  return OkStatus();
}

// Why a file that is there serves as no input; empty where it does, or is not there.
std::string Unfit(const fs::path& file) {
  std::error_code error;
  switch (fs::status(file, error).type()) {
    case fs::file_type::regular:
    case fs::file_type::not_found: return "";
    case fs::file_type::directory: return "is a folder, not a raw file";
    case fs::file_type::none: return "cannot be looked at: " + error.message();
    default: return "is a pipe or a device, not a raw file. Write its content to a file first";
  }
}

// The file where it is found: beside the list, or seen from the current folder.
Result<fs::path> Resolve(const fs::path& file, const fs::path& list_folder) {
  std::error_code error;
  const fs::path beside = list_folder / file;
  for (const fs::path& candidate : {beside, file}) {
    if (fs::is_regular_file(candidate, error)) return candidate;
  }
  for (const fs::path& candidate : {beside, file}) {
    const std::string unfit = Unfit(candidate);
    if (!unfit.empty()) return Failure(fmt::format("{} {}", Quoted(file), unfit));
  }
  if (file.is_absolute()) return Failure(fmt::format("{} does not exist", Quoted(file)));
  return Failure(fmt::format("{} does not exist, neither in {} nor in {}", Quoted(file),
                             Quoted(list_folder.empty() ? "." : list_folder),
                             Quoted(fs::current_path(error))));
}

Status AddLine(std::string_view line, const fs::path& folder, InputList& list) {
  if (line.starts_with('#') || line.starts_with('%')) {
    auto& names = line[0] == '#' ? list.output_layers : list.output_tensors;
    for (std::string& name : SplitWhitespace(line.substr(1))) names.push_back(std::move(name));
    return OkStatus();
  }
  ACC_ASSIGN_OR_RETURN(auto entries, ParseEntries(line));
  ACC_RETURN_IF_ERROR(RefuseTwice(entries));
  for (InputList::Entry& entry : entries) {
    ACC_ASSIGN_OR_RETURN(entry.file, Resolve(entry.file, folder));
  }
  list.lines.push_back(std::move(entries));
  return OkStatus();
}

constexpr std::array kSizedTypes = {
    ElementType::kFloat32, ElementType::kUint8,  ElementType::kInt8,  ElementType::kInt64,
    ElementType::kFloat64, ElementType::kInt32,  ElementType::kInt16, ElementType::kUint16,
    ElementType::kFloat16, ElementType::kUint32, ElementType::kBool,
};

// What the size of a file that does not fit suggests.
std::string SizeHint(std::uint64_t count, std::uint64_t expected, std::uint64_t found) {
  if (found == 0) return "The file is empty.";
  std::vector<std::string> types;
  for (const ElementType type : kSizedTypes) {
    if (ByteSize(type, count) == found) types.emplace_back(Name(type));
  }
  if (!types.empty()) {
    return fmt::format("The size is right for {}: check the data type the file was written in.",
                       Join(types, ", "));
  }
  if (expected != 0 && found % expected == 0) {
    return fmt::format(
        "That is {} times as much: does the file hold a batch, or are the "
        "dimensions others?",
        found / expected);
  }
  return "Check the dimensions and the data type.";
}

Status CheckName(const InputList::Entry& entry, const std::vector<ValueInfo>& inputs) {
  std::vector<std::string> names;
  for (const ValueInfo& input : inputs) names.push_back(input.name);
  if (entry.input.empty() && inputs.size() != 1) {
    return Failure(
        fmt::format("{} stands without the name of an input, but the model has {}: {}. "
                    "Write name:=path for each.",
                    Quoted(entry.file), inputs.size(), Printable(Join(names, ", "))));
  }
  if (entry.input.empty() || std::find(names.begin(), names.end(), entry.input) != names.end()) {
    return OkStatus();
  }
  return Failure(fmt::format("'{}' is no input of the model; its inputs are {}.{}",
                             Printable(entry.input), Printable(Join(names, ", ")),
                             DidYouMean(entry.input, names)));
}

bool LooksLikeFloats(std::span<const std::byte> bytes) {
  const std::span values(reinterpret_cast<const float*>(bytes.data()),
                         bytes.size() / sizeof(float));
  return std::ranges::all_of(
      values, [](float value) { return value == 0 || std::isnormal(value) || std::isinf(value); });
}

std::int64_t WideAt(std::span<const std::byte> bytes, std::size_t index) {
  std::int64_t wide = 0;
  std::memcpy(&wide, bytes.data() + index * sizeof(wide), sizeof(wide));
  return wide;
}

// Pairs of floats do not.
bool LooksLikeNarrowIntegers(std::span<const std::byte> bytes) {
  for (std::size_t i = 0; i < bytes.size() / sizeof(std::int64_t); ++i) {
    const std::int64_t wide = WideAt(bytes, i);
    if (!std::in_range<std::int32_t>(wide) && !std::in_range<std::uint32_t>(wide)) return false;
  }
  return true;
}

// Through float32, large numbers would change. Those beyond 32 bits saturate.
template <typename T>
Tensor Narrowed(ElementType type, const Shape& dims, const MappedFile& file) {
  std::vector<T> values(file.bytes().size() / sizeof(std::int64_t));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<T>(std::clamp<std::int64_t>(
        WideAt(file.bytes(), i), std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
  }
  return Tensor::FromValues<T>(type, dims, values);
}

const InputList::Entry* FindEntry(const std::vector<InputList::Entry>& line,
                                  const ValueInfo& input) {
  const auto found = std::find_if(line.begin(), line.end(), [&](const InputList::Entry& entry) {
    return entry.input == input.name || entry.input.empty();
  });
  return found == line.end() ? nullptr : &*found;
}

// Whether a file of the list has the size of `type`, and does not look like the float32 that a list
// holds by rule.
Result<bool> MayHold(const fs::path& file, const ValueInfo& input, ElementType type) {
  ACC_ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(file));
  const std::uint64_t count = ElementCount(input.dims).value_or(0);
  if (mapped.bytes().size() != ByteSize(type, count)) return false;
  const bool as_wide = ByteSize(type, 1) == ByteSize(ElementType::kFloat32, 1);
  return type == ElementType::kFloat32 || !as_wide || !LooksLikeFloats(mapped.bytes());
}

}  // namespace

Result<InputList> ReadInputList(const fs::path& path) {
  ACC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, std::uint64_t{1} << 28));
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view rest = text;
  if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
  InputList list;
  std::size_t number = 0;
  for (const std::string& line : Split(rest, '\n')) {
    ++number;
    if (Trim(line).empty()) continue;
    const Status added = AddLine(Trim(line), path.parent_path(), list);
    if (!added.ok()) {
      return added.WithContext(fmt::format("input list {}, line {}", Quoted(path), number));
    }
  }
  if (list.lines.empty()) {
    return Failure(
        fmt::format("the input list {} names no input file. Write one line an "
                    "inference: a path, or name:=path for each input.",
                    Quoted(path)));
  }
  return list;
}

Result<Tensor> ReadRaw(const fs::path& file, ElementType type, const Shape& dims,
                       ElementType file_type) {
  const std::optional<std::uint64_t> count = ElementCount(dims);
  if (!count || ByteSize(file_type, 1) == 0 || ByteSize(type, 1) == 0) {
    return Failure(
        fmt::format("cannot read {} as {} {}: {}", Quoted(file), Name(file_type), ToText(dims),
                    count ? "the type has no raw form" : "the dimensions are not fixed"));
  }
  ACC_ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(file));
  const std::uint64_t expected = ByteSize(file_type, *count);
  const std::uint64_t found = mapped.bytes().size();
  if (found != expected) {
    return Failure(fmt::format("{} has {} bytes, but {} {} takes {}. {}", Quoted(file), found,
                               Name(file_type), ToText(dims), expected,
                               SizeHint(*count, expected, found)));
  }
  if (type == file_type) {
    return Tensor::Create(type, dims, {mapped.bytes().begin(), mapped.bytes().end()});
  }
  const bool narrows = file_type == ElementType::kInt64 &&
                       (type == ElementType::kInt32 || type == ElementType::kUint32);
  if (narrows && type == ElementType::kInt32) return Narrowed<std::int32_t>(type, dims, mapped);
  if (narrows) return Narrowed<std::uint32_t>(type, dims, mapped);
  ACC_ASSIGN_OR_RETURN(const std::vector<float> values,
                       ToFloats({file_type, dims, mapped.bytes()}));
  return FromFloatValues(type, dims, values);
}

Result<ElementType> FileType(const fs::path& file, const ValueInfo& input, const FileTypes& types) {
  const auto given = types.given.find(input.name);
  if (given != types.given.end() && !types.of_list) return given->second;
  if (given != types.given.end() && !types.native) {
    ACC_ASSIGN_OR_RETURN(const bool may_have_it, MayHold(file, input, given->second));
    if (may_have_it) return given->second;
  }
  if (types.native || input.type == ElementType::kFloat32) return input.type;
  ACC_ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(file));
  const std::uint64_t count = ElementCount(input.dims).value_or(0);
  const std::uint64_t found = mapped.bytes().size();
  const bool is_int = input.type == ElementType::kInt32 || input.type == ElementType::kUint32;
  const bool may_be_wide = is_int && found == ByteSize(ElementType::kInt64, count);
  if (may_be_wide && LooksLikeNarrowIntegers(mapped.bytes())) return ElementType::kInt64;
  if (found != ByteSize(input.type, count)) return ElementType::kFloat32;
  if (found != ByteSize(ElementType::kFloat32, count)) return input.type;
  return LooksLikeFloats(mapped.bytes()) ? ElementType::kFloat32 : input.type;
}

Result<NamedTensors> ReadInputs(const std::vector<InputList::Entry>& line,
                                const std::vector<ValueInfo>& inputs, const FileTypes& types) {
  for (const InputList::Entry& entry : line) ACC_RETURN_IF_ERROR(CheckName(entry, inputs));
  NamedTensors tensors;
  for (const ValueInfo& input : inputs) {
    const InputList::Entry* entry = FindEntry(line, input);
    if (entry == nullptr) {
      return Failure(
          fmt::format("the line of {} has no file for the input '{}' ({} {}). Add "
                      "{}:=<path>.",
                      line.empty() ? "no input" : Quoted(line.front().file), Printable(input.name),
                      Name(input.type), ToText(input.dims), Printable(input.name)));
    }
    ACC_ASSIGN_OR_RETURN(const ElementType file_type, FileType(entry->file, input, types));
    Result<Tensor> tensor = ReadRaw(entry->file, input.type, input.dims, file_type);
    if (!tensor.ok()) {
      return tensor.status().WithContext(fmt::format("input '{}'", Printable(input.name)));
    }
    tensors.emplace(input.name, *std::move(tensor));
  }
  return tensors;
}

}  // namespace acc::store
