// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"

namespace acc::features {

// The elements as float32, copied only where they are something else.
class Floats {
 public:
  static Result<Floats> Of(const TensorView& tensor) {
    Floats floats;
    if (tensor.type == ElementType::kFloat32) {
      floats.values_ = {reinterpret_cast<const float*>(tensor.bytes.data()),
                        tensor.bytes.size() / sizeof(float)};
      return floats;
    }
    ACC_ASSIGN_OR_RETURN(floats.copy_, ToFloats(tensor));
    floats.is_copy_ = true;
    return floats;
  }
  std::span<const float> values() const { return is_copy_ ? std::span(copy_) : values_; }

 private:
  bool is_copy_ = false;
  std::vector<float> copy_;
  std::span<const float> values_;
};

}  // namespace acc::features
