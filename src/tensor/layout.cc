// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>

#include "base/text.h"

namespace acc {
namespace {

struct LayoutRow {
  std::string_view name;
  AxisOrder order;
  std::size_t rank;  // For which LayoutName() gives the name; 0 for a name that is only read.
};

constexpr std::string_view kNoClaim = "NONTRIVIAL";
constexpr std::array kLayouts = {
    LayoutRow{"NFC", AxisOrder::kChannelLast, 3},   LayoutRow{"NHWC", AxisOrder::kChannelLast, 4},
    LayoutRow{"NDHWC", AxisOrder::kChannelLast, 5}, LayoutRow{kNoClaim, AxisOrder::kSource, 0},
    LayoutRow{"NCF", AxisOrder::kSource, 0},        LayoutRow{"NCHW", AxisOrder::kSource, 0},
    LayoutRow{"NCDHW", AxisOrder::kSource, 0},
};

bool IsPermutation(const Permutation& permutation, std::size_t rank) {
  if (permutation.size() != rank) return false;
  std::vector<bool> seen(rank, false);
  for (const int axis : permutation) {
    if (axis < 0 || static_cast<std::size_t>(axis) >= rank ||
        seen[static_cast<std::size_t>(axis)]) {
      return false;
    }
    seen[static_cast<std::size_t>(axis)] = true;
  }
  return true;
}

// An axis of the destination: its length and how far apart, in elements, neighbours along it lie in
// the source and in the destination.
struct Axis {
  std::size_t length;
  std::size_t source_stride;
  std::size_t destination_stride;
};

// The destination's axes, the slowest first, without those of length 1 and with those joined that
// are neighbours on both sides.
std::vector<Axis> JoinedAxes(const Shape& dims, const Permutation& permutation) {
  const std::size_t rank = dims.size();
  std::vector<std::size_t> source_strides(rank, 1);
  for (std::size_t i = rank; i-- > 1;) {
    source_strides[i - 1] = source_strides[i] * static_cast<std::size_t>(dims[i]);
  }
  std::vector<Axis> axes;
  for (const int permuted : permutation) {
    const auto axis = static_cast<std::size_t>(permuted);
    const auto length = static_cast<std::size_t>(dims[axis]);
    if (length == 1) continue;
    if (!axes.empty() && axes.back().source_stride == source_strides[axis] * length) {
      axes.back().length *= length;
      axes.back().source_stride = source_strides[axis];
    } else {
      axes.push_back({length, source_strides[axis], 0});
    }
  }
  std::size_t stride = 1;
  for (std::size_t i = axes.size(); i-- > 0; stride *= axes[i].length) {
    axes[i].destination_stride = stride;
  }
  return axes;
}

// Calls body(source offset, destination offset) for every index of `axes`.
template <typename Body>
void ForEachIndex(const std::vector<Axis>& axes, const Body& body) {
  std::vector<std::size_t> index(axes.size(), 0);
  std::size_t source = 0;
  std::size_t destination = 0;
  while (true) {
    body(source, destination);
    std::size_t axis = axes.size();
    while (true) {
      if (axis == 0) return;
      --axis;
      source += axes[axis].source_stride;
      destination += axes[axis].destination_stride;
      if (++index[axis] < axes[axis].length) break;
      source -= axes[axis].source_stride * axes[axis].length;
      destination -= axes[axis].destination_stride * axes[axis].length;
      index[axis] = 0;
    }
  }
}

// Elements that only get moved.
template <std::size_t kBytes>
struct Opaque {
  std::byte bytes[kBytes];
};

// destination[r * destination_stride + c] = source[c * source_stride + r], in blocks small enough
// that the lines of both sides stay in the first-level cache.
template <typename Element>
void TransposePlane(const Element* source, std::size_t source_stride, Element* destination,
                    std::size_t destination_stride, std::size_t rows, std::size_t columns) {
  constexpr std::size_t kBlock = 32;
  for (std::size_t row = 0; row < rows; row += kBlock) {
    const std::size_t row_end = std::min(rows, row + kBlock);
    for (std::size_t column = 0; column < columns; column += kBlock) {
      const std::size_t column_end = std::min(columns, column + kBlock);
      for (std::size_t r = row; r < row_end; ++r) {
        for (std::size_t c = column; c < column_end; ++c) {
          destination[r * destination_stride + c] = source[c * source_stride + r];
        }
      }
    }
  }
}

template <typename Element>
void PermuteAxes(const std::byte* source_bytes, std::vector<Axis> axes,
                 std::byte* destination_bytes) {
  const auto* source = reinterpret_cast<const Element*>(source_bytes);
  auto* destination = reinterpret_cast<Element*>(destination_bytes);
  const Axis last = axes.back();
  axes.pop_back();
  if (last.source_stride == 1) {
    ForEachIndex(axes, [&](std::size_t from, std::size_t to) {
      std::memcpy(destination + to, source + from, last.length * sizeof(Element));
    });
    return;
  }
  const auto contiguous = std::find_if(axes.begin(), axes.end(),
                                       [](const Axis& axis) { return axis.source_stride == 1; });
  const Axis rows = *contiguous;
  axes.erase(contiguous);
  ForEachIndex(axes, [&](std::size_t from, std::size_t to) {
    TransposePlane(source + from, last.source_stride, destination + to, rows.destination_stride,
                   rows.length, last.length);
  });
}

struct MoverRow {
  std::size_t element_bytes;
  void (*permute)(const std::byte*, std::vector<Axis>, std::byte*);
};
constexpr std::array kMovers = {
    MoverRow{1, &PermuteAxes<Opaque<1>>},   MoverRow{2, &PermuteAxes<Opaque<2>>},
    MoverRow{4, &PermuteAxes<Opaque<4>>},   MoverRow{8, &PermuteAxes<Opaque<8>>},
    MoverRow{16, &PermuteAxes<Opaque<16>>},
};

}  // namespace

Permutation FromSource(AxisOrder order, std::size_t rank) {
  Permutation permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  if (order == AxisOrder::kChannelLast && rank >= 3 && rank <= 5) {
    std::rotate(permutation.begin() + 1, permutation.begin() + 2, permutation.end());
  }
  if (order == AxisOrder::kChannelFirst && rank >= 3 && rank <= 5) {
    std::rotate(permutation.begin() + 1, permutation.end() - 1, permutation.end());
  }
  return permutation;
}

Permutation Between(AxisOrder from, AxisOrder to, std::size_t rank) {
  const Permutation to_source = Inverse(FromSource(from, rank));
  Permutation result = FromSource(to, rank);
  for (int& axis : result) axis = to_source[static_cast<std::size_t>(axis)];
  return result;
}

bool IsIdentity(const Permutation& permutation) {
  return std::is_sorted(permutation.begin(), permutation.end());
}

Permutation Inverse(const Permutation& permutation) {
  Permutation inverse(permutation.size());
  for (std::size_t i = 0; i < permutation.size(); ++i) {
    inverse[static_cast<std::size_t>(permutation[i])] = static_cast<int>(i);
  }
  return inverse;
}

Shape Permute(const Shape& dims, const Permutation& permutation) {
  Shape permuted;
  permuted.reserve(dims.size());
  for (const int axis : permutation) permuted.push_back(dims[static_cast<std::size_t>(axis)]);
  return permuted;
}

std::string_view LayoutName(AxisOrder order, std::size_t rank) {
  for (const LayoutRow& row : kLayouts) {
    if (row.order == order && row.rank == rank && row.rank != 0) return row.name;
  }
  return kNoClaim;
}

std::optional<AxisOrder> AxisOrderFromName(std::string_view name) {
  const std::string lower = ToLower(name);
  for (const LayoutRow& row : kLayouts) {
    if (ToLower(row.name) == lower) return row.order;
  }
  return std::nullopt;
}

Status PermuteElements(std::span<const std::byte> source, const Shape& dims,
                       const Permutation& permutation, std::size_t element_bytes,
                       std::span<std::byte> destination) {
  const auto mover = std::find_if(kMovers.begin(), kMovers.end(), [&](const MoverRow& row) {
    return row.element_bytes == element_bytes;
  });
  if (mover == kMovers.end()) {
    return Failure(fmt::format("cannot reorder elements of {} bytes", element_bytes));
  }
  if (!IsPermutation(permutation, dims.size())) {
    return Failure(
        fmt::format("{} is no order of the axes of {}", fmt::join(permutation, ","), ToText(dims)));
  }
  const std::optional<std::uint64_t> count = ElementCount(dims);
  if (!count || source.size() / element_bytes != *count || source.size() % element_bytes != 0 ||
      destination.size() != source.size()) {
    return Failure(
        fmt::format("cannot reorder a tensor of {} with elements of {} bytes from {} "
                    "into {} bytes",
                    ToText(dims), element_bytes, source.size(), destination.size()));
  }
  if (source.empty()) return OkStatus();
  std::vector<Axis> axes = JoinedAxes(dims, permutation);
  if (axes.size() <= 1) {
    std::memcpy(destination.data(), source.data(), source.size());
  } else {
    mover->permute(source.data(), std::move(axes), destination.data());
  }
  return OkStatus();
}

}  // namespace acc
