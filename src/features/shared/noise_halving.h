// SPDX-License-Identifier: BSD-3-Clause
// Finds which of many sources make most of the noise at the output, in few measurements.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "base/status.h"

namespace acc::features {

// A source that makes noise by itself.
struct SourceNoise {
  std::size_t source = 0;
  double output_db = 0;  // With its noise alone.
  double part = 0;       // Its noise against that of all sources together; may pass 1.
};

struct NoiseHalving {
  double all_db = 0;                 // With the noise of all sources.
  std::vector<SourceNoise> sources;  // The largest noise first.
};

inline constexpr double kLeastPart = 0.02;

// `measure` gives the output's SQNR, in dB, with the noise of `count` sources from `first` on and
// no other. The sources, which lie as the data flows, are halved again and again; of all parts the
// one that makes the most noise comes first. Where the noise is small, a half is passed over if the
// other makes the noise of both already. It ends with `most` sources, or where no part makes
// kLeastPart of the whole noise, or after `most_runs` measurements. Without any noise nothing is
// found.
Result<NoiseHalving> HalveNoise(
    std::size_t sources,
    const std::function<Result<double>(std::size_t first, std::size_t count)>& measure,
    std::size_t most, std::size_t most_runs);

}  // namespace acc::features
