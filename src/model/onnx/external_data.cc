// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"

namespace acc::model {
namespace {

namespace fs = std::filesystem;

struct Place {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

Result<std::uint64_t> ParseSize(const std::string& key, const std::string& value) {
  const auto number = ParseInt(value);
  if (!number || *number < 0) {
    return Failure(fmt::format("external data has the bad {} '{}'", key, Printable(value)));
  }
  return static_cast<std::uint64_t>(*number);
}

Result<Place> PlaceOf(const onnx::TensorProto& tensor) {
  Place place;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() == "offset") {
      ACC_ASSIGN_OR_RETURN(place.offset, ParseSize("offset", entry.value()));
    }
    if (entry.key() == "length") {
      ACC_ASSIGN_OR_RETURN(place.length, ParseSize("length", entry.value()));
    }
  }
  if (place.location.empty()) return Failure("external data names no file");
  return place;
}

bool IsInside(const fs::path& path, const fs::path& folder) {
  const auto [end, rest] = std::ranges::mismatch(folder, path);
  return end == folder.end();
}

}  // namespace

ExternalData::ExternalData(const fs::path& model) : folder_(model.parent_path()) {
  std::error_code error;
  const fs::path beside_link = fs::canonical(folder_.empty() ? fs::path(".") : folder_, error);
  if (!error) allowed_.push_back(beside_link);
  const fs::path beside_file = fs::canonical(model, error).parent_path();
  if (!error) allowed_.push_back(beside_file);
}

Result<fs::path> ExternalData::Resolve(const std::string& location) const {
  const fs::path relative(location);
  const auto outside = [&] {
    return Failure(
        fmt::format("external data '{}' lies outside the model's folder; it must be a "
                    "file beside the model",
                    Printable(location)));
  };
  const bool climbs =
      std::ranges::any_of(relative, [](const fs::path& part) { return part == ".."; });
  if (relative.is_absolute() || climbs || location.find('\0') != std::string::npos)
    return outside();
  std::error_code error;
  const fs::path path = fs::canonical(folder_ / relative, error);
  if (error) {
    return Failure(fmt::format("external data '{}' cannot be read: {}. Put it beside the model.",
                               Printable(location), error.message()));
  }
  const bool allowed =
      std::ranges::any_of(allowed_, [&](const fs::path& folder) { return IsInside(path, folder); });
  if (!allowed) return outside();
  if (!fs::is_regular_file(path, error)) {
    return Failure(fmt::format("external data '{}' is not a regular file", Printable(location)));
  }
  return path;
}

Result<const MappedFile*> ExternalData::Open(const std::string& location) {
  auto found = files_.find(location);
  if (found == files_.end()) {
    ACC_ASSIGN_OR_RETURN(const fs::path path, Resolve(location));
    ACC_ASSIGN_OR_RETURN(MappedFile file, MappedFile::Open(path));
    found = files_.emplace(location, std::move(file)).first;
  }
  return &found->second;
}

Result<std::vector<std::byte>> ExternalData::Read(const onnx::TensorProto& tensor,
                                                  std::uint64_t size) {
  ACC_ASSIGN_OR_RETURN(const Place place, PlaceOf(tensor));
  if (place.length && *place.length != size) {
    return Failure(fmt::format("external data are {} bytes long, the tensor's dims need {}",
                               *place.length, size));
  }
  ACC_ASSIGN_OR_RETURN(const MappedFile* file, Open(place.location));
  const std::span<const std::byte> bytes = file->bytes();
  if (place.offset > bytes.size() || size > bytes.size() - place.offset) {
    return Failure(fmt::format("external data need {} bytes from offset {} of '{}', which has {}",
                               size, place.offset, Printable(place.location), bytes.size()));
  }
  const auto range = bytes.subspan(place.offset, size);
  return std::vector<std::byte>(range.begin(), range.end());
}

}  // namespace acc::model
