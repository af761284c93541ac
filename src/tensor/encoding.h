// SPDX-License-Identifier: BSD-3-Clause
// How a tensor's real numbers map to integers on the target.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace acc {

// real = scale * (q + offset), 0 <= q < 2^bitwidth, as in Qualcomm's and AIMET's encodings: the
// offset is zero or negative, min = scale * offset, max = scale * (offset + 2^bitwidth - 1).
// A symmetric encoding has offset = -2^(bitwidth-1); stored signed, its zero point is 0.
struct Encoding {
  int bitwidth = 8;
  double min = 0;
  double max = 0;
  double scale = 1;
  std::int64_t offset = 0;
  bool symmetric = false;
};

// The encoding of a tensor: one entry, or one per channel along `axis`.
// A float encoding (bitwidth 16 or 32) says that the tensor is not quantized to integers.
struct TensorEncoding {
  std::vector<Encoding> channels;
  std::optional<int> axis;  // Set where `channels` is per channel; a source axis.
  bool is_float = false;

  bool per_channel() const { return axis.has_value(); }
};

}  // namespace acc
