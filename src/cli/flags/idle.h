// SPDX-License-Identifier: BSD-3-Clause
// Why a flag that was given changes nothing: a column of the tables in cli/flags/. Each function
// returns what follows the flag's name in a warning, or nothing where the flag does something. What
// only the model can tell (that it brings no encodings, say) is for the features to say.
#pragma once

#include <string>

#include "cli/flags/flag.h"

namespace acc::cli {

// Of flags that only Qualcomm's own tools can honour.
std::string IdleWithoutSdk(Feature feature, const AllOptions& options);
std::string IdleEnginePath(Feature feature, const AllOptions& options);
std::string IdlePrintVersion(Feature feature, const AllOptions& options);
std::string IdleHostDevice(Feature feature, const AllOptions& options);
std::string IdleFineGrain(Feature feature, const AllOptions& options);
// Of the HTP's flags where no HTP runs.
std::string IdleOnCpu(Feature feature, const AllOptions& options);

// Of flags that a DLC answers itself.
std::string IdleOnDlc(Feature feature, const AllOptions& options);
// The same of flags that describe the source model, which the end-to-end run needs all the same.
std::string IdleSourceOnDlc(Feature feature, const AllOptions& options);
std::string IdleInputTensor(Feature feature, const AllOptions& options);
// Of quantization's flags on a DLC or with a float precision.
std::string IdleWithoutQuantizing(Feature feature, const AllOptions& options);
std::string IdleAdjusted(Feature feature, const AllOptions& options);
std::string IdlePercentile(Feature feature, const AllOptions& options);

// Of the version after --framework, and of --framework itself.
std::string IdleFramework(Feature feature, const AllOptions& options);
std::string IdleEngineName(Feature feature, const AllOptions& options);

// Of the framework runner's flags where the goldens are given, or for another framework.
std::string IdleWithGoldens(Feature feature, const AllOptions& options);
std::string IdleUnlessOnnx(Feature feature, const AllOptions& options);
std::string IdleUnlessOptimizing(Feature feature, const AllOptions& options);
std::string IdleUnlessTfLite(Feature feature, const AllOptions& options);

std::string IdleForParams(Feature feature, const AllOptions& options);

}  // namespace acc::cli
