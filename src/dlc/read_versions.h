// SPDX-License-Identifier: BSD-3-Clause
// The readers of each version, behind Read().
#pragma once

#include <cstddef>
#include <span>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Records without the 8 bytes of their header; empty where the archive lacks them.
struct RecordBytes {
  std::span<const std::byte> model;     // A FlatBuffer of identifier NETD.
  std::span<const std::byte> params;    // One of identifier NETP, or NR64.
  std::span<const std::byte> external;  // "model.params.bin", which has no header.
};

// Append the file's graphs to `model`, and to its notes. What they make points into the records.
// CheckGraph() is left to the caller.
//
// Version 3: no public sample of a quantized file could be had. Nodes, attributes, "OutputDims" and
// weights are as public readers of such files take them; inferred is that a group of attributes
// with "min" and "max" (and "bitwidth", "delta") is the encoding of the weight that has it, or of
// the output of the node that its number or that of a group around it names, the first otherwise.
// Inputs are the tensors of nodes of type Input, which become no nodes. Weights become inputs of
// their nodes, named "node.weight". Groups of other attributes are named "group.member".
Status ReadVersion3(const RecordBytes& records, Model& model);
Status ReadVersion4(const RecordBytes& records, Model& model);

// The weights of version 4: inside "model.params", beside it in "model.params.bin", or as buffers
// without names (NR64).
// Points the data of static tensors, and of tensors that are attributes, into the records. Fails
// for a tensor with elements and without data, and for data outside of their record.
Status ReadData(const RecordBytes& records, std::vector<Graph>& graphs);

}  // namespace acc::dlc
