// SPDX-License-Identifier: BSD-3-Clause
// The bytes of static tensors as version 4 holds them: one record of bytes, and one that says where
// each tensor's lie.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <string_view>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// The record "model.params.bin": the data of all static tensors, each from a multiple of 4 bytes
// on, as QNN's serializer lays them. The pieces point into the model: nothing is copied, whatever
// the size.
using DataPieces = std::vector<std::string_view>;

// Writes the record "model.params" into `builder`, without its header: a range of the pieces for
// every static tensor of the graphs and of their nodes' attributes. Those of attributes, which are
// small, lie inside as well, for readers that look nowhere else (Netron). Fails for a static tensor
// with elements and without data.
Result<DataPieces> WriteData(const Model& model, flatbuffers::FlatBufferBuilder& builder);

}  // namespace acc::dlc
