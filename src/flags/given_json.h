// SPDX-License-Identifier: BSD-3-Clause
// The flags of a run as JSON: <feature>_options.json, which --args_config reads.
#pragma once

#include <span>

#include "base/json.h"
#include "flags/flag.h"

namespace acc::flags {

// All flags but questions, those not given with their default or null; a switch is true or false.
Json GivenAsJson(std::span<const Flag> flags, const Given& given);

}  // namespace acc::flags
