// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {

Encoding EncodeTf(const Observation& observation, int bitwidth, bool symmetric) {
  return symmetric ? SymmetricEncoding(observation.min, observation.max, bitwidth)
                   : AsymmetricEncoding(observation.min, observation.max, bitwidth);
}

}  // namespace acc::quantize
