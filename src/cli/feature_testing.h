// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <vector>

#include "cli/flags/flag.h"

namespace acc::cli {

inline std::vector<Feature> EveryFeature() {
  std::vector<Feature> features;
  for (const FeatureInfo& info : Features()) {
    features.push_back(info.feature);
  }
  return features;
}

}  // namespace acc::cli
