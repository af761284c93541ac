// SPDX-License-Identifier: BSD-3-Clause
// FlatBuffers from strangers: verified before use, and copied within a bound.
#pragma once

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace acc::model {

// The four letters that tell what a FlatBuffer holds; empty where there is no room for them.
inline std::string_view Identifier(std::span<const std::byte> buffer) {
  if (buffer.size() < 8) return {};
  return {reinterpret_cast<const char*>(buffer.data()) + 4, 4};
}

// The root of the buffer, after FlatBuffers' verifier followed every offset of the schema. Depth is
// limited to 64; a table takes at least 8 bytes with its offset, so honest buffers of any size
// pass. Alignment is asked for where `aligned`: records of an archive lie at any address. `what`
// the buffer is, such as "its record 'model'", begins the errors.
template <typename Table>
Result<const Table*> VerifiedRoot(std::span<const std::byte> buffer, std::string_view what,
                                  bool aligned = false) {
  if (buffer.size() >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return Failure(
        fmt::format("{} has {} bytes; FlatBuffers above 2 GiB are not read", what, buffer.size()));
  }
  const auto* start = reinterpret_cast<const std::uint8_t*>(buffer.data());
  flatbuffers::Verifier::Options options;
  options.max_tables = static_cast<flatbuffers::uoffset_t>(buffer.size() / 8 + 1);
  options.check_alignment = aligned;
  flatbuffers::Verifier verifier(start, buffer.size(), options);
  if (!verifier.VerifyBuffer<Table>(nullptr)) {
    return Failure(
        fmt::format("{} is damaged: an offset or a size points outside of it. Copy or export the "
                    "file again",
                    what));
  }
  return flatbuffers::GetRoot<Table>(start);
}

// The number of elements; 0 for a null pointer.
template <typename Vector>
std::uint32_t SizeOf(const Vector* vector) {
  return vector == nullptr ? 0 : vector->size();
}

// Bounds what is copied out of a FlatBuffer: tables and strings may be named many times over, so
// that a small file could ask for any amount of memory.
class CopyBudget {
 public:
  explicit CopyBudget(std::uint64_t file_bytes) : left_(kBase + kPerByte * file_bytes) {}

  Status Take(std::uint64_t bytes) {
    if (bytes > left_) {
      return Failure("it names the same parts over and over, which no program's file does");
    }
    left_ -= bytes;
    return OkStatus();
  }

  // A null pointer is an empty text.
  Status Copy(const flatbuffers::String* from, std::string& to) {
    if (from == nullptr) return OkStatus();
    ACC_RETURN_IF_ERROR(Take(sizeof(std::string) + from->size()));
    to.assign(from->c_str(), from->size());
    return OkStatus();
  }

  // Adds all texts of `from`; null pointers are empty ones.
  Status Copy(const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* from,
              std::vector<std::string>& to) {
    for (std::uint32_t i = 0; i < SizeOf(from); ++i) {
      ACC_RETURN_IF_ERROR(Copy(from->Get(i), to.emplace_back()));
    }
    return OkStatus();
  }

 private:
  // A string that a file shares takes 4 bytes there, and 32 and its text here.
  static constexpr std::uint64_t kPerByte = 32;
  static constexpr std::uint64_t kBase = std::uint64_t{1} << 26;
  std::uint64_t left_;
};

// A null pointer is an empty text.
inline std::string_view View(const flatbuffers::String* text) {
  return text == nullptr ? std::string_view() : std::string_view(text->c_str(), text->size());
}

}  // namespace acc::model
