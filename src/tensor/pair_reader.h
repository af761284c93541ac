// SPDX-License-Identifier: BSD-3-Clause
// Streams a pair of tensor files chunk by chunk, the golden side brought into the target's axis
// order on the way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tensor/layout.h"
#include "tensor/raw_file.h"
#include "tensor/shape.h"
#include "tensor/wide_pair.h"

namespace acc {

// A pair of tensor files.
struct PairSource {
  std::filesystem::path golden;  // float32, in the golden's own axis order.
  std::filesystem::path target;  // In the order of `dims`.
  RawFormat target_format;
  Shape dims;  // Of the target file; empty with has_dims false where unknown.
  bool has_dims = true;
  Permutation golden_to_target;  // Empty or identity: the orders agree.
  // The exact files behind the two above, in their axis orders, where one side is of a type that
  // float32 cannot hold; or nothing.
  struct Wide {
    WideFile golden;
    WideFile target;
  };
  std::optional<Wide> wide;
};

// Spans of the two sides in the target's order, equally long, that start at element `first`. Valid
// during the call.
using PairVisit = std::function<void(std::uint64_t first, std::span<const float> golden,
                                     std::span<const float> target)>;

// What one visit sees; sums are taken over such chunks whatever the number of threads.
inline constexpr std::uint64_t kChunkElements = std::uint64_t{1} << 16;

// How many elements of a reordered golden tensor a thread brings into order at once: more threads,
// fewer elements each, so that all of them together stay near 64 MB. A multiple of kChunkElements.
std::uint64_t BandElements();

// Memory that one thread reads into; grows to a band where an axis order has to change.
class PairBuffers {
 public:
  std::span<float> golden(std::uint64_t count) { return golden_.AtLeast(count); }
  std::span<float> target(std::uint64_t count) { return target_.AtLeast(count); }
  std::span<float> source(std::uint64_t count) { return source_.AtLeast(count); }
  std::span<WideValue> wide_golden(std::uint64_t count) { return Sized(wide_golden_, count); }
  std::span<WideValue> wide_target(std::uint64_t count) { return Sized(wide_target_, count); }

 private:
  struct Buffer {
    std::span<float> AtLeast(std::uint64_t count);
    std::unique_ptr<float[]> values;
    std::uint64_t size = 0;
  };
  static std::span<WideValue> Sized(std::vector<WideValue>& values, std::uint64_t count) {
    values.resize(std::max<std::size_t>(values.size(), count));
    return std::span(values).first(count);
  }
  Buffer golden_, target_, source_;
  std::vector<WideValue> wide_golden_, wide_target_;
};

// How the golden tensor's elements are found in the target's order.
struct GoldenOrder {
  enum class Kind { kSame, kTransposed, kGeneral };
  Kind kind = Kind::kSame;
  // kTransposed: `rows` x `columns` matrices, one after the other, are stored transposed.
  std::uint64_t rows = 1;
  std::uint64_t columns = 1;
  // kGeneral: the target's dims, and the golden's distance between neighbours along each.
  std::vector<std::uint64_t> dims;
  std::vector<std::uint64_t> strides;
};

// `permutation` fits `dims`, which are the target's.
GoldenOrder OrderOf(const Shape& dims, const Permutation& permutation);

class PairReader {
 public:
  // Both files hold `dims` elements where files.golden_to_target changes the order.
  static Result<PairReader> Open(const PairSource& files);

  std::uint64_t golden_count() const { return golden_.count(); }
  std::uint64_t target_count() const { return target_.count(); }
  // The exact values, of as many elements on both sides; null where float32 holds them.
  const WidePair* wide() const { return wide_ ? &*wide_ : nullptr; }

  // Visits the elements first <= index < first + count in order, at most kChunkElements at once.
  // `first` is a multiple of kChunkElements.
  Status ForEachChunk(std::uint64_t first, std::uint64_t count, PairBuffers& buffers,
                      const PairVisit& visit) const;

 private:
  PairReader(RawFile golden, RawFile target, GoldenOrder order)
      : golden_(std::move(golden)), target_(std::move(target)), order_(std::move(order)) {}

  Status ReadGolden(std::uint64_t first, std::span<float> out, PairBuffers& buffers) const;
  Status ReadTransposed(std::uint64_t first, std::span<float> out, PairBuffers& buffers) const;
  Status ReadGeneral(std::uint64_t first, std::span<float> out, PairBuffers& buffers) const;

  RawFile golden_;
  RawFile target_;
  std::optional<WidePair> wide_;
  GoldenOrder order_;
};

}  // namespace acc
