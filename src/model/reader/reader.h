// SPDX-License-Identifier: BSD-3-Clause
// Opens a model file as a graph, whatever its format.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"

namespace acc::model {

// A row of the table of formats.
struct ReaderInfo {
  std::string_view framework;  // As on the command line: "onnx".
  std::string_view summary;    // One line, for --help and the docs.
  Result<Graph> (*read)(const std::filesystem::path& path, const Ends& ends);
  // The model in its framework's own operators: what a golden run shows. It may lack constants.
  // Models that cannot be translated have one too.
  Result<Graph> (*outline)(const std::filesystem::path& path, const Ends& ends);
  std::string_view extension;    // Of files in a folder of models.
  bool is_channel_last = false;  // How its models store images.
};

std::span<const ReaderInfo> Readers();

// The reader of `framework` (any case), or a usage error that lists the known ones.
Result<const ReaderInfo*> FindReader(std::string_view framework);

}  // namespace acc::model
