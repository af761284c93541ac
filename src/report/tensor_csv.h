// SPDX-License-Identifier: BSD-3-Clause
// golden_data.csv and target_data.csv: every element of a pair, in the target's order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "base/progress.h"
#include "base/status.h"
#include "tensor/pair_reader.h"

namespace acc::report {

struct TensorCsvJob {
  PairSource source;
  std::filesystem::path folder;  // It is there already.
};

// Writes both files of every job: a line "index,value", then one per element, the value in the
// shortest form that reads back equal. Large tensors are formatted by several threads; memory does
// not grow with them. Fails with the first file that cannot be read or written.
Status WriteTensorCsvs(std::span<const TensorCsvJob> jobs, Progress* progress = nullptr);

}  // namespace acc::report
