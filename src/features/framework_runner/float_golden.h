// SPDX-License-Identifier: BSD-3-Clause
// A golden run of a model without the quantization that its file brings.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/framework_runner/feature.h"
#include "features/source_model/source_model.h"
#include "tensor/layout.h"
#include "tensor/tensor.h"

namespace acc::features {

// Gets tensors under their source names, from several threads; `held` is the order of `value`.
using FloatGoldenSink =
    std::function<Status(const std::string& tensor, const TensorView& value, AxisOrder held)>;

// Runs `source`, the model in real numbers as it was read, on ONNX Runtime, and hands on those of
// `wanted` that conversion keeps and all inputs. Identities and constants are gone, as in the
// target; batch norms are not folded.
Status RunFloatGolden(const FrameworkRunnerOptions& options, const SourceModel& source,
                      const std::vector<std::string>& wanted, const FloatGoldenSink& sink,
                      const std::function<void(const std::string&, const std::string&)>& skip);

}  // namespace acc::features
