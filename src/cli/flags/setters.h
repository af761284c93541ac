// SPDX-License-Identifier: BSD-3-Clause
// Where the words of a flag go: the last column of the tables in cli/flags/.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "cli/flags/flag.h"
#include "features/options.h"

namespace acc::cli {

// One overload per type of field. All but the list take the first word of the only occurrence.
Status Assign(const Flag& flag, const Occurrences& given, bool& field);
Status Assign(const Flag& flag, const Occurrences& given, int& field);
Status Assign(const Flag& flag, const Occurrences& given, std::string& field);
Status Assign(const Flag& flag, const Occurrences& given, std::filesystem::path& field);
Status Assign(const Flag& flag, const Occurrences& given, features::Precision& field);
Status Assign(const Flag& flag, const Occurrences& given, std::optional<ElementType>& field);
// Comma-separated names.
Status Assign(const Flag& flag, const Occurrences& given, std::vector<std::string>& field);

// The setter of one field: Set<&AllOptions::common, &CommonOptions::verbose>.
template <auto... kMembers>
Status Set(const Flag& flag, const Occurrences& given, AllOptions& options) {
  return Assign(flag, given, (options.*....*kMembers));
}

// What each of them sets: of a flag that several features share.
template <Setter... kSetters>
Status Each(const Flag& flag, const Occurrences& given, AllOptions& options) {
  Status status;
  static_cast<void>(((status = kSetters(flag, given, options), status.ok()) && ...));
  return status;
}

// The parts of those features that are given the source model.
std::array<features::ModelOptions*, 4> ModelsOf(AllOptions& options);

template <auto kMember>
Status SetOfModel(const Flag& flag, const Occurrences& given, AllOptions& options) {
  for (features::ModelOptions* model : ModelsOf(options)) {
    ACC_RETURN_IF_ERROR(Assign(flag, given, model->*kMember));
  }
  return OkStatus();
}

// 1 to a billion MB.
Status SetMemoryBudget(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetFramework(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetInputTensors(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetOutputTensors(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetVerifiers(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetEngine(const Flag& flag, const Occurrences& given, AllOptions& options);
// 0 to 17.
Status SetDecimals(const Flag& flag, const Occurrences& given, AllOptions& options);
Status SetAlgorithms(const Flag& flag, const Occurrences& given, AllOptions& options);
// A number from 90 to 100.
Status SetPercentile(const Flag& flag, const Occurrences& given, AllOptions& options);
// Nothing is kept: of flags that say what is so anyway, or steer Qualcomm's own tools, which do not
// run here.
Status Accept(const Flag& flag, const Occurrences& given, AllOptions& options);

}  // namespace acc::cli
