// SPDX-License-Identifier: BSD-3-Clause
// Measures the layers of a target model by themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/dissection/error_injection.h"
#include "features/dissection/line_values.h"
#include "features/target_run/target_run.h"
#include "store/dissection.h"
#include "target/engine.h"
#include "target/program.h"

namespace acc::features {

struct LayersToMeasure {
  const TargetModel& model;
  const LineValues& values;
  target::Engine& engine;         // That ran the whole model.
  bool is_host = false;           // It is the host's.
  std::filesystem::path scratch;  // A folder for values that two runs make; it is there.
  std::uint64_t memory_budget_bytes = 0;
};

// What something makes of a tensor of float32, kNone standing for all of the layer; not from
// several threads at once.
using ErrorSink = std::function<Status(const std::string& tensor, store::ErrorPart part,
                                       const ErrorOfTensor& error)>;

// The converted graph in float, with the tensors that the target stores as taps.
target::Program FloatProgramOf(const LayersToMeasure& layers);

struct MeasuredLayers {
  // One for each tensor that the graph takes or a group of nodes makes, in the graph's order. What
  // cannot be measured has a reason.
  std::vector<store::LayerErrors> layers;
  // Of tensors of float32, in the scratch folder.
  struct Files {
    std::filesystem::path from;
    std::filesystem::path to;
  };
  std::map<std::string, Files> own_errors;
};

Result<MeasuredLayers> MeasureLayers(const LayersToMeasure& layers);

// The layers that hold these nodes, with what they make on the target alone: isolated, arithmetic,
// the processor and the reason are set, the others may be missing.
Result<std::vector<store::LayerErrors>> MeasureNodes(const LayersToMeasure& layers,
                                                     const std::set<std::string>& nodes);

// The errors that weights, biases, output rounding and arithmetic add to these tensors, each alone.
Status PartsOf(const LayersToMeasure& layers, const std::set<std::string>& tensors,
               const ErrorSink& sink);

// The error that a layer has in float, fed golden, with some of its constants rounded by these
// encodings and all others as they are. Fails where the layer cannot run alone.
Result<ErrorOfTensor> ErrorOfParams(const LayersToMeasure& layers, const std::string& tensor,
                                    const std::map<std::string, TensorEncoding>& encodings);

// What the target makes of a layer with other encodings, fed golden. Fails where the layer cannot
// run alone.
Result<ErrorOfTensor> ErrorOnTarget(const LayersToMeasure& layers, const std::string& tensor,
                                    const std::map<std::string, TensorEncoding>& encodings);

// The tensors that a layer reads, by the names of the target's graph.
std::vector<std::string> InputsOf(const LayersToMeasure& layers, const std::string& tensor);

}  // namespace acc::features
