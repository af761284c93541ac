// SPDX-License-Identifier: BSD-3-Clause
#include "features/features.h"

#include <array>

#include "features/compare_encodings/feature.h"
#include "features/dlc_info/feature.h"
#include "features/end_to_end/feature.h"
#include "features/framework_runner/feature.h"
#include "features/inference_engine/feature.h"
#include "features/quant_checker/feature.h"
#include "features/tensor_inspection/feature.h"
#include "features/verification/feature.h"

namespace acc::features {

std::span<const Feature* const> Features() {
  static const std::array kFeatures = {
      &FrameworkRunner(),  &InferenceEngine(), &Verification(), &TensorInspection(),
      &CompareEncodings(), &DlcInfo(),         &QuantChecker(), &EndToEnd(),
  };
  return kFeatures;
}

}  // namespace acc::features
