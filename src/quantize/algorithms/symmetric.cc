// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {

Encoding EncodeSymmetric(const Observation& observation, const EncodingRequest& request) {
  return SymmetricEncoding(observation.min, observation.max, request.bitwidth);
}

}  // namespace acc::quantize
