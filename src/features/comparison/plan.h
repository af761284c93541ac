// SPDX-License-Identifier: BSD-3-Clause
// Which verifiers judge which pairs: those of the command line judge all, those of
// --verifier_config the tensors that it names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
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

// What the file of --verifier_config asks for, before the tensors are known.
struct VerifierConfig {
  struct Entry {
    verify::Request request;
    std::vector<std::vector<std::string>> tensors;  // One name each, or two.
  };
  std::filesystem::path path;
  std::vector<Entry> entries;
};

// Reads {"<Verifier>": {"parameters": {…}, "tensors": [["t"], ["a", "b"]]}}. Usage errors name the
// entry at fault; a list of two names is one where the verifier looks at one tensor at a time.
Result<VerifierConfig> ReadVerifierConfig(const std::filesystem::path& path);

// Adds the columns of the file. Tensors are named as in the golden or the target run; `counts` are
// the elements of each pair. Usage errors name the entry at fault: a tensor that is not compared,
// two that do not belong beside each other.
Status AddConfiguredColumns(const VerifierConfig& config, std::span<const match::Pair> pairs,
                            std::span<const std::uint64_t> counts,
                            std::vector<PlannedColumn>& columns);

}  // namespace acc::features
