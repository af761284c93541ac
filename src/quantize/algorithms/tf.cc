// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/algorithms.h"
#include "quantize/encoding.h"

namespace acc::quantize {

Encoding EncodeTf(const Observation& observation, const EncodingRequest& request) {
  return request.symmetric ? SymmetricEncoding(observation.min, observation.max, request.bitwidth)
                           : AsymmetricEncoding(observation.min, observation.max, request.bitwidth);
}

}  // namespace acc::quantize
