// SPDX-License-Identifier: BSD-3-Clause
// The source model that the user named, and the inputs given for it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/source_model/options.h"
#include "model/graph.h"
#include "model/reader/reader.h"
#include "store/input_list.h"

namespace acc::features {

struct SourceModel {
  model::Graph graph;
  std::vector<ValueInfo> inputs;  // With the dims that --input_tensor fixed.
  store::FileTypes file_types;    // What --input_tensor said of its files.
  bool is_channel_last = false;   // As ReaderInfo.
  model::Cut cut;                 // Where --input_tensor names inner tensors.
  model::StateTensors state;
};

// Reads the model and lines up --input_tensor and --output_tensor with it. An inner tensor that
// --input_tensor names cuts the model: what is before it is not read. Fails for an input or
// output that the model does not have (with a suggestion; a trailing ":0" more or less is
// tolerated), for an input left out or given twice, for dims that contradict the model's (printing
// both), and for an input of strings.
Result<SourceModel> ReadSourceModel(const ModelOptions& options);

// The same of the model in its framework's own operators (model::ReaderInfo::outline).
Result<SourceModel> OutlineSourceModel(const ModelOptions& options);

// What is cut off, and which state a run starts from, for store::Manifest::statements; nothing of a
// whole model without state.
std::vector<std::string> SourceStatements(const SourceModel& model);

// How the files of a quantized input hold it, where they hold codes instead of real numbers:
// because the user said that they have the type that the model stores, or `native`. Nothing for
// other inputs.
struct InputCodes {
  ElementType type = ElementType::kUint8;
  TensorEncoding encoding;
};
std::optional<InputCodes> CodesOf(const SourceModel& model, const std::string& input, bool native);

// The tensors of --input_tensor, by input name.
Result<store::NamedTensors> ReadInputTensors(const SourceModel& model, const ModelOptions& options);

// The same with codes (CodesOf) as the real numbers that they stand for.
Result<store::NamedTensors> ReadRealInputs(const SourceModel& model, const ModelOptions& options);

// The names of the model's weights, biases and other constants.
std::vector<std::string> ParamNames(const model::Graph& graph);

// `name` as the model spells it: itself, or with or without a trailing ":0".
std::string ModelSpelling(const std::string& name, const std::vector<std::string>& known);

}  // namespace acc::features
