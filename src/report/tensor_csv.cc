// SPDX-License-Identifier: BSD-3-Clause
#include "report/tensor_csv.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/threads.h"

namespace acc::report {
namespace {

constexpr std::string_view kHeader = "index,value\r\n";
// A 64-bit index, a comma, the longest float32 (-1.17549435e-38), the line's end.
constexpr std::size_t kLongestLine = 20 + 1 + 16 + 2;

// Lines of text in memory that is used again and not cleared.
class Lines {
 public:
  void Format(std::uint64_t first, std::span<const float> values) {
    const std::size_t most = values.size() * kLongestLine;
    if (capacity_ < most) {
      text_ = std::make_unique_for_overwrite<char[]>(most);
      capacity_ = most;
    }
    char* at = text_.get();
    char* const end = at + capacity_;
    for (const float value : values) {
      at = std::to_chars(at, end, first++).ptr;
      *at++ = ',';
      at = std::to_chars(at, end, value).ptr;
      *at++ = '\r';
      *at++ = '\n';
    }
    size_ = static_cast<std::size_t>(at - text_.get());
  }
  std::span<const std::byte> bytes() const {
    return std::as_bytes(std::span<const char>(text_.get(), size_));
  }

 private:
  std::unique_ptr<char[]> text_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

struct PairLines {
  Lines golden;
  Lines target;
};

class PairCsv {
 public:
  static Result<PairCsv> Create(const TensorCsvJob& job) {
    ACC_ASSIGN_OR_RETURN(PairReader reader, PairReader::Open(job.source));
    ACC_ASSIGN_OR_RETURN(FileWriter golden, FileWriter::Create(job.folder / "golden_data.csv"));
    ACC_ASSIGN_OR_RETURN(FileWriter target, FileWriter::Create(job.folder / "target_data.csv"));
    PairCsv csv(std::move(reader), std::move(golden), std::move(target));
    ACC_RETURN_IF_ERROR(csv.golden_.Append(std::as_bytes(std::span(kHeader))));
    ACC_RETURN_IF_ERROR(csv.target_.Append(std::as_bytes(std::span(kHeader))));
    return csv;
  }

  std::uint64_t count() const { return reader_.target_count(); }

  Status Format(std::uint64_t first, PairBuffers& buffers, PairLines& lines) const {
    const std::uint64_t size = std::min(kChunkElements, count() - first);
    return reader_.ForEachChunk(
        first, size, buffers,
        [&](std::uint64_t index, std::span<const float> golden, std::span<const float> target) {
          lines.golden.Format(index, golden);
          lines.target.Format(index, target);
        });
  }

  Status Append(const PairLines& lines) {
    ACC_RETURN_IF_ERROR(golden_.Append(lines.golden.bytes()));
    return target_.Append(lines.target.bytes());
  }

  Status Close() {
    ACC_RETURN_IF_ERROR(golden_.Close());
    return target_.Close();
  }

 private:
  PairCsv(PairReader reader, FileWriter golden, FileWriter target)
      : reader_(std::move(reader)), golden_(std::move(golden)), target_(std::move(target)) {}

  PairReader reader_;
  FileWriter golden_;
  FileWriter target_;
};

Status WriteOnThisThread(PairCsv& csv, PairBuffers& buffers, PairLines& lines) {
  for (std::uint64_t first = 0; first < csv.count(); first += kChunkElements) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    ACC_RETURN_IF_ERROR(csv.Format(first, buffers, lines));
    ACC_RETURN_IF_ERROR(csv.Append(lines));
  }
  return csv.Close();
}

// As many chunks at once as there are threads; the next ones once these are written.
Status WriteOnAllThreads(PairCsv& csv) {
  const std::size_t threads = ThreadCount();
  std::vector<PairBuffers> buffers(threads);
  std::vector<PairLines> lines(threads);
  std::vector<Status> statuses(threads);
  for (std::uint64_t first = 0; first < csv.count(); first += threads * kChunkElements) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    const std::uint64_t chunks = (csv.count() - first + kChunkElements - 1) / kChunkElements;
    const std::size_t used = std::min<std::uint64_t>(threads, chunks);
    ParallelFor(used, [&](std::size_t i) {
      statuses[i] = csv.Format(first + i * kChunkElements, buffers[i], lines[i]);
    });
    for (std::size_t i = 0; i < used; ++i) {
      ACC_RETURN_IF_ERROR(statuses[i]);
      ACC_RETURN_IF_ERROR(csv.Append(lines[i]));
    }
  }
  return csv.Close();
}

// Keeps the first failure of several threads.
class FirstFailure {
 public:
  void Note(Status status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = std::move(status);
  }
  Status Take() { return std::move(status_); }

 private:
  std::mutex mutex_;
  Status status_;
};

}  // namespace

Status WriteTensorCsvs(std::span<const TensorCsvJob> jobs, Progress* progress) {
  constexpr std::uint64_t kLargeElements = 16 * kChunkElements;
  std::vector<char> is_large(jobs.size());
  std::atomic<std::size_t> next{0};
  FirstFailure failure;
  const auto advance = [&] {
    if (progress != nullptr) progress->Advance();
  };
  ParallelFor(std::min(jobs.size(), ThreadCount()), [&](std::size_t) {
    PairBuffers buffers;
    PairLines lines;
    for (std::size_t i = next++; i < jobs.size(); i = next++) {
      const auto write = [&]() -> Status {
        ACC_ASSIGN_OR_RETURN(PairCsv csv, PairCsv::Create(jobs[i]));
        is_large[i] = csv.count() > kLargeElements ? 1 : 0;
        if (is_large[i] != 0) return OkStatus();
        advance();
        return WriteOnThisThread(csv, buffers, lines);
      };
      failure.Note(write());
    }
  });
  ACC_RETURN_IF_ERROR(failure.Take());
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (is_large[i] == 0) continue;
    ACC_ASSIGN_OR_RETURN(PairCsv csv, PairCsv::Create(jobs[i]));
    ACC_RETURN_IF_ERROR(WriteOnAllThreads(csv));
    advance();
  }
  return OkStatus();
}

}  // namespace acc::report
