// SPDX-License-Identifier: BSD-3-Clause
// The tables of flags, one file each; flags.cc lines them up in the order of --help.
#pragma once

#include <span>

#include "cli/flags/flag.h"

namespace acc::cli {

std::span<const Flag> ModelFlags();
std::span<const Flag> EngineFlags();
std::span<const Flag> QuantizationFlags();
std::span<const Flag> VerificationFlags();
std::span<const Flag> FrameworkRunnerFlags();
std::span<const Flag> TensorInspectionFlags();
std::span<const Flag> CompareEncodingsFlags();
std::span<const Flag> DlcInfoFlags();
std::span<const Flag> QuantCheckerFlags();
std::span<const Flag> EveryRunFlags();

// The way to a field, for Set<>.
inline constexpr auto kRunnerPart = &AllOptions::framework_runner;
inline constexpr auto kEnginePart = &AllOptions::inference_engine;
inline constexpr auto kVerificationPart = &AllOptions::verification;
inline constexpr auto kInspectionPart = &AllOptions::tensor_inspection;
inline constexpr auto kCheckerPart = &AllOptions::quant_checker;

inline constexpr std::size_t kAnyNumber = 1000;

// Paragraphs that several tables name.
inline constexpr Places kOfEngineAndChecker =
    In({{Feature::kInferenceEngine, Group::kEngineOptional},
        {Feature::kQuantChecker, Group::kOptional},
        {Feature::kEndToEnd, Group::kMoreForEngine}});
inline constexpr Places kOfEngine = In({{Feature::kInferenceEngine, Group::kEngineOptional},
                                        {Feature::kEndToEnd, Group::kMoreForEngine}});

}  // namespace acc::cli
