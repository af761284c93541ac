// SPDX-License-Identifier: BSD-3-Clause
#include "model/reader.h"

#include <fmt/format.h>

#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/onnx/onnx_format.h"
#include "model/onnx/quantization.h"
#include "model/tensorflow/tensorflow_format.h"
#include "model/tflite/tflite_format.h"

namespace acc::model {
namespace {

// A reader of a format that declares its inputs and outputs.
template <Result<Graph> (*read)(const std::filesystem::path&)>
Result<Graph> Whole(const std::filesystem::path& path, const Ends&) {
  return read(path);
}

Result<Graph> ReadOnnxInFloat(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(Graph graph, ReadOnnx(path));
  return WithoutQuantization(std::move(graph));
}

Result<Graph> OutlineOnnx(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(Graph graph, ReadOnnx(path));
  return WithDescribedCodes(std::move(graph));
}

constexpr std::array kReaders = {
    ReaderInfo{"onnx", "ONNX models (.onnx), with external data.", &LooksLikeOnnx,
               &Whole<ReadOnnxInFloat>, &Whole<OutlineOnnx>, ".onnx"},
    ReaderInfo{"tflite", "TensorFlow Lite models (.tflite).", &LooksLikeTflite, &Whole<ReadTflite>,
               &Whole<OutlineTflite>, ".tflite", true},
    ReaderInfo{"tensorflow", "Frozen TensorFlow 1.x graphs (.pb).", &LooksLikeTensorflow,
               &ReadTensorflow, &OutlineTensorflow, ".pb", true},
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
