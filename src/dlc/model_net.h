// SPDX-License-Identifier: BSD-3-Clause
// Reads the JSON file in which QNN's converters describe a model: <model>_net.json.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "dlc/model.h"

namespace acc::dlc {

// Structure, dims, types and encodings; weights are not in such a file, so static tensors have no
// data. The nodes are sorted into the order of execution: the file's order is that of their names.
// Tensor attributes get the values that the file lists. Older files say "current_dims" or
// "max_dims" for "dims", and "coverter_command". Fails, naming the entry, for a file that is not
// of this kind.
Result<Model> ReadModelNet(const std::filesystem::path& path);

}  // namespace acc::dlc
