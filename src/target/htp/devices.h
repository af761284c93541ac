// SPDX-License-Identifier: BSD-3-Clause
// The HTP generations that the simulator knows, and the chips that carry them.
#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace acc::target {

struct HtpDevice {
  int arch = 73;       // Of the Hexagon tensor processor: 68, 69, 73, 75, …
  int soc_model = 43;  // Qualcomm's number of the chip.
};

// `runtime` is "dsp" (v73) or "dspv68" …; `socs` is empty, a chip's name ("sm8550") or its number.
// A list of chips is allowed where it names one generation; its first chip is simulated. A usage
// error for an unknown name (with a suggestion) and for a chip that is not of the runtime's
// generation.
Result<HtpDevice> FindHtpDevice(std::string_view runtime, std::string_view socs);

}  // namespace acc::target
