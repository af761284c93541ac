// SPDX-License-Identifier: BSD-3-Clause
// --specific_node: the differences of one tensor or node, for the terminal.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "features/compare_encodings/compared_encoding.h"

namespace acc::features {

// `name` is that of a tensor on either side, as it is or sanitized, or else of a node of `model`,
// which stands for all tensors that it reads and makes. A usage error, with the nearest names, for
// one that is neither, and for a node none of whose tensors was compared.
Result<std::vector<std::string>> NodeReport(const std::string& name, const dlc::Model& model,
                                            std::span<const ComparedEncoding> rows,
                                            const SideNames& sides);

}  // namespace acc::features
