// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow Lite files (.tflite) to the graph.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"

namespace acc::model {

// The model in TensorFlow Lite's own operators: inputs, outputs and nodes of the first subgraph,
// each node named after its first output, without constants. Quantized inputs are float32;
// `source_tensors` has every tensor that is no constant, `source_params` the encodings of those
// that are. Fails for a truncated or foreign file, saying what it is. Cut as PlanCut says.
Result<Graph> OutlineTflite(const std::filesystem::path& path, const Ends& ends = {});

// The model translated: constants dense, quantized tensors as float32 with their encodings in
// `source_tensors` and `source_params`, images channel-first inside, inputs and outputs as the file
// has them. Operators without a translation are of the domain kUntranslatedDomain. Fails as
// OutlineTflite does, and for operators that contradict their tensors.
Result<Graph> ReadTflite(const std::filesystem::path& path, const Ends& ends = {});

// The same of a file's content; `name` for a graph that has none.
Result<Graph> ParseTflite(std::string_view content, const std::string& name);

}  // namespace acc::model
