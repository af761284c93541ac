// SPDX-License-Identifier: BSD-3-Clause
// Outputs that capturing changed (TensorRecord::plain_file): what ships is the run without capture,
// so that is what the first lines and the gate judge. The tensors in between can only be captured.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "report/summary.h"
#include "verify/comparison.h"

namespace acc::features {

// The job of `captured` for the plain file instead: the same requests, all in float32, unwatched.
verify::PairJob ShippedJob(const verify::PairJob& captured, const std::filesystem::path& plain);

// What a comparison of the plain run says of a row; `sqnr` is the index of SQNR among its requests.
// A file that cannot be read is told as one of another size.
report::Shipped ShippedOf(const Result<verify::Comparison>& comparison, std::size_t sqnr);

// "The output 'y' as it ships, from the run without capture: 2.0 dB SQNR against golden (20.1 dB in
// the captured run).": one sentence for each such row, for the first lines.
std::vector<std::string> ShippedStatements(const report::Summary& summary);

}  // namespace acc::features
