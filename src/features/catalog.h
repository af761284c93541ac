// SPDX-License-Identifier: BSD-3-Clause
// What can be asked for by name: help and documentation are made from these.
#pragma once

#include <span>
#include <string_view>

#include "inspect/checks/checks.h"
#include "quantize/algorithms.h"
#include "verify/verifiers.h"

namespace acc::features {

struct CatalogEntry {
  std::string_view name;
  std::string_view summary;  // One sentence.
};

// The values of --framework and --runtime.
std::span<const CatalogEntry> Frameworks();
std::span<const CatalogEntry> Runtimes();

std::span<const verify::VerifierInfo> Verifiers();
std::span<const quantize::AlgorithmInfo> EncodingAlgorithms();
std::span<const inspect::CheckInfo> QuantizationChecks();

}  // namespace acc::features
