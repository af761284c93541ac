// SPDX-License-Identifier: BSD-3-Clause
// Reads the parameters of verifiers from text. A bad value is a usage error that names the
// parameter and what it takes.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

#include "base/status.h"
#include "verify/verifier.h"

namespace acc::verify {

// A finite number, at least `lowest`.
Result<double> NumberParameter(const Parameters& parameters, std::string_view name,
                               double lowest = std::numeric_limits<double>::lowest());

// A whole number, at least `lowest`.
Result<std::uint64_t> CountParameter(const Parameters& parameters, std::string_view name,
                                     std::uint64_t lowest);

// true, false, 1 or 0, in any case.
Result<bool> FlagParameter(const Parameters& parameters, std::string_view name);

}  // namespace acc::verify
