// SPDX-License-Identifier: BSD-3-Clause
// What differing encodings cost, on the values that there are.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "dlc/model.h"
#include "features/compare_encodings/compared_encoding.h"
#include "store/manifest.h"

namespace acc::features {

// Golden tensors of a run.
struct GoldenData {
  std::filesystem::path directory;
  store::Manifest manifest;
};

// Fills `cost` of all rows that differ: params on the values of the first model's static tensors,
// activations on the golden tensors, found by either name. `tensors` are the first model's, by
// name. Rows without values, or whose channels do not fit them, stay without a cost; the golden
// tensors' axis order may be another than the model's, so neither has a cost an activation whose
// encoding is per channel. Fails where a golden file cannot be read, and when interrupted.
Status FillCosts(std::span<ComparedEncoding> rows,
                 const std::map<std::string_view, const dlc::Tensor*>& tensors,
                 const GoldenData* golden);

}  // namespace acc::features
