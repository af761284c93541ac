// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/sparse.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "model/flatbuffer.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

// An honest file stores more than one element of this many.
constexpr std::uint64_t kSparsest = 1 << 14;
constexpr std::uint64_t kAlwaysBytes = 1 << 20;

struct Level {
  std::size_t axis = 0;     // Of the tensor.
  std::uint64_t scale = 1;  // How far neighbours are apart on the axis.
  std::uint64_t size = 0;   // Places.
  bool compressed = false;
  std::vector<std::uint64_t> segments;
  std::vector<std::uint64_t> indices;
};

template <typename Vector>
std::vector<std::uint64_t> Numbers(const Vector* vector) {
  std::vector<std::uint64_t> numbers;
  if (vector == nullptr) return numbers;
  for (std::uint32_t i = 0; i < SizeOf(vector->values()); ++i) {
    numbers.push_back(static_cast<std::uint64_t>(vector->values()->Get(i)));
  }
  return numbers;
}

std::vector<std::uint64_t> Segments(const schema::DimensionMetadata& level) {
  for (auto numbers : {Numbers(level.array_segments_as_Int32Vector()),
                       Numbers(level.array_segments_as_Uint16Vector()),
                       Numbers(level.array_segments_as_Uint8Vector())}) {
    if (!numbers.empty()) return numbers;
  }
  return {};
}

std::vector<std::uint64_t> Indices(const schema::DimensionMetadata& level) {
  for (auto numbers : {Numbers(level.array_indices_as_Int32Vector()),
                       Numbers(level.array_indices_as_Uint16Vector()),
                       Numbers(level.array_indices_as_Uint8Vector())}) {
    if (!numbers.empty()) return numbers;
  }
  return {};
}

class Reader {
 public:
  Reader(const schema::SparsityParameters& sparsity, const Shape& dims)
      : sparsity_(sparsity), dims_(dims), blocks_(dims.size(), 1) {}

  Result<std::vector<Level>> Read() {
    const std::uint32_t count = SizeOf(sparsity_.traversal_order());
    const bool fits = count == SizeOf(sparsity_.dim_metadata()) &&
                      count == dims_.size() + SizeOf(sparsity_.block_map());
    if (!fits) return Failure("its sparse format has not one level for each dim and block");
    ACC_RETURN_IF_ERROR(ReadBlocks());
    std::vector<Level> levels;
    std::vector<bool> seen(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::int32_t place = sparsity_.traversal_order()->Get(i);
      if (place < 0 || static_cast<std::uint32_t>(place) >= count ||
          seen[static_cast<std::size_t>(place)]) {
        return Failure("its sparse format walks over no permutation of its levels");
      }
      seen[static_cast<std::size_t>(place)] = true;
      ACC_ASSIGN_OR_RETURN(Level level, ReadLevel(static_cast<std::size_t>(place),
                                                  *sparsity_.dim_metadata()->Get(i)));
      levels.push_back(std::move(level));
    }
    return levels;
  }

 private:
  // The sizes of the blocks stand with their levels.
  Status ReadBlocks() {
    std::vector<bool> blocked(dims_.size());
    for (std::uint32_t i = 0; i < SizeOf(sparsity_.block_map()); ++i) {
      const auto axis = static_cast<std::size_t>(sparsity_.block_map()->Get(i));
      if (axis >= dims_.size() || blocked[axis]) {
        return Failure("its sparse format has blocks that are not along one dim each");
      }
      blocked[axis] = true;
    }
    for (std::uint32_t i = 0; i < SizeOf(sparsity_.traversal_order()); ++i) {
      const std::int64_t block =
          sparsity_.traversal_order()->Get(i) - static_cast<std::int64_t>(dims_.size());
      if (block < 0 || block >= SizeOf(sparsity_.block_map())) continue;
      const auto axis =
          static_cast<std::size_t>(sparsity_.block_map()->Get(static_cast<std::uint32_t>(block)));
      const std::int64_t size = sparsity_.dim_metadata()->Get(i)->dense_size();
      if (size <= 0 || dims_[axis] % size != 0) {
        return Failure("its sparse format has a block that does not fit its dims");
      }
      blocks_[axis] = size;
    }
    return OkStatus();
  }

  Result<Level> ReadLevel(std::size_t place, const schema::DimensionMetadata& metadata) {
    Level level;
    const bool is_block = place >= dims_.size();
    level.axis = is_block ? static_cast<std::size_t>(sparsity_.block_map()->Get(
                                static_cast<std::uint32_t>(place - dims_.size())))
                          : place;
    const std::int64_t block = blocks_[level.axis];
    level.scale = is_block ? 1 : static_cast<std::uint64_t>(block);
    level.size = static_cast<std::uint64_t>(is_block ? block : dims_[level.axis] / block);
    level.compressed = metadata.format() == schema::DimensionType_SPARSE_CSR;
    if (!level.compressed) {
      if (static_cast<std::uint64_t>(metadata.dense_size()) == level.size) return level;
      return Failure(fmt::format("its sparse format has {} places where the dims have {}",
                                 metadata.dense_size(), level.size));
    }
    level.segments = Segments(metadata);
    level.indices = Indices(metadata);
    const bool sorted = std::ranges::is_sorted(level.segments) && !level.segments.empty() &&
                        level.segments.back() <= level.indices.size();
    const auto is_inside = [&](std::uint64_t index) { return index < level.size; };
    if (sorted && std::ranges::all_of(level.indices, is_inside)) return level;
    return Failure("its sparse format has rows that do not fit their indices");
  }

  const schema::SparsityParameters& sparsity_;
  const Shape& dims_;
  std::vector<std::int64_t> blocks_;  // Along each axis.
};

class Walk {
 public:
  Walk(const std::vector<Level>& levels, const Shape& dims, std::size_t element_bytes,
       std::span<const std::byte> values, std::vector<std::byte>& dense)
      : levels_(levels), element_bytes_(element_bytes), values_(values), dense_(dense) {
    std::uint64_t stride = 1;
    strides_.resize(dims.size());
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      strides_[axis] = stride;
      stride *= static_cast<std::uint64_t>(dims[axis]);
    }
  }

  // `row` is the place among all of the level before.
  Status Go(std::size_t depth, std::uint64_t row, std::uint64_t offset) {
    if (depth == levels_.size()) return Put(offset);
    const Level& level = levels_[depth];
    const std::uint64_t step = level.scale * strides_[level.axis];
    if (!level.compressed) {
      for (std::uint64_t place = 0; place < level.size; ++place) {
        ACC_RETURN_IF_ERROR(Go(depth + 1, row * level.size + place, offset + place * step));
      }
      return OkStatus();
    }
    if (row + 1 >= level.segments.size()) {
      return Failure("its sparse format lacks the rows of a level");
    }
    for (std::uint64_t place = level.segments[row]; place < level.segments[row + 1]; ++place) {
      ACC_RETURN_IF_ERROR(Go(depth + 1, place, offset + level.indices[place] * step));
    }
    return OkStatus();
  }

 private:
  Status Put(std::uint64_t offset) {
    if (values_.size() < element_bytes_) return Failure("it has fewer values than places");
    std::memcpy(dense_.data() + offset * element_bytes_, values_.data(), element_bytes_);
    values_ = values_.subspan(element_bytes_);
    return OkStatus();
  }

  const std::vector<Level>& levels_;
  std::size_t element_bytes_;
  std::span<const std::byte> values_;
  std::vector<std::byte>& dense_;
  std::vector<std::uint64_t> strides_;
};

}  // namespace

Result<Tensor> Densified(const schema::SparsityParameters& sparsity, ElementType type,
                         const Shape& dims, std::span<const std::byte> values) {
  const auto count = ElementCount(dims);
  const std::uint64_t element = ByteSize(type, 1);
  const bool is_packed = type == ElementType::kInt4 || type == ElementType::kUint4;
  const std::uint64_t most = kSparsest * values.size() + kAlwaysBytes;
  if (!count || element == 0 || is_packed || ByteSize(type, *count) > most) {
    return Failure(fmt::format("{} {} cannot be made of {} sparse bytes", Name(type), ToText(dims),
                               values.size()));
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<Level> levels, Reader(sparsity, dims).Read());
  std::vector<std::byte> dense(ByteSize(type, *count));
  ACC_RETURN_IF_ERROR(Walk(levels, dims, element, values, dense).Go(0, 0, 0));
  return Tensor::Create(type, dims, std::move(dense));
}

}  // namespace acc::model::tflite
