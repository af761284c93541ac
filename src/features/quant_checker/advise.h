// SPDX-License-Identifier: BSD-3-Clause
// What the report says of the best option: what costs most in it, and what helps.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/status.h"
#include "features/quant_checker/feature.h"
#include "features/quant_checker/float_run.h"
#include "features/quant_checker/judge.h"
#include "features/quant_checker/option_result.h"
#include "features/quant_checker/prepare.h"
#include "report/option_overview.h"

namespace acc::features {

// Activations and params that have one value: any encoding is exact there. One sentence, or empty.
std::string SingleValuesNote(const CheckedGraph& graph, const FloatRun& floats,
                             const OptionResult& result);

struct AdviceSources {
  const QuantCheckerOptions& options;
  const Preparation& prepared;
  const FloatRun& floats;
  const Judge& judge;
  const std::filesystem::path& folder;  // Of the results.
};

// Writes the overrides of the option number `best` of the judge's, finds by measuring what costs
// most in it, and measures it with the remedies; adds all that to `overview`.
Status Advise(const AdviceSources& sources, std::size_t best, report::OptionOverview& overview);

}  // namespace acc::features
