// SPDX-License-Identifier: BSD-3-Clause
#include "model/reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "model/onnx/onnx_format.h"
#include "model/tflite/tflite_format.h"

namespace acc::model {
namespace {

// A reader of a format that declares its inputs and outputs.
template <Result<Graph> (*read)(const std::filesystem::path&)>
Result<Graph> Whole(const std::filesystem::path& path, const Ends&) {
  return read(path);
}

constexpr std::array kReaders = {
    ReaderInfo{"onnx", "ONNX models (.onnx), with external data.", &LooksLikeOnnx, &Whole<ReadOnnx>,
               &Whole<ReadOnnx>, ".onnx"},
    ReaderInfo{"tflite", "TensorFlow Lite models (.tflite).", &LooksLikeTflite, &Whole<ReadTflite>,
               &Whole<OutlineTflite>, ".tflite"},
};

// Frameworks of the contract, whether this build has a reader for them or not.
constexpr std::array<std::string_view, 3> kFrameworks = {"onnx", "tflite", "tensorflow"};

}  // namespace

std::span<const ReaderInfo> Readers() { return kReaders; }

Result<const ReaderInfo*> FindReader(std::string_view framework) {
  const std::string wanted = ToLower(framework);
  std::vector<std::string> known;
  for (const ReaderInfo& reader : kReaders) {
    if (reader.framework == wanted) return &reader;
    known.emplace_back(reader.framework);
  }
  if (std::ranges::find(kFrameworks, wanted) != kFrameworks.end()) {
    return UsageError(
        fmt::format("this build has no reader for framework '{}'; it reads: {}. Convert the model "
                    "to one of these first.",
                    wanted, Join(known, ", ")));
  }
  const std::vector<std::string> frameworks(kFrameworks.begin(), kFrameworks.end());
  return UsageError(fmt::format("unknown framework '{}'; this build reads: {}.{}",
                                Printable(framework), Join(known, ", "),
                                DidYouMean(wanted, frameworks)));
}

}  // namespace acc::model
