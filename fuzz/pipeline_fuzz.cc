// SPDX-License-Identifier: BSD-3-Clause
// Feeds what lies behind the reader of ONNX models: conversion, quantization and the DLC's writer
// and reader get graphs whose attributes, dims and inputs no runtime has checked. The file's
// model_version says which flags the run has.
#include <onnx.pb.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "declared_oracle.h"
#include "memory_file.h"
#include "model/onnx/onnx_format.h"
#include "model/onnx/types.h"
#include "model/reader/reader.h"
#include "onnx_mutator.h"
#include "pipeline.h"
#include "quantize/coverage.h"
#include "scratch_folder.h"

namespace acc::fuzz {
namespace {

std::map<std::string, ValueInfo> DeclaredTypes(const onnx::GraphProto& graph) {
  std::map<std::string, ValueInfo> types;
  for (const auto* values : {&graph.value_info(), &graph.output()}) {
    for (const onnx::ValueInfoProto& value : *values) {
      if (const auto info = model::ValueInfoFromOnnx(value); info.ok()) types[value.name()] = *info;
    }
  }
  return types;
}

void Run(const model::Graph& graph, const onnx::ModelProto& file) {
  const Choices choices = ChoicesOf(static_cast<std::uint64_t>(file.model_version()));
  DeclaredOracle oracle(DeclaredTypes(file.graph()));
  const auto target = convert::Convert(graph, choices.conversion, oracle);
  if (!target.ok()) return;
  static_cast<void>(model::SerializeOnnx(target->graph).ok());
  WriteAndReadBack(GraphToWrite(*target, nullptr), Folder() / "base.dlc");
  const auto quantized = Quantize(*target, choices.quantization);
  if (!quantized.ok()) return;
  static_cast<void>(model::SerializeOnnx(quantized->graph).ok());
  quantize::Types types;
  for (const auto& [name, tensor] : target->tensors) types[name] = tensor.info;
  static_cast<void>(quantize::CoverageOf(target->graph, types, *quantized, false));
  WriteAndReadBack(GraphToWrite(*target, &*quantized), Folder() / "base_quantized.dlc");
}

void Read(std::string_view input) {
  onnx::ModelProto file;
  if (!file.ParseFromArray(input.data(), static_cast<int>(input.size()))) return;
  const MemoryFile memory(input);
  const model::ReaderInfo& reader = **model::FindReader("onnx");
  const auto graph = reader.read(memory.path(), {});
  static_cast<void>(reader.outline(memory.path(), {}).ok());
  if (graph.ok()) Run(*graph, file);
}

}  // namespace
}  // namespace acc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  acc::fuzz::Read({reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  return acc::fuzz::MutateOnnx(data, size, max_size, seed);
}
