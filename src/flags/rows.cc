// SPDX-License-Identifier: BSD-3-Clause
#include "flags/rows.h"

namespace acc::flags {

std::string NoEffect(std::string_view reason) { return "has no effect: " + std::string(reason); }

}  // namespace acc::flags
