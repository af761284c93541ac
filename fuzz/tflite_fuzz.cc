// SPDX-License-Identifier: BSD-3-Clause
// Feeds the readers of TensorFlow Lite files with what libFuzzer makes: the golden run's outline,
// the translation, and the file with more outputs, which must read as well as the file itself.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

#include "model/tflite/capture.h"
#include "model/tflite/tflite_format.h"

namespace acc::model {
namespace {

void ReadAgain(const CapturableTflite& file) {
  std::vector<int> tensors(file.tensors().size());
  std::iota(tensors.begin(), tensors.end(), 0);
  const auto content = file.WithOutputs(tensors);
  if (!content.ok()) return;
  const auto again = CapturableTflite::Parse(*content, "again");
  if (!again.ok() || again->tensors().size() != tensors.size()) std::abort();
}

}  // namespace
}  // namespace acc::model

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string content(reinterpret_cast<const char*>(data), size);
  static_cast<void>(acc::model::ParseTflite(content, "fuzz").ok());
  const auto file = acc::model::CapturableTflite::Parse(content, "fuzz");
  if (file.ok()) acc::model::ReadAgain(*file);
  return 0;
}
