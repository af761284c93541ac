// SPDX-License-Identifier: BSD-3-Clause
// Flags that several features have and no part of their options stands for.
#pragma once

#include <cstdint>

#include "base/status.h"
#include "features/shared/common_options.h"
#include "flags/assign.h"
#include "flags/flag.h"
#include "flags/rows.h"

namespace acc::features {

// --working_dir, --output_dirname and the like. A feature without a directory of its own takes
// those that all have: --verbose, --version, --help.
flags::Rows<CommonOptions> CommonRows();
flags::Rows<CommonOptions> CommonRowsWithoutDirectory();

// Flags of Qualcomm's own tools, which do not run here: recorded, and always idle.
flags::Rows<CommonOptions> SdkRows();
std::string IdleWithoutSdk(const CommonOptions& options, const flags::Occurrences& given);

flags::Flag GoldenDirectoryFlag();
flags::Flag MemoryBudgetFlag();
// From 1 to a billion MB.
Status AssignMemoryBudget(const flags::Flag& flag, const flags::Occurrences& given,
                          std::uint64_t& megabytes);

// The setter of such a field, as flags::Set.
template <auto kMember>
Status SetMemoryBudget(const flags::Flag& flag, const flags::Occurrences& given,
                       typename flags::OwnerOf<decltype(kMember)>::Type& options) {
  return AssignMemoryBudget(flag, given, options.*kMember);
}

}  // namespace acc::features
