// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/foreign.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "model/onnx/onnx_format.h"

namespace acc::model::tflite {
namespace {

struct Sign {
  std::size_t at;
  std::string_view bytes;
  std::string_view what;
};

constexpr Sign kSigns[] = {
    {0, "PK\x03\x04", "a ZIP archive, such as DLC, Keras and task bundle files"},
    {0, "\x89HDF\r\n", "an HDF5 file, such as Keras models"},
    {0, "\x80\x02", "a pickled Python object"},
    {0, "\x80\x04", "a pickled Python object"},
    {0, "\x1F\x8B", "a gzip archive"},
    {0,
     "\x7F"
     "ELF",
     "a program or library"},
    {4, "TFL2", "a model of a TensorFlow Lite that was never released"},
    {4, "NETD", "a record of a DLC"},
    {4, "ORTM", "a model in ONNX Runtime's own format"},
    {0, "{", "a JSON file"},
    {0, "<", "an HTML or XML file: was a web page downloaded instead of the model?"},
    {0, "version https://git-lfs",
     "a pointer of Git LFS: fetch the file itself with 'git lfs pull'"},
};

// Graph.node, then NodeDef.name: a frozen graph. A SavedModel begins with its schema version.
bool LooksLikeFrozenGraph(std::string_view content) {
  const std::size_t node = content.substr(0, 8).find('\x0A', 1);
  return content.starts_with('\x0A') && node != std::string_view::npos && node <= 4;
}

bool LooksLikeSavedModel(std::string_view content) { return content.starts_with("\x08\x01\x12"); }

constexpr std::string_view kNext = "Give a .tflite file that the TensorFlow Lite converter wrote";

}  // namespace

std::string WhatFile(std::string_view content) {
  if (content.empty()) return fmt::format("it is empty. {}", kNext);
  const auto* sign = std::ranges::find_if(kSigns, [&](const Sign& candidate) {
    return content.substr(std::min(candidate.at, content.size())).starts_with(candidate.bytes);
  });
  if (sign != std::end(kSigns)) return fmt::format("it is {}. {}", sign->what, kNext);
  if (LooksLikeSavedModel(content)) {
    return fmt::format("it is a TensorFlow SavedModel, which has to be converted first. {}", kNext);
  }
  if (LooksLikeFrozenGraph(content)) {
    return "it looks like a frozen TensorFlow graph. Run it with --framework tensorflow";
  }
  if (LooksLikeOnnx(content)) return "it is an ONNX model. Run it with --framework onnx";
  return fmt::format("it lacks the letters TFL3 that every such file has. {}", kNext);
}

}  // namespace acc::model::tflite
