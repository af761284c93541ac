// SPDX-License-Identifier: BSD-3-Clause
// The flags of the source model, of its inputs and of its quantization.
#pragma once

#include <span>
#include <string>

#include "base/status.h"
#include "features/source_model/options.h"
#include "flags/flag.h"
#include "flags/rows.h"

namespace acc::features {

// All of them required.
flags::Rows<ModelOptions> ModelRows();
flags::Rows<QuantizationOptions> QuantizationRows();

flags::Flag InputListFlag();
flags::Flag QuantizationOverridesFlag();

// Reads the words NAME DIMS RAW [TYPE] of one --input_tensor; the failure is a usage error.
Result<InputTensor> ReadInputTensor(std::span<const std::string> words);

}  // namespace acc::features
