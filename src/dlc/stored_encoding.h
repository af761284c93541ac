// SPDX-License-Identifier: BSD-3-Clause
// Encodings as files hold them, counted as the elements are stored, and as the program has them,
// counted from 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/status.h"
#include "dlc/model.h"
#include "tensor/encoding.h"

namespace acc::dlc {

// real = scale * (stored + offset); stored elements are signed where their type is. A 0 stands for
// what the file leaves out, offset and `symmetric` apart.
struct StoredEncoding {
  std::uint32_t bitwidth = 0;
  double min = 0;
  double max = 0;
  double scale = 0;
  std::int64_t offset = 0;
  bool symmetric = false;
};

// The bitwidth comes from the type where it is left out, scale from min and max, and these from
// scale and offset. Signed codes around 0 are symmetric, whatever the flag says. Nothing where all
// are left out. Fails for a bitwidth that the type has not, and for numbers that are not finite.
Result<std::optional<Encoding>> FromStored(const StoredEncoding& stored, DataType type);

// Of a tensor: one entry, or one per channel along `axis`, which may count from the last dim (-1).
// Nothing where no entry says anything. Fails as above, and for entries that do not fit the dims.
Result<std::optional<TensorEncoding>> FromStored(std::span<const StoredEncoding> entries,
                                                 std::optional<int> axis, const Tensor& tensor);

// The offset may be one that files cannot hold: it is not checked.
StoredEncoding ToStored(const Encoding& encoding, DataType type);

}  // namespace acc::dlc
