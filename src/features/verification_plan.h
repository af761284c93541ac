// SPDX-License-Identifier: BSD-3-Clause
// Which verifiers judge which pairs: those of the command line judge all, those of
// --verifier_config the tensors that it names.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/options.h"
#include "match/match.h"
#include "report/summary.h"
#include "verify/verifiers.h"

namespace acc::features {

struct PlannedColumn {
  report::Column column;
  bool for_all = true;
  // Otherwise: the pairs it judges, each with the pair that is handed in beside it (MeanIOU takes
  // two tensors).
  std::map<std::size_t, std::optional<std::size_t>> pairs;

  bool Judges(std::size_t pair) const { return for_all || pairs.contains(pair); }
};

// The words of each --default_verifier. Equal requests make one column; a verifier with other
// parameters gets a column called "<name>_2".
Result<std::vector<PlannedColumn>> DefaultColumns(
    const std::vector<std::vector<std::string>>& default_verifiers);

// Adds the columns of the file: {"<Verifier>": {"parameters": {…}, "tensors": [["t"], ["a",
// "b"]]}}. Tensors are named as in the golden or the target run. Usage errors name the entry at
// fault.
Status AddConfiguredColumns(const std::filesystem::path& verifier_config,
                            std::span<const match::Pair> pairs,
                            std::vector<PlannedColumn>& columns);

}  // namespace acc::features
