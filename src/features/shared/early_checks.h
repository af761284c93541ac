// SPDX-License-Identifier: BSD-3-Clause
// What can be judged of a feature's files before anything runs: that each is there and, where it is
// text, reads. The messages begin with the flag.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"
#include "features/source_model/options.h"

namespace acc::features {

// All is well with an empty path.
Status CheckReadable(std::string_view flag, const std::filesystem::path& file);
// The model and the inputs that the command line names. A model may be a folder, for its reader to
// judge.
Status CheckModel(const ModelOptions& model);
// The goldens that `flag` names: a folder, of no interrupted run.
Status CheckGoldens(std::string_view flag, const std::filesystem::path& given,
                    const std::filesystem::path& working_dir);
// --quantization_overrides. Blockwise encodings are told of by whoever uses the file.
Status CheckOverrides(const std::filesystem::path& path);

}  // namespace acc::features
