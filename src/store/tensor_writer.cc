// SPDX-License-Identifier: BSD-3-Clause
#include "store/tensor_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace acc::store {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::string_view kExtension = ".raw";

bool IsFourBit(ElementType type) {
  return type == ElementType::kInt4 || type == ElementType::kUint4;
}

// Two elements share a byte, so they are spread out as floats, which hold them exactly.
Result<Bytes> PermuteFourBit(const TensorView& value, const Permutation& permutation) {
  ACC_ASSIGN_OR_RETURN(const std::vector<float> source, ToFloats(value));
  std::vector<float> permuted(source.size());
  ACC_RETURN_IF_ERROR(PermuteElements(std::as_bytes(std::span(source)), value.dims, permutation,
                                      sizeof(float), std::as_writable_bytes(std::span(permuted))));
  ACC_ASSIGN_OR_RETURN(const Tensor packed,
                       FromFloatValues(value.type, Permute(value.dims, permutation), permuted));
  return Bytes(packed.bytes().begin(), packed.bytes().end());
}

Result<Bytes> PermuteBytes(const TensorView& value, const Permutation& permutation) {
  if (IsFourBit(value.type)) return PermuteFourBit(value, permutation);
  Bytes permuted(value.bytes.size());
  ACC_RETURN_IF_ERROR(
      PermuteElements(value.bytes, value.dims, permutation, ByteSize(value.type, 1), permuted));
  return permuted;
}

// Converts piece by piece: a large tensor must not need as much memory again.
Status WriteAsFloats(const std::filesystem::path& path, const TensorView& value) {
  constexpr std::uint64_t kPiece = std::uint64_t{1} << 18;  // Even, for 4-bit elements.
  const std::uint64_t count = *ElementCount(value.dims);
  ACC_ASSIGN_OR_RETURN(FileWriter file, FileWriter::Create(path));
  for (std::uint64_t first = 0; first < count; first += kPiece) {
    const std::uint64_t size = std::min(kPiece, count - first);
    const auto bytes = value.bytes.subspan(ByteSize(value.type, first), ByteSize(value.type, size));
    ACC_ASSIGN_OR_RETURN(const std::vector<float> values,
                         ToFloats({value.type, {static_cast<std::int64_t>(size)}, bytes}));
    ACC_RETURN_IF_ERROR(file.Append(std::as_bytes(std::span(values))));
  }
  return file.Close();
}

Status WriteFiles(const std::filesystem::path& run, const TensorRecord& record,
                  const TensorView& value, const TensorView& native) {
  const std::filesystem::path file = run / record.file;
  ACC_RETURN_IF_ERROR(CreateFolders(file.parent_path()));
  if (!record.native_file.empty()) {
    const std::filesystem::path copy = run / record.native_file;
    ACC_RETURN_IF_ERROR(CreateFolders(copy.parent_path()));
    ACC_RETURN_IF_ERROR(WriteFile(copy, native.bytes));
  }
  if (value.type == ElementType::kFloat32) return WriteFile(file, value.bytes);
  return WriteAsFloats(file, value);
}

// `value` in the permuted order; its bytes are in `storage` where the order differs.
Result<TensorView> Permuted(const TensorView& value, const Permutation& permutation,
                            Bytes& storage) {
  TensorView permuted{value.type, Permute(value.dims, permutation), value.bytes};
  if (IsIdentity(permutation)) return permuted;
  ACC_ASSIGN_OR_RETURN(storage, PermuteBytes(value, permutation));
  permuted.bytes = storage;
  return permuted;
}

Result<bool> HaveEqualBytes(const std::filesystem::path& first,
                            const std::filesystem::path& second) {
  ACC_ASSIGN_OR_RETURN(const MappedFile one, MappedFile::Open(first));
  ACC_ASSIGN_OR_RETURN(const MappedFile other, MappedFile::Open(second));
  return std::ranges::equal(one.bytes(), other.bytes());
}

Status MoveFile(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (!error) return OkStatus();
  return Failure(fmt::format("cannot move '{}' to '{}': {}", Printable(from.native()),
                             Printable(to.native()), error.message()));
}

Status CheckView(const std::string& name, const TensorView& value) {
  const std::optional<std::uint64_t> count = ElementCount(value.dims);
  if (ByteSize(value.type, 1) == 0) {
    return Failure(fmt::format("cannot store the tensor '{}': the type {} has no raw form",
                               Printable(name), acc::Name(value.type)));
  }
  if (!count || ByteSize(value.type, *count) != value.bytes.size()) {
    return Failure(fmt::format("cannot store the tensor '{}': {} {} is not what {} bytes hold",
                               Printable(name), acc::Name(value.type), ToText(value.dims),
                               value.bytes.size()));
  }
  return OkStatus();
}

}  // namespace

void TensorWriter::Name(TensorRecord& record) {
  const std::lock_guard lock(mutex_);
  const std::string path = names_.PathFor(record.name);
  record.file = path + std::string(kExtension);
  record.native_file.clear();
  if (record.type == ElementType::kFloat32) return;
  if (native_first_) {
    record.native_file = record.file;
    record.file = fmt::format("{}/{}.raw", kFloatFolder, path);
  } else {
    record.native_file = fmt::format("{}/{}.{}.raw", kNativeFolder, path, acc::Name(record.type));
  }
}

void TensorWriter::Add(TensorRecord record) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = index_of_.try_emplace(record.name, manifest_.tensors.size());
  if (is_new) {
    manifest_.tensors.push_back(std::move(record));
  } else {
    manifest_.tensors[known->second] = std::move(record);
  }
}

Status TensorWriter::Write(TensorRecord record, const TensorView& value) {
  return Write(std::move(record), value, value);
}

Status TensorWriter::Write(TensorRecord record, const TensorView& value, const TensorView& native,
                           AxisOrder held) {
  ACC_RETURN_IF_ERROR(CheckView(record.name, value));
  ACC_RETURN_IF_ERROR(CheckView(record.name, native));
  const Permutation permutation = Between(held, record.axis_order, value.dims.size());
  record.type = native.type;
  record.dims = Permute(value.dims, permutation);
  Name(record);
  Bytes bytes;
  Bytes native_bytes;
  ACC_ASSIGN_OR_RETURN(const TensorView stored, Permuted(value, permutation, bytes));
  TensorView stored_native = stored;
  if (native.bytes.data() != value.bytes.data()) {
    ACC_ASSIGN_OR_RETURN(stored_native, Permuted(native, permutation, native_bytes));
  }
  ACC_RETURN_IF_ERROR(WriteFiles(run_, record, stored, stored_native));
  Add(std::move(record));
  return OkStatus();
}

Result<bool> TensorWriter::WritePlain(const std::string& name, const TensorView& value,
                                      AxisOrder held) {
  const auto known = index_of_.find(name);
  if (known == index_of_.end()) return Failure("no tensor '" + Printable(name) + "' was written");
  TensorRecord& record = manifest_.tensors[known->second];
  ACC_RETURN_IF_ERROR(CheckView(name, value));
  Bytes bytes;
  ACC_ASSIGN_OR_RETURN(const TensorView stored,
                       Permuted(value, Between(held, record.axis_order, value.dims.size()), bytes));
  const std::string path = record.file.substr(0, record.file.size() - kExtension.size());
  const TensorRecord plain{.name = name,
                           .file = fmt::format("{}/{}.plain{}", kNativeFolder, path, kExtension)};
  ACC_RETURN_IF_ERROR(WriteFiles(run_, plain, stored, stored));
  ACC_ASSIGN_OR_RETURN(const bool same, HaveEqualBytes(run_ / plain.file, run_ / record.file));
  if (same) {
    std::error_code ignored;
    std::filesystem::remove(run_ / plain.file, ignored);
    return false;
  }
  record.plain_file = plain.file;
  return true;
}

Result<bool> TensorWriter::ShipsAs(const std::string& name, const TensorWriter& other) const {
  const TensorRecord* own = Find(name);
  const TensorRecord* theirs = other.Find(name);
  if (own == nullptr || theirs == nullptr) return false;
  return HaveEqualBytes(run_ / (own->plain_file.empty() ? own->file : own->plain_file),
                        other.run_ / theirs->file);
}

Result<bool> TensorWriter::Adopt(const std::string& name, const TensorWriter& other) {
  const auto known = index_of_.find(name);
  const TensorRecord* theirs = other.Find(name);
  if (known == index_of_.end() || theirs == nullptr) return false;
  TensorRecord& own = manifest_.tensors[known->second];
  ACC_ASSIGN_OR_RETURN(const bool same, HaveEqualBytes(run_ / own.file, other.run_ / theirs->file));
  ACC_RETURN_IF_ERROR(MoveFile(other.run_ / theirs->file, run_ / own.file));
  if (!own.native_file.empty() && own.native_file != own.file) {
    ACC_RETURN_IF_ERROR(MoveFile(other.run_ / theirs->native_file, run_ / own.native_file));
  }
  std::error_code ignored;
  if (!own.plain_file.empty()) std::filesystem::remove(run_ / own.plain_file, ignored);
  own.plain_file.clear();
  own.processor = theirs->processor;
  return !same;
}

void TensorWriter::MarkDisturbed(const std::string& name) {
  const auto known = index_of_.find(name);
  if (known != index_of_.end()) manifest_.tensors[known->second].is_disturbed = true;
}

const TensorRecord* TensorWriter::Find(const std::string& name) const {
  const auto known = index_of_.find(name);
  return known == index_of_.end() ? nullptr : &manifest_.tensors[known->second];
}

void TensorWriter::Skip(std::string name, std::string reason) {
  const std::lock_guard lock(mutex_);
  manifest_.skipped.push_back({std::move(name), std::move(reason)});
}

Status TensorWriter::Finish(const std::map<std::string, std::size_t>& order) {
  const std::lock_guard lock(mutex_);
  const auto rank = [&](const std::string& name) {
    const auto found = order.find(name);
    return found == order.end() ? std::numeric_limits<std::size_t>::max() : found->second;
  };
  const auto earlier = [&](const auto& a, const auto& b) { return rank(a.name) < rank(b.name); };
  std::stable_sort(manifest_.tensors.begin(), manifest_.tensors.end(), earlier);
  std::stable_sort(manifest_.skipped.begin(), manifest_.skipped.end(), earlier);
  for (std::size_t i = 0; i < manifest_.tensors.size(); ++i) {
    index_of_[manifest_.tensors[i].name] = i;
  }
  return WriteManifest(run_, manifest_);
}

}  // namespace acc::store
