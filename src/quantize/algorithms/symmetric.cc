// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {

Encoding EncodeSymmetric(const Observation& observation, int bitwidth, bool /*symmetric*/) {
  return SymmetricEncoding(observation.min, observation.max, bitwidth);
}

}  // namespace acc::quantize
