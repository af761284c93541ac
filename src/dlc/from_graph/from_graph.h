// SPDX-License-Identifier: BSD-3-Clause
// From the converted graph, with ONNX semantics, to the operators of a DLC in the target's layouts.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "model/graph.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/value_info.h"

namespace acc::dlc {

// How a tensor of the graph is written.
struct TensorToWrite {
  AxisOrder axis_order = AxisOrder::kSource;  // Of the file.
  ValueInfo info;                             // Dims as the graph holds them.
};

struct GraphToWrite {
  const model::Graph& graph;
  std::string name;
  std::map<std::string, TensorToWrite> tensors;  // By name; all but the initializers.
  // Empty for a float DLC. Axes are the graph's. Tensors without an encoding, or with a float one,
  // are written as float32.
  std::map<std::string, TensorEncoding> activations;
  std::map<std::string, TensorEncoding> params;
  std::string converter_command;  // These as Model has them.
  std::string converter_version;
  std::string timestamp;
};

struct WrittenGraph {
  Model model;
  std::vector<std::string> warnings;  // One sentence each.
};

// Each tensor of the graph keeps its name; tensors that a change of layout or a split operator adds
// get names of their own. Constants are written in the layout that their reader wants, quantized
// where they have an encoding. An operator that is not translated is written under its ONNX name
// (package "ai.onnx", or its own domain) with a warning that says why: no QNN counterpart, or which
// trait of the node; ToGraph reads it back. Fails for tensors of unknown dims or without numbers,
// naming them.
Result<WrittenGraph> FromGraph(const GraphToWrite& graph);

}  // namespace acc::dlc
