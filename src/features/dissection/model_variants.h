// SPDX-License-Identifier: BSD-3-Clause
// The model of a dissection quantized another way, whole or its constants alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/target_run/target_run.h"
#include "quantize/quantize.h"
#include "target/program.h"
#include "tensor/encoding.h"

namespace acc::features {

// The quantized model with these encodings, of activations or constants, instead of its own.
Result<quantize::QuantizedGraph> QuantizedWith(
    const TargetModel& model, const std::map<std::string, TensorEncoding>& encodings);

// The quantized model with a tensor and the constants of its layer's nodes left in float.
Result<quantize::QuantizedGraph> QuantizedWithout(const TargetModel& model,
                                                  const std::string& tensor,
                                                  const std::vector<std::string>& nodes);

// The constants that the nodes of a layer read and the target quantizes: weights, or biases.
std::vector<std::string> ParamsOf(const TargetModel& model, const std::vector<std::string>& nodes,
                                  bool biases);

// The encodings of the weights, or of the biases.
std::map<std::string, TensorEncoding> EncodingsOf(const TargetModel& model, bool biases);

// With constants as these encodings leave them.
target::Program Rounded(target::Program program,
                        const std::map<std::string, TensorEncoding>& encodings);

}  // namespace acc::features
