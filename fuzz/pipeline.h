// SPDX-License-Identifier: BSD-3-Clause
// The way of an ONNX model to a DLC and back, without the runtime that checks it on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/status.h"
#include "convert/convert.h"
#include "dlc/from_graph/from_graph.h"
#include "model/graph.h"
#include "quantize/quantize.h"

namespace acc::fuzz {

// What a run's flags would say.
struct Choices {
  convert::Options conversion;
  quantize::Options quantization;
};

// Each bit of the number chooses something.
Choices ChoicesOf(std::uint64_t number);

// Every tensor that is to be calibrated has the same few values.
Result<quantize::QuantizedGraph> Quantize(const convert::TargetGraph& target,
                                          const quantize::Options& options);

// As a run writes it; `quantized` may be null.
dlc::GraphToWrite GraphToWrite(const convert::TargetGraph& target,
                               const quantize::QuantizedGraph* quantized);

// Writes, reads and translates the DLC. Aborts where a file that was written cannot be read.
void WriteAndReadBack(const dlc::GraphToWrite& graph, const std::filesystem::path& path);

}  // namespace acc::fuzz
