// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/archive.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "base/text.h"
#include "dlc/checksum.h"
#include "dlc/zip_format.h"

namespace acc::dlc {
namespace {

using zip::Fields;
using Bytes = std::span<const std::byte>;

constexpr std::size_t kChunk = std::size_t{1} << 20;

std::string_view Text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The rest of `file` from `at` on; nothing past the end.
Bytes From(Bytes file, std::uint64_t at) { return at > file.size() ? Bytes() : file.subspan(at); }

Status Damaged(std::string_view reason) {
  return Failure(fmt::format("is damaged: {}. Copy the file again", reason));
}

// zlib counts in 32 bits.
uInt Limited(std::size_t size) {
  return static_cast<uInt>(std::min<std::size_t>(size, std::numeric_limits<uInt>::max()));
}

// Raw deflate, as ZIP has it.
class Inflater {
 public:
  explicit Inflater(Bytes packed) : packed_(packed) {
    ready_ = inflateInit2(&stream_, -15) == Z_OK;
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }

  // The number of bytes that came; 0 at the end and where the packed bytes make no sense.
  std::size_t Read(std::span<std::byte> to) {
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = Limited(to.size());
    while (ready_ && stream_.avail_out > 0) {
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed_.data()));
      stream_.avail_in = Limited(packed_.size());
      const uInt before = stream_.avail_in;
      const int result = inflate(&stream_, Z_NO_FLUSH);
      packed_ = packed_.subspan(before - stream_.avail_in);
      if (result != Z_OK) break;
    }
    return to.size() - stream_.avail_out;
  }

 private:
  Bytes packed_;
  z_stream stream_ = {};
  bool ready_ = false;
};

}  // namespace

// Where the entries are listed.
class Archive::Directory {
 public:
  static Result<Directory> Find(Bytes file);
  Status Read(std::vector<Entry>& entries) const;

 private:
  static Result<std::uint64_t> FindEnd(Bytes file);
  Status Read64(Bytes file, std::uint64_t end_at);
  static Status TakeField64(Bytes extra, Entry& entry);

  Bytes bytes_;
  std::uint64_t count_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
};

// The last part of the archive; only a comment may follow.
Result<std::uint64_t> Archive::Directory::FindEnd(Bytes file) {
  constexpr std::uint64_t kMaxComment = 0xffff;
  if (file.size() >= zip::kEndBytes) {
    const std::uint64_t last = file.size() - zip::kEndBytes;
    for (std::uint64_t back = 0; back <= std::min(last, kMaxComment); ++back) {
      if (Fields(From(file, last - back)).Take<std::uint32_t>() == zip::kEnd) return last - back;
    }
  }
  return Failure("its directory, at the end, is missing");
}

Result<Archive::Directory> Archive::Directory::Find(Bytes file) {
  ACC_ASSIGN_OR_RETURN(const std::uint64_t end_at, FindEnd(file));
  Fields end(From(file, end_at));
  end.Skip(10);
  Directory directory;
  directory.count_ = end.Take<std::uint16_t>();
  directory.size_ = end.Take<std::uint32_t>();
  directory.at_ = end.Take<std::uint32_t>();
  if (directory.count_ == zip::kSee64Short || directory.size_ == zip::kSee64 ||
      directory.at_ == zip::kSee64) {
    ACC_RETURN_IF_ERROR(directory.Read64(file, end_at));
  }
  const Bytes rest = From(file, directory.at_);
  if (directory.size_ > rest.size() ||
      directory.count_ > directory.size_ / zip::kDirectoryEntryBytes) {
    return Failure("its directory does not fit into it");
  }
  directory.bytes_ = rest.first(directory.size_);
  return directory;
}

Status Archive::Directory::Read64(Bytes file, std::uint64_t end_at) {
  if (end_at < zip::kEnd64LocatorBytes) return Failure("its ZIP64 locator is missing");
  Fields locator(From(file, end_at - zip::kEnd64LocatorBytes));
  const bool located = locator.Take<std::uint32_t>() == zip::kEnd64Locator;
  locator.Skip(4);
  Fields end(From(file, locator.Take<std::uint64_t>()));
  if (!located || end.Take<std::uint32_t>() != zip::kEnd64) {
    return Failure("its ZIP64 directory is missing");
  }
  end.Skip(28);
  count_ = end.Take<std::uint64_t>();
  size_ = end.Take<std::uint64_t>();
  at_ = end.Take<std::uint64_t>();
  return end.ok() ? OkStatus() : Failure("its ZIP64 directory is truncated");
}

Status Archive::Directory::Read(std::vector<Entry>& entries) const {
  Fields fields(bytes_);
  std::set<std::string_view> names;
  for (std::uint64_t i = 0; i < count_; ++i) {
    if (fields.Take<std::uint32_t>() != zip::kDirectoryEntry) break;
    Entry entry;
    fields.Skip(4);
    entry.encrypted = (fields.Take<std::uint16_t>() & zip::kEncryptedFlag) != 0;
    entry.method = fields.Take<std::uint16_t>();
    fields.Skip(4);
    entry.crc = fields.Take<std::uint32_t>();
    entry.packed_bytes = fields.Take<std::uint32_t>();
    entry.bytes = fields.Take<std::uint32_t>();
    const auto name_bytes = fields.Take<std::uint16_t>();
    const auto extra_bytes = fields.Take<std::uint16_t>();
    const auto comment_bytes = fields.Take<std::uint16_t>();
    fields.Skip(8);
    entry.header_at = fields.Take<std::uint32_t>();
    entry.name = Text(fields.Skip(name_bytes));
    ACC_RETURN_IF_ERROR(TakeField64(fields.Skip(extra_bytes), entry));
    fields.Skip(comment_bytes);
    if (!fields.ok()) break;
    if (!names.insert(entry.name).second) {
      return Failure(fmt::format("two records are named '{}'", Printable(entry.name)));
    }
    entries.push_back(entry);
  }
  if (entries.size() == count_) return OkStatus();
  return Failure(fmt::format("entry {} of its directory is damaged", entries.size() + 1));
}

Status Archive::Directory::TakeField64(Bytes extra, Entry& entry) {
  Fields fields(extra);
  while (!fields.empty() && fields.ok()) {
    const auto id = fields.Take<std::uint16_t>();
    Fields field(fields.Skip(fields.Take<std::uint16_t>()));
    if (id != zip::kField64) continue;
    for (std::uint64_t* number : {&entry.bytes, &entry.packed_bytes, &entry.header_at}) {
      if (*number == zip::kSee64) *number = field.Take<std::uint64_t>();
    }
    if (!field.ok()) return Failure("a ZIP64 field of its directory is truncated");
    break;
  }
  return OkStatus();
}

Result<Archive> Archive::Open(Bytes file) {
  ACC_ASSIGN_OR_RETURN(const Directory directory, Directory::Find(file));
  Archive archive(file);
  ACC_RETURN_IF_ERROR(directory.Read(archive.entries_));
  return Result<Archive>(std::move(archive));
}

std::vector<Record> Archive::records() const {
  std::vector<Record> records;
  for (const Entry& entry : entries_) records.push_back({std::string(entry.name), entry.bytes});
  return records;
}

const Archive::Entry* Archive::Find(std::string_view record) const {
  const auto found = std::ranges::find(entries_, record, &Entry::name);
  return found == entries_.end() ? nullptr : &*found;
}

// The directory's word counts; the header before the bytes says how long it is itself.
Result<Bytes> Archive::Locate(const Entry& entry) const {
  Fields header(From(file_, entry.header_at));
  if (header.Take<std::uint32_t>() != zip::kLocalHeader) return Damaged("it has no header");
  header.Skip(22);
  const auto name_bytes = header.Take<std::uint16_t>();
  const auto extra_bytes = header.Take<std::uint16_t>();
  if (Text(header.Skip(name_bytes)) != entry.name) return Damaged("its header has another name");
  header.Skip(extra_bytes);
  const Bytes bytes = header.Skip(entry.packed_bytes);
  if (!header.ok()) return Damaged("it ends outside of the file");
  return bytes;
}

Result<Archive::Content> Archive::Read(std::string_view record) {
  const Entry* entry = Find(record);
  if (entry == nullptr) return Failure("is missing");
  if (entry->encrypted) return Failure("is encrypted. Decrypt the file first");
  ACC_ASSIGN_OR_RETURN(const Bytes packed, Locate(*entry));
  Content content = {packed, nullptr};
  if (entry->method == zip::kDeflated) {
    ACC_ASSIGN_OR_RETURN(content, Unpack(*entry, packed));
  } else if (entry->method != zip::kStored) {
    return Failure(fmt::format("is packed by method {}. Pack the file again, stored or deflated",
                               entry->method));
  }
  if (content.bytes.size() != entry->bytes) return Damaged("it has another size than it says");
  if (entry->crc != 0 && Checksum(content.bytes) != entry->crc) return Damaged("its CRC is wrong");
  return content;
}

Result<Archive::Content> Archive::Unpack(const Entry& entry, Bytes packed) {
  if (entry.bytes > kMaxUnpackedBytes - unpacked_) {
    return Failure(
        fmt::format("unpacks to {} bytes, more than the {} that packed records may take "
                    "in all. Pack the file again, stored",
                    entry.bytes, kMaxUnpackedBytes));
  }
  Inflater inflater(packed);
  auto bytes = std::make_shared<std::vector<std::byte>>();
  // Grows with what really comes: the size is only a claim. One byte beyond it shows a lie.
  while (bytes->size() <= entry.bytes) {
    const std::size_t done = bytes->size();
    const std::size_t wanted = std::min<std::uint64_t>(kChunk, entry.bytes + 1 - done);
    bytes->resize(done + wanted);
    const std::size_t got = inflater.Read(std::span(*bytes).subspan(done));
    bytes->resize(done + got);
    if (got < wanted) break;
  }
  unpacked_ += bytes->size();
  const Bytes content(*bytes);
  return Content{content, std::move(bytes)};
}

}  // namespace acc::dlc
