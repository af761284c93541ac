// SPDX-License-Identifier: BSD-3-Clause
#include "tensor/pair_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <vector>

#include "base/text.h"
#include "base/threads.h"
#include "tensor/scattered_reader.h"
#include "tensor/transpose.h"

namespace acc {
namespace {

// An axis of the target that has more than one element, and the source axes that it stands for.
struct Axis {
  int first_source = 0;
  int last_source = 0;
  std::uint64_t size = 1;
};

// Drops axes of size 1 and joins neighbours that stay neighbours.
std::vector<Axis> JoinAxes(const Shape& dims, const Permutation& permutation) {
  // Positions among the source axes that are not of size 1.
  std::vector<int> position(dims.size(), -1);
  const Shape source = Permute(dims, Inverse(permutation));
  int next = 0;
  for (std::size_t axis = 0; axis < source.size(); ++axis) {
    position[axis] = source[axis] == 1 ? -1 : next++;
  }
  std::vector<Axis> axes;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    const int at = position[static_cast<std::size_t>(permutation[axis])];
    const auto size = static_cast<std::uint64_t>(dims[axis]);
    if (at < 0) continue;
    if (!axes.empty() && axes.back().last_source + 1 == at) {
      axes.back().last_source = at;
      axes.back().size *= size;
    } else {
      axes.push_back({at, at, size});
    }
  }
  return axes;
}

// The distance in the source between neighbours along each target axis.
std::vector<std::uint64_t> SourceStrides(const std::vector<Axis>& axes) {
  std::vector<std::uint64_t> strides;
  for (const Axis& axis : axes) {
    std::uint64_t stride = 1;
    for (const Axis& other : axes) {
      stride *= other.first_source > axis.first_source ? other.size : 1;
    }
    strides.push_back(stride);
  }
  return strides;
}

}  // namespace

std::uint64_t BandElements() {
  constexpr std::uint64_t kMostChunks = 16;
  const std::uint64_t chunks = 8 * kMostChunks / std::max<std::uint64_t>(ThreadCount(), 1);
  return kChunkElements * std::clamp<std::uint64_t>(chunks, 1, kMostChunks);
}

std::span<float> PairBuffers::Buffer::AtLeast(std::uint64_t count) {
  if (size < count) {
    values = std::make_unique_for_overwrite<float[]>(count);
    size = count;
  }
  return {values.get(), count};
}

GoldenOrder OrderOf(const Shape& dims, const Permutation& permutation) {
  GoldenOrder order;
  if (permutation.empty() || IsIdentity(permutation)) return order;
  const std::vector<Axis> axes = JoinAxes(dims, permutation);
  // Two axes that stay two changed places; with a third, the slowest, it is a stack of matrices.
  const bool stack = axes.size() == 3 && axes[0].first_source == 0;
  if (axes.size() == 2 || stack) {
    order.kind = GoldenOrder::Kind::kTransposed;
    order.columns = axes[axes.size() - 2].size;
    order.rows = axes[axes.size() - 1].size;
  } else if (axes.size() > 2) {
    order.kind = GoldenOrder::Kind::kGeneral;
    order.strides = SourceStrides(axes);
    for (const Axis& axis : axes) order.dims.push_back(axis.size);
  }
  return order;
}

Result<PairReader> PairReader::Open(const PairSource& files) {
  ACC_ASSIGN_OR_RETURN(RawFile golden, RawFile::Open(files.golden));
  ACC_ASSIGN_OR_RETURN(RawFile target, RawFile::Open(files.target, files.target_format));
  PairReader reader(std::move(golden), std::move(target),
                    OrderOf(files.dims, files.golden_to_target));
  // Sides of different sizes do not pair up; the caller says so.
  if (files.wide && reader.golden_count() == reader.target_count()) {
    ACC_ASSIGN_OR_RETURN(reader.wide_, WidePair::Open(files.wide->golden, files.wide->target,
                                                      files.dims, files.golden_to_target));
    if (reader.wide_->count() != reader.target_count()) {
      return Failure(fmt::format("'{}' holds {} elements and its exact copy {}",
                                 Printable(files.target.native()), reader.target_count(),
                                 reader.wide_->count()));
    }
  }
  return reader;
}

Status PairReader::ForEachChunk(std::uint64_t first, std::uint64_t count, PairBuffers& buffers,
                                const PairVisit& visit) const {
  // Reordering reads scattered runs; a whole band at once makes them longer.
  const std::uint64_t step =
      order_.kind == GoldenOrder::Kind::kSame ? kChunkElements : BandElements();
  const std::uint64_t end = first + count;
  for (std::uint64_t band = first; band < end; band += step) {
    const std::span<float> golden = buffers.golden(std::min(step, end - band));
    ACC_RETURN_IF_ERROR(ReadGolden(band, golden, buffers));
    for (std::uint64_t done = 0; done < golden.size(); done += kChunkElements) {
      const std::uint64_t size = std::min<std::uint64_t>(kChunkElements, golden.size() - done);
      const std::span<float> target = buffers.target(size);
      ACC_RETURN_IF_ERROR(target_.Read(band + done, target));
      visit(band + done, golden.subspan(done, size), target);
    }
  }
  return OkStatus();
}

Status PairReader::ReadGolden(std::uint64_t first, std::span<float> out,
                              PairBuffers& buffers) const {
  switch (order_.kind) {
    case GoldenOrder::Kind::kSame: return golden_.Read(first, out);
    case GoldenOrder::Kind::kTransposed: return ReadTransposed(first, out, buffers);
    case GoldenOrder::Kind::kGeneral: return ReadGeneral(first, out, buffers);
  }
  return OkStatus();
}

// A stretch of the target is, in each matrix: the rest of a line, whole lines, part of a line.
Status PairReader::ReadTransposed(std::uint64_t first, std::span<float> out,
                                  PairBuffers& buffers) const {
  const std::uint64_t rows = order_.rows;
  const std::uint64_t columns = order_.columns;
  while (!out.empty()) {
    // Rows and columns are at least 1, as there is an element to read.
    // NOLINTBEGIN(clang-analyzer-core.DivideZero)
    const std::uint64_t inside = first % (rows * columns);
    const std::uint64_t column = inside / rows;
    const std::uint64_t row = inside % rows;
    // NOLINTEND(clang-analyzer-core.DivideZero)
    const bool whole_lines = row == 0 && out.size() >= rows;
    const std::uint64_t row_count =
        whole_lines ? rows : std::min<std::uint64_t>(rows - row, out.size());
    const std::uint64_t column_count =
        whole_lines ? std::min<std::uint64_t>(columns - column, out.size() / rows) : 1;
    const std::uint64_t size = row_count * column_count;
    const std::span<float> source = buffers.source(size);
    const std::uint64_t start = first - inside + row * columns + column;
    if (column_count == columns) {
      ACC_RETURN_IF_ERROR(golden_.Read(start, source));
    } else {
      for (std::uint64_t index = 0; index < row_count; ++index) {
        ACC_RETURN_IF_ERROR(golden_.Read(start + index * columns,
                                         source.subspan(index * column_count, column_count)));
      }
    }
    Transpose(source.data(), row_count, column_count, out.data());
    out = out.subspan(size);
    first += size;
  }
  return OkStatus();
}

Status PairReader::ReadGeneral(std::uint64_t first, std::span<float> out,
                               PairBuffers& buffers) const {
  const std::size_t rank = order_.dims.size();
  // Golden's neighbours are neighbours along this axis of the target.
  const auto nearest = std::ranges::min_element(order_.strides) - order_.strides.begin();
  const std::uint64_t apart = std::accumulate(order_.dims.begin() + nearest + 1, order_.dims.end(),
                                              std::uint64_t{1}, std::multiplies<>());
  ScatteredReader golden(golden_, apart, buffers.source(ScatteredReader::kMemory));
  std::vector<std::uint64_t> at(rank);
  std::uint64_t source = 0;
  for (std::size_t axis = rank, rest = first; axis-- > 0; rest /= order_.dims[axis]) {
    at[axis] = rest % order_.dims[axis];
    source += at[axis] * order_.strides[axis];
  }
  for (float& value : out) {
    ACC_RETURN_IF_ERROR(golden.Read(source, value));
    for (std::size_t axis = rank; axis-- > 0;) {
      source += order_.strides[axis];
      if (++at[axis] < order_.dims[axis]) break;
      source -= at[axis] * order_.strides[axis];
      at[axis] = 0;
    }
  }
  return OkStatus();
}

}  // namespace acc
