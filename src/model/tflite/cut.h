// SPDX-License-Identifier: BSD-3-Clause
// TensorFlow Lite files that begin at tensors of their middle.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "model/ends.h"
#include "model/graph.h"
#include "model/tflite/file.h"

namespace acc::model::tflite {

// The file in TensorFlow Lite's own operators, as OutlineTflite gives it.
Graph OutlineOf(const File& file);

// The file, or what PlanCut leaves of its graph: the operators before are gone, the inner tensors
// are inputs, and all else is as it was. A runtime takes its content as it takes the file. Fails as
// File::Open and PlanCut do, and for a file that lists no inputs at all.
Result<File> OpenCut(const std::filesystem::path& path, const Ends& ends);

}  // namespace acc::model::tflite
