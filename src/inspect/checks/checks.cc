// SPDX-License-Identifier: BSD-3-Clause
#include "inspect/checks/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "inspect/checks/rows.h"

namespace acc::inspect {
namespace {

constexpr std::array kChecks = {kMinMax, kMaxDiff,           kSqnr,
                                kStats,  kDataRangeAnalyzer, kDataDistributionAnalyzer};

constexpr int kMostCountedBits = 16;

}  // namespace

std::span<const CheckInfo> Checks() { return kChecks; }

Result<const CheckInfo*> CheckNamed(std::string_view name) {
  const std::string lower = ToLower(name);
  std::vector<std::string> names;
  for (const CheckInfo& check : kChecks) {
    if (check.name == lower) return &check;
    names.emplace_back(check.name);
  }
  return UsageError(fmt::format("'{}' is no quantization check.{} There are {}.", Printable(name),
                                DidYouMean(lower, names), Join(names, ", ")));
}

WantedFacts WantedFor(const CheckNeeds& needs, int bitwidth) {
  return {
      .moments = needs.moments,
      .order = needs.order,
      .most_distinct = needs.distinct ? std::size_t{1} << std::min(bitwidth, kMostCountedBits) : 0,
      .step_bitwidth = needs.swallowed ? bitwidth : 0};
}

}  // namespace acc::inspect
