// SPDX-License-Identifier: BSD-3-Clause
// The part of the inference engine behind conversion and quantization: what is captured on the
// target, and the files that describe it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/source_model/input_lines.h"
#include "quantize/quantize.h"
#include "store/graph_struct.h"
#include "store/manifest.h"
#include "target/engine.h"

namespace acc::features {

// A converted graph with, for an integer target, its quantized form.
struct TargetModel {
  convert::TargetGraph converted;  // Its tensors are the model's; values that the way to ONNX's
                                   // operators adds are in the graph alone.
  std::optional<quantize::QuantizedGraph> quantized;
  bool half = false;
  std::vector<std::string> statements;  // What making it has to say; store::Manifest::statements.
  std::set<std::string> selected;       // All that is captured; empty for every tensor.
  store::GraphStruct structure;  // Who makes each tensor, under the names that the user knows.
};

// The graph that the target runs.
const model::Graph& ExecutedGraph(const TargetModel& model);

// All tensors that the target stores, of those selected, as taps; `final_only`: the graph's
// outputs.
target::Program ProgramOf(const TargetModel& model, bool final_only);

struct TargetRunResult {
  std::size_t tensors = 0;  // Captured per line.
  std::size_t wanted = 0;   // That were to be captured.
  std::string lost_output;  // One sentence on an output that was not captured, or "".
  // Of the run that captured nothing but the outputs, or of the only run; see Engine::places.
  std::vector<target::NodePlace> places;
  std::vector<std::string> statements;  // As written to each line's tensors.json.
};

// Captures every line into <run>/output/Result_N and checks the final outputs against a run that
// captures nothing else.
Result<TargetRunResult> RunTarget(const TargetModel& model, const InputLines& lines,
                                  target::Engine& engine, bool final_only, bool native_outputs,
                                  const std::filesystem::path& run);

// A converted graph for the report's order, dims in the target's axis order.
store::GraphStruct GraphStructOf(const convert::TargetGraph& converted,
                                 const std::string& model_name);

// Target to source names, of the tensors that the target stores.
store::TensorMapping MappingOf(const TargetModel& model);

}  // namespace acc::features
