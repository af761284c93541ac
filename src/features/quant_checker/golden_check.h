// SPDX-License-Identifier: BSD-3-Clause
// Whether the converted model computes in float what the framework computed: errors that are there
// before quantization are no fault of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "features/quant_checker/checked_graph.h"
#include "features/source_model/input_lines.h"

namespace acc::features {

// One sentence: how many tensors agree with the golden ones of `directory`, and the worst. The line
// is the one whose inputs are the golden run's; the sentence says where there is none such. Golden
// tensors of another size than the graph's are passed over.
Result<std::string> CompareWithGoldens(const std::filesystem::path& directory,
                                       const CheckedGraph& graph, const InputLines& lines,
                                       std::uint64_t memory_budget_bytes);

}  // namespace acc::features
