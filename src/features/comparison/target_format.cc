// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/target_format.h"

#include <fmt/format.h>

#include "base/text.h"

namespace acc::features {
namespace {

bool IsSigned(ElementType type) {
  return type == ElementType::kInt8 || type == ElementType::kInt16;
}

int BitsOf(ElementType type) { return static_cast<int>(8 * ByteSize(type, 1)); }

Status Contradiction(const store::TensorRecord& record, ElementType data_type) {
  return UsageError(fmt::format(
      "--data_type {} contradicts tensors.json of the target: '{}' is {}. Leave --data_type out; "
      "the type is known.",
      Name(data_type), Printable(record.name), Name(record.type)));
}

Result<TargetFile> Dequantized(const store::TensorRecord& record, TargetFile file,
                               const TensorEncoding& encoding) {
  const ElementType type = file.format.type;
  if (encoding.per_channel() || encoding.channels.size() != 1) {
    return Failure(fmt::format(
        "the encoding of '{}' is per channel; {} data of activations need one scale and offset",
        Printable(record.name), Name(type)));
  }
  const Encoding& only = encoding.channels.front();
  if (only.bitwidth != BitsOf(type)) {
    return Failure(
        fmt::format("the encoding of '{}' has {} bits, its data are {}. Check --data_type and "
                    "--target_encodings.",
                    Printable(record.name), only.bitwidth, Name(type)));
  }
  const double half =
      IsSigned(type) ? static_cast<double>(std::int64_t{1} << (BitsOf(type) - 1)) : 0;
  file.format.scale = only.scale;
  file.format.offset = static_cast<double>(only.offset) + half;
  file.note = fmt::format("{} data of the target, dequantized with scale {:.6g} and offset {}",
                          Name(type), only.scale, only.offset);
  return file;
}

}  // namespace

Result<TargetFile> TargetFileOf(const store::TensorRecord& record, bool has_manifest,
                                const std::optional<ElementType>& data_type,
                                const std::optional<TensorEncoding>& encoding) {
  TargetFile file;
  file.file = record.file;
  const ElementType type = data_type.value_or(ElementType::kFloat32);
  if (has_manifest && data_type && record.type != type) return Contradiction(record, type);
  if (type == ElementType::kFloat32) return file;
  if (has_manifest) file.file = record.native_file;
  file.format.type = type;
  if (encoding && !encoding->is_float) return Dequantized(record, std::move(file), *encoding);
  file.stays_integer = true;
  file.note = fmt::format(
      "{} data of the target, compared as integers: no encoding says which real numbers they stand "
      "for (--target_encodings)",
      Name(type));
  return file;
}

void AddExactCopies(const match::Pair& pair, const std::filesystem::path& golden_run,
                    const std::filesystem::path& target_run, PairSource& files) {
  const bool is_coded = pair.target.encoding && !pair.target.encoding->is_float;
  const bool is_dequantized = files.target_format.scale != 1 || files.target_format.offset != 0;
  if (is_coded || is_dequantized) return;
  const auto has_copy = [](const store::TensorRecord& record) {
    return IsWide(record.type) && !record.native_file.empty();
  };
  if (!has_copy(pair.golden) && !has_copy(pair.target)) return;
  PairSource::Wide wide{{files.golden, ElementType::kFloat32},
                        {files.target, files.target_format.type}};
  if (has_copy(pair.golden)) wide.golden = {golden_run / pair.golden.native_file, pair.golden.type};
  if (has_copy(pair.target)) wide.target = {target_run / pair.target.native_file, pair.target.type};
  files.wide = std::move(wide);
}

}  // namespace acc::features
