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
#include "features/dissection/line_values.h"
#include "features/target_run/target_run.h"
#include "store/dissection.h"
#include "target/engine.h"

namespace acc::features {

// Nothing for what holds no numbers, for other sizes, and where there is no signal.
std::optional<double> SqnrOf(const Tensor& reference, const Tensor& value);

struct LayersToMeasure {
  const TargetModel& model;
  const LineValues& values;
  target::Engine& engine;         // That ran the whole model.
  bool is_host = false;           // It is the host's.
  std::filesystem::path scratch;  // A folder for values that two runs make; it is there.
  std::uint64_t memory_budget_bytes = 0;
};

// The error that something adds to a tensor, of its dims; not from several threads at once.
using ErrorSink =
    std::function<Status(const std::string& tensor, store::ErrorPart part, const Tensor& error)>;

struct MeasuredLayers {
  // One for each tensor that the graph takes or a group of nodes makes, in the graph's order. What
  // cannot be measured has a reason.
  std::vector<store::LayerErrors> layers;
  std::map<std::string, std::filesystem::path> own_errors;  // float32, in the scratch folder.
};

Result<MeasuredLayers> MeasureLayers(const LayersToMeasure& layers);

// The errors that weights, biases, output rounding and arithmetic add to these tensors, each alone.
Status PartsOf(const LayersToMeasure& layers, const std::set<std::string>& tensors,
               const ErrorSink& sink);

// The error that a layer has in float, fed golden, with some of its constants rounded by these
// encodings and all others as they are. Fails where the layer cannot run alone.
Result<Tensor> ErrorOfParams(const LayersToMeasure& layers, const std::string& tensor,
                             const std::map<std::string, TensorEncoding>& encodings);

// The constants that the nodes of a layer read and the target quantizes: weights, or biases.
std::vector<std::string> ParamsOf(const LayersToMeasure& layers,
                                  const std::vector<std::string>& nodes, bool biases);

}  // namespace acc::features
