// SPDX-License-Identifier: BSD-3-Clause
// A constant as a DLC stores it.
#pragma once

#include <optional>

#include "base/status.h"
#include "dlc/model.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/tensor.h"

namespace acc::dlc {

// What a reader of a constant wants: its elements under other dims of equal count, then permuted.
struct ConstantForm {
  Shape dims;
  Permutation permutation;

  Shape PermutedDims() const { return Permute(dims, permutation); }
};

struct StoredConstant {
  DataType type = DataType::kUndefined;
  acc::Tensor value;  // Of the form's permuted dims.
  std::optional<TensorEncoding> encoding;
};

// The type in which the target stores unquantized elements: 64 bits become 32, bfloat16 becomes
// float32, 4 bits become 8.
ElementType StoredElements(ElementType type);

// Whether the integers of a 64-bit tensor fit 32 bits; true for other types.
bool FitsTarget(const acc::Tensor& constant);

// In the type of StoredElements() where it fits; float elements as codes where there is an
// encoding: signed for symmetric ones and biases, a byte each up to 8 bits. Fails where the
// encoding does not fit the dims or its axis is lost in the form's dims.
Result<StoredConstant> StoreConstant(const acc::Tensor& constant, const TensorEncoding* encoding,
                                     const ConstantForm& form);

}  // namespace acc::dlc
