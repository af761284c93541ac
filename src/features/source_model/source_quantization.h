// SPDX-License-Identifier: BSD-3-Clause
// Models that their own file quantizes: what of it a run uses, and what the first lines say of it.
#pragma once

#include <string>
#include <vector>

#include "convert/convert.h"
#include "features/source_model/options.h"
#include "features/source_model/source_model.h"
#include "quantize/quantize.h"

namespace acc::features {

// Whether a file holds quantization, from its outline: encodings, or operators that quantize.
bool IsQuantized(const model::Graph& outline);

// Whether a target run quantizes with the encodings of the file.
bool KeepsSourceEncodings(const QuantizationOptions& options);

// For calibration: the converted graph of a quantized ONNX file, in which what the file's encodings
// saturate is cut off at their ends. Without that its values may be others than the file ever has,
// since quantizers leave out a Relu or Clip that a range stands for.
convert::TargetGraph Saturated(const convert::TargetGraph& converted);

// Of a golden run of a quantized file, for store::Manifest::statements.
std::vector<std::string> GoldenStatements(bool without_quantization);

// Of a target run: how many of the target's tensors have the file's encodings and which do not, or
// that the file's quantization is not used. Nothing for a file without any. `quantized` is null for
// a float run.
std::vector<std::string> TargetStatements(const QuantizationOptions& options,
                                          const model::Graph& source,
                                          const convert::TargetGraph& converted,
                                          const quantize::QuantizedGraph* quantized);

}  // namespace acc::features
