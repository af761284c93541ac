// SPDX-License-Identifier: BSD-3-Clause
// One layer as a model of its own: what a report of a fault needs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/dissection/layer_errors.h"

namespace acc::features {

// A usage error of --only, with a suggestion, for a name of no tensor or node.
Status CheckLayerName(const TargetModel& model, const std::string& name);

// Writes into `folder`, which is made: model.onnx, the layer in float; its golden inputs and
// outputs as .raw files; input_list.txt; encodings.json, what the target quantizes with; and
// command.txt, which runs it with `engine_words` (the flags that choose the target). `name` is a
// tensor or node of the layer, under the target's name or the source's. Fails, with a suggestion,
// for a name of no layer, and for a layer that cannot run alone.
Status WriteLayer(const LayersToMeasure& layers, const std::string& name,
                  const std::vector<std::string>& engine_words,
                  const std::filesystem::path& folder);

}  // namespace acc::features
