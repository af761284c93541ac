// SPDX-License-Identifier: BSD-3-Clause
#include "model/flatbuffer.h"
#include "model/tflite/cut.h"
#include "model/tflite/file.h"
#include "model/tflite/state.h"
#include "model/tflite/tflite_format.h"

namespace acc::model {
namespace {

using tflite::File;

Node Outlined(const File& file, const tflite::schema::Operator& node) {
  Node outlined;
  outlined.op_type = file.Type(node);
  outlined.inputs = file.Names(node.inputs());
  outlined.outputs = file.Names(node.outputs());
  if (!outlined.outputs.empty()) outlined.name = outlined.outputs.front();
  return outlined;
}

}  // namespace

Graph tflite::OutlineOf(const File& file) {
  Graph graph;
  graph.name = file.name();
  for (std::uint32_t i = 0; i < SizeOf(file.graph().inputs()); ++i) {
    graph.inputs.push_back(InputInfo(file.tensor(file.graph().inputs()->Get(i))));
  }
  for (std::uint32_t i = 0; i < SizeOf(file.graph().outputs()); ++i) {
    graph.outputs.push_back(InputInfo(file.tensor(file.graph().outputs()->Get(i))));
  }
  for (std::uint32_t i = 0; i < SizeOf(file.graph().operators()); ++i) {
    graph.nodes.push_back(Outlined(file, *file.graph().operators()->Get(i)));
  }
  for (const FileTensor& tensor : file.tensors()) {
    if (!tensor.is_constant) {
      graph.source_tensors[tensor.name] = {.type = tensor.type, .encoding = tensor.encoding};
    } else if (tensor.encoding) {
      graph.source_params[tensor.name] = *tensor.encoding;
    }
  }
  return graph;
}

Result<Graph> OutlineTflite(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(const File file, tflite::OpenCut(path, ends));
  if (ends.state != nullptr) *ends.state = tflite::StateOf(file);
  return tflite::OutlineOf(file);
}

}  // namespace acc::model
