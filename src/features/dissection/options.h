// SPDX-License-Identifier: BSD-3-Clause
// What of a target run is taken apart.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "flags/rows.h"

namespace acc::features {

struct DissectionOptions {
  std::string only;        // A layer to be written as a model of its own; or empty.
  std::string lines;       // --lines; empty for the line of the golden run alone.
  bool every_cut = false;  // Cut behind every layer, not only where halving looks.
};

flags::Rows<DissectionOptions> DissectionRows();

// The lines that --lines names, "all" or "0,3,7-9", each once: `golden` first, which belongs to
// them in any case, the others in order. A usage error for other texts, and for a number beyond the
// `count` lines that there are.
Result<std::vector<std::size_t>> ChosenLines(std::string_view text, std::size_t golden,
                                             std::size_t count);

}  // namespace acc::features
