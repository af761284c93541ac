// SPDX-License-Identifier: BSD-3-Clause
// How each operator of the graph is written: a row of a table for each, a file for each family.
#pragma once

#include <span>
#include <string_view>

#include "dlc/from_graph/builder.h"
#include "model/graph.h"

namespace acc::dlc {

struct OperatorRow {
  std::string_view op_type;
  // Writes the node. False where QNN has no way to say what it does; then nothing was added, and
  // Builder::Refuse() may have the reason.
  bool (*write)(Builder& builder, const model::Node& node);
  std::string_view domain = "";  // The standard's.
};

// Null for an operator that QNN does not have.
const OperatorRow* FindRow(const model::Node& node);

// Under the operator's own name, with its own attributes, axis order and element types.
void WriteAsItIs(Builder& builder, const model::Node& node);
// The package that the file names for such a node: by it, readers tell it from QNN's own.
std::string_view PackageOf(const model::Node& node);

std::span<const OperatorRow> ActivationRows();
std::span<const OperatorRow> ConvolutionRows();
std::span<const OperatorRow> ElementWiseRows();
std::span<const OperatorRow> IndexingRows();
std::span<const OperatorRow> MatrixRows();
std::span<const OperatorRow> MovementRows();
std::span<const OperatorRow> NormalizationRows();
std::span<const OperatorRow> PoolRows();
std::span<const OperatorRow> RecurrentRows();
std::span<const OperatorRow> ReductionRows();
std::span<const OperatorRow> ResizeRows();
std::span<const OperatorRow> SliceRows();
std::span<const OperatorRow> SpaceRows();
std::span<const OperatorRow> TypeRows();

}  // namespace acc::dlc
