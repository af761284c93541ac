// SPDX-License-Identifier: BSD-3-Clause
#include "model/reader/reader.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/graph.h"
#include "model/onnx/onnx_format.h"
#include "model/onnx/quantization.h"
#include "model/tensorflow/tensorflow_format.h"
#include "model/tflite/tflite_format.h"

namespace acc::model {
namespace {

Result<Graph> ReadOnnxInFloat(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(Graph graph, ReadOnnx(path, ends));
  return WithoutQuantization(std::move(graph));
}

Result<Graph> OutlineOnnx(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(Graph graph, ReadOnnx(path, ends));
  return WithDescribedCodes(std::move(graph));
}

// A graph whose names every runtime can look up.
template <auto read>
Result<Graph> Named(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(Graph graph, read(path, ends));
  const Status names = CheckNames(graph);
  if (names.ok()) return graph;
  return names.WithContext(fmt::format("cannot run the model '{}'", Printable(path.native())));
}

constexpr std::array kReaders = {
    ReaderInfo{"onnx", "ONNX models (.onnx), with external data.", &Named<ReadOnnxInFloat>,
               &Named<OutlineOnnx>, ".onnx"},
    ReaderInfo{"tflite", "TensorFlow Lite models (.tflite).", &Named<ReadTflite>,
               &Named<OutlineTflite>, ".tflite", true},
    ReaderInfo{"tensorflow", "Frozen TensorFlow 1.x graphs (.pb).", &Named<ReadTensorflow>,
               &Named<OutlineTensorflow>, ".pb", true},
};

}  // namespace

std::span<const ReaderInfo> Readers() { return kReaders; }

Result<const ReaderInfo*> FindReader(std::string_view framework) {
  const std::string wanted = ToLower(framework);
  std::vector<std::string> known;
  for (const ReaderInfo& reader : kReaders) {
    if (reader.framework == wanted) return &reader;
    known.emplace_back(reader.framework);
  }
  return UsageError(fmt::format("unknown framework '{}'; this build reads: {}.{}",
                                Printable(framework), Join(known, ", "),
                                DidYouMean(wanted, known)));
}

}  // namespace acc::model
