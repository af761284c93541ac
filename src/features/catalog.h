// SPDX-License-Identifier: BSD-3-Clause
// What can be asked for by name, and the readers of words that need a stage to be understood: the
// command line parses, explains and documents with these.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "features/options.h"
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

// Whether the words of one --default_verifier make sense; the failure is a usage error.
Status CheckVerifier(std::span<const std::string> words);

// Reads the words NAME DIMS RAW [TYPE] of one --input_tensor; the failure is a usage error.
Result<InputTensor> ReadInputTensor(std::span<const std::string> words);

}  // namespace acc::features
