// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/read.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "dlc/archive.h"
#include "dlc/check.h"
#include "dlc/foreign.h"
#include "dlc/metadata.h"
#include "dlc/read_versions.h"
#include "dlc/v4_format.h"
#include "model/flatbuffer.h"

namespace acc::dlc {
namespace {

using model::Identifier;

constexpr std::size_t kHeaderBytes = 8;

struct Version {
  int major = 3;
  int minor = 0;
};

std::uint16_t Word(std::span<const std::byte> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(std::to_integer<unsigned>(bytes[at]) |
                                    std::to_integer<unsigned>(bytes[at + 1]) << 8);
}

// Takes the header off: D5 0A, then major and minor version and a zero, 16 bits each. The first
// files of version 3 have none.
Version TakeHeader(std::span<const std::byte>& record) {
  constexpr std::uint16_t kMagic = 0x0AD5;
  if (record.size() < kHeaderBytes || Word(record, 0) != kMagic) return {};
  const Version version = {Word(record, 2), Word(record, 4)};
  record = record.subspan(kHeaderBytes);
  return version;
}

Status CheckIdentifier(std::span<const std::byte> record, std::string_view name,
                       std::initializer_list<std::string_view> wanted) {
  const std::string_view identifier = Identifier(record);
  if (std::ranges::find(wanted, identifier) != wanted.end()) return OkStatus();
  return Failure(
      fmt::format("its record '{}' starts with '{}' where '{}' should be: it is damaged, "
                  "or no model of SNPE or QNN. Export the file again",
                  name, Printable(identifier), *wanted.begin()));
}

class Reader {
 public:
  explicit Reader(Archive archive) : archive_(std::move(archive)) {}

  Result<Model> Read() {
    model_.records = archive_.records();
    if (!archive_.Has(kModelRecord)) return Failure(WhatArchive(archive_.records()));
    RecordBytes records;
    ACC_ASSIGN_OR_RETURN(records.model, Bytes(kModelRecord));
    ACC_ASSIGN_OR_RETURN(records.params, Bytes(kParamsRecord));
    ACC_ASSIGN_OR_RETURN(records.external, Bytes(kExternalRecord));
    ACC_RETURN_IF_ERROR(ReadVersion(records));
    for (const Graph& graph : model_.graphs) ACC_RETURN_IF_ERROR(CheckGraph(graph));
    ReadMetadata();
    return Result<Model>(std::move(model_));
  }

 private:
  // Nothing for a record that is not there.
  Result<std::span<const std::byte>> Bytes(std::string_view record) {
    if (!archive_.Has(record)) return std::span<const std::byte>();
    Result<Archive::Content> content = archive_.Read(record);
    if (!content.ok()) {
      return Failure(
          fmt::format("its record '{}' {}", Printable(record), content.status().message()));
    }
    if (content->storage != nullptr) model_.storage.push_back(content->storage);
    return content->bytes;
  }

  Status ReadVersion(RecordBytes records) {
    const Version version = TakeHeader(records.model);
    model_.major = version.major;
    model_.minor = version.minor;
    if (version.major != 3 && version.major != 4) {
      return Failure(
          fmt::format("it is a DLC of version {}.{}; versions 3 and 4 are read. Export "
                      "the model again with {} SDK",
                      version.major, version.minor, version.major < 3 ? "a newer" : "an older"));
    }
    ACC_RETURN_IF_ERROR(CheckIdentifier(records.model, kModelRecord, {kModelIdentifier}));
    if (!records.params.empty()) {
      TakeHeader(records.params);
      ACC_RETURN_IF_ERROR(
          CheckIdentifier(records.params, kParamsRecord, {kParamsIdentifier, kBuffersIdentifier}));
    }
    return version.major == 3 ? ReadVersion3(records, model_) : ReadVersion4(records, model_);
  }

  // What the file says of its origin is worth no failure.
  void ReadMetadata() {
    for (const Record& record : archive_.records()) {
      if (!record.name.starts_with("dlc.metadata")) continue;
      Result<std::span<const std::byte>> bytes = Bytes(record.name);
      const Status status = bytes.ok() ? TakeMetadata(*bytes, record.name, model_) : bytes.status();
      if (!status.ok()) model_.notes.push_back(status.message());
    }
  }

  Archive archive_;
  Model model_;
};

Result<Model> ReadArchive(std::span<const std::byte> file) {
  Result<Archive> archive = Archive::Open(file);
  if (!archive.ok()) return Failure(WhatFile(file, archive.status().message()));
  return Reader(*std::move(archive)).Read();
}

}  // namespace

Result<Model> Read(std::span<const std::byte> file, const std::string& name) {
  Result<Model> model = ReadArchive(file);
  if (model.ok()) return model;
  return model.status().WithContext(fmt::format("cannot read the DLC '{}'", Printable(name)));
}

Result<Model> Read(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(MappedFile opened, MappedFile::Open(path));
  auto file = std::make_shared<const MappedFile>(std::move(opened));
  ACC_ASSIGN_OR_RETURN(Model model, Read(file->bytes(), path.native()));
  model.storage.push_back(std::move(file));
  return Result<Model>(std::move(model));
}

}  // namespace acc::dlc
