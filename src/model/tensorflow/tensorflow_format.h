// SPDX-License-Identifier: BSD-3-Clause
// Frozen TensorFlow 1.x graphs (.pb) to the graph.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"

namespace acc::model {

// Tensors are named as TensorFlow names them, "op:port"; `ends` may leave ":0" out.
//
// Both functions take what the outputs of `ends` need, down to the inputs of `ends` and to the
// placeholders; without known outputs, what nothing reads is an output. Any op may be an input.
// A placeholder with a default that is no input of `ends` is its default. Both fail for a truncated
// or foreign file, saying what it is, and for ops that read what is not there.

// The model in TensorFlow's own ops: what a golden run shows. Constants, and identities of
// constants, are left out; the edges that close while loops are too.
Result<Graph> OutlineTensorflow(const std::filesystem::path& path, const Ends& ends);

// The ops that these ends need, as a serialized GraphDef: all that the framework has to load.
Result<std::string> NeededTensorflow(const std::filesystem::path& path, const Ends& ends);

// Translated into ONNX operators; every tensor of the file is held in the file's own axis order.
// Images pass a Transpose before and after each operator that ONNX defines channel-first. Ops for
// fake quantization are identities whose encodings are in `source_tensors`. Fails with the counts
// of all ops that have no translation, at once.
Result<Graph> ReadTensorflow(const std::filesystem::path& path, const Ends& ends);

}  // namespace acc::model
