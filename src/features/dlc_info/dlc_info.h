// SPDX-License-Identifier: BSD-3-Clause
// What --dlc_info prints of a DLC.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "dlc/model.h"

namespace acc::features {

struct ModelFile {
  std::string path;
  std::uint64_t bytes = 0;
  dlc::Model model;
};

// The tensors of a graph, by name; of two of one name, the first.
using TensorsByName = std::map<std::string_view, const dlc::Tensor*>;
TensorsByName ByName(const dlc::Graph& graph);

struct Totals {
  std::uint64_t parameters = 0;  // Elements of static tensors, attributes apart.
  std::uint64_t bytes = 0;       // Of their data.
  std::uint64_t macs = 0;        // Of the nodes whose MultiplyAccumulates are known.
  std::uint64_t nodes_with_macs = 0;
};
Totals TotalsOf(const dlc::Graph& graph);

// Multiplications and additions in pairs: of convolutions, transposed ones, FullyConnected, MatMul,
// Lstm and Gru, and of nodes under ONNX names those of model/macs.h. Nothing for other operators,
// and where a tensor that it depends on is missing.
std::optional<std::uint64_t> MultiplyAccumulates(const dlc::Node& node,
                                                 const TensorsByName& tensors);

// Elements of the static tensors among the node's inputs.
std::uint64_t ParameterCount(const dlc::Node& node, const TensorsByName& tensors);

// "input", "output", "native", "static", "null"
std::string_view KindName(dlc::TensorKind kind);

// Elements, 0 where the dims do not say.
std::uint64_t Elements(const dlc::Tensor& tensor);

// For a terminal, in at most 120 columns where names allow it. Touches no weights.
std::string DlcInfoText(const ModelFile& file);

// As docs/dlc-info.md describes it. Reads all weights, for their least and largest values.
Json DlcInfoJson(const ModelFile& file);

}  // namespace acc::features
