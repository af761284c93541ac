// SPDX-License-Identifier: BSD-3-Clause
// Small TensorFlow Lite files for unit tests; tests/engines/tflite_models.py makes larger ones.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace acc::model::tflite {

inline std::unique_ptr<::tflite::TensorT> MakeTensor(std::string name, std::vector<int> dims) {
  auto tensor = std::make_unique<::tflite::TensorT>();
  tensor->name = std::move(name);
  tensor->shape = std::move(dims);
  return tensor;
}

// x -> `code` -> y, both [2].
inline ::tflite::ModelT OneOperator(::tflite::BuiltinOperator code) {
  ::tflite::ModelT model;
  model.version = 3;
  model.buffers.push_back(std::make_unique<::tflite::BufferT>());
  auto type = std::make_unique<::tflite::OperatorCodeT>();
  type->builtin_code = code;
  model.operator_codes.push_back(std::move(type));
  auto graph = std::make_unique<::tflite::SubGraphT>();
  graph->tensors.push_back(MakeTensor("x", {2}));
  graph->tensors.push_back(MakeTensor("y", {2}));
  graph->inputs = {0};
  graph->outputs = {1};
  auto node = std::make_unique<::tflite::OperatorT>();
  node->inputs = {0};
  node->outputs = {1};
  graph->operators.push_back(std::move(node));
  model.subgraphs.push_back(std::move(graph));
  return model;
}

inline std::string Serialized(const ::tflite::ModelT& model) {
  ::flatbuffers::FlatBufferBuilder builder;
  builder.Finish(::tflite::Model::Pack(builder, &model), "TFL3");
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

}  // namespace acc::model::tflite
