// SPDX-License-Identifier: BSD-3-Clause
// Opens a model file as a graph, whatever its format.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "tensor/shape.h"
#include "tensor/value_info.h"

namespace acc::model {

// What inputs in the middle of a model leave out.
struct Cut {
  std::vector<std::string> at = {};  // The inner tensors that are inputs; empty for a whole model.
  std::size_t nodes = 0;             // That would run if these were not given.
};

// Tensors of a model that keeps a state from one run to the next, as one run from its initial state
// sees them.
struct StateTensors {
  std::vector<std::string> initial = {};  // What is read of it: constants of the graph.
  std::vector<std::string> next = {};     // What it is afterwards.
};

// What of a model is wanted, by names that it may not have; a trailing ":0" more or less is
// tolerated. Formats that declare their inputs and outputs are read whole, unless an input is a
// tensor that a node makes: then the model begins there, and ends at `outputs`, if any are named.
struct Ends {
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::map<std::string, Shape> dims =
      {};  // Of inputs, by the same names, for what files leave open.
  // Of inner tensors whose type the file leaves open.
  std::map<std::string, ValueInfo> types = {};
  // Where not null, these get what is left out, and the state.
  Cut* cut = nullptr;
  StateTensors* state = nullptr;
};

// A row of the table of formats. The content decides; the file's extension is only a hint for
// errors.
struct ReaderInfo {
  std::string_view framework;  // As on the command line: "onnx".
  std::string_view summary;    // One line, for --help and the docs.
  bool (*matches)(std::string_view first_bytes);
  Result<Graph> (*read)(const std::filesystem::path& path, const Ends& ends);
  // The model in its framework's own operators: what a golden run shows. It may lack constants.
  // Models that cannot be translated have one too.
  Result<Graph> (*outline)(const std::filesystem::path& path, const Ends& ends);
  std::string_view extension;    // Of files in a folder of models.
  bool is_channel_last = false;  // How its models store images.
};

std::span<const ReaderInfo> Readers();

// The reader of `framework` (any case), or a usage error that lists the known ones.
Result<const ReaderInfo*> FindReader(std::string_view framework);

}  // namespace acc::model
