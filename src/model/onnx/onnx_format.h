// SPDX-License-Identifier: BSD-3-Clause
// ONNX files to and from the graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"
#include "tensor/element_type.h"

namespace acc::model {

// Reads a model and the external data it names (only inside the model's own folder).
// Fails for a truncated or foreign file, for tensors whose data do not fit their dimensions, for
// graphs with a cycle or with two nodes that make one tensor. Nesting of subgraphs is limited
// to 32. Calls of model-local functions are inlined. Cut as CutAt does it.
Result<Graph> ReadOnnx(const std::filesystem::path& path, const Ends& ends = {});

// A serialized ModelProto whose functions are inlined as ReadOnnx does it, tensors under the same
// names. References to external data stay what they are.
Result<std::string> InlineOnnx(std::string_view model);

// The same of the part of the model that `cut` is: its nodes, inputs and outputs alone.
Result<std::string> CutOnnx(std::string_view model, const Graph& cut);

// A ModelProto, serialized. Fails above protobuf's limit of 2 GiB.
Result<std::string> SerializeOnnx(const Graph& graph);

// A graph for an attribute, from the bytes that SerializeOnnx made of it: its nodes may also read
// tensors of the graphs around it. Fails as ReadOnnx does, and for external data.
Result<Graph> ParseSubgraph(std::span<const std::byte> bytes);

// The standard's number of an element type, as Cast and its like have it in an attribute; 0 for
// kUndefined.
std::int64_t OnnxTypeNumber(ElementType type);

// Bytes that, appended to a serialized ModelProto, make `tensors` outputs of its graph (protobuf
// merges concatenated messages). The types are left to the runtime's inference.
std::string ExtraOutputs(std::span<const std::string> tensors);

}  // namespace acc::model
