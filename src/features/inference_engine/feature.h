// SPDX-License-Identifier: BSD-3-Clause
// Converts and quantizes the model and runs it with the target's arithmetic.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"
#include "features/dissection/options.h"
#include "features/shared/feature.h"
#include "features/source_model/options.h"
#include "flags/rows.h"

namespace acc::features {

struct InferenceEngineOptions {
  CommonOptions common;
  ModelOptions model;
  std::string stage = "source";
  std::string runtime;       // cpu, gpu, dsp, dspv68, dspv69, dspv73, dspv75.
  std::string architecture;  // As in the contract.
  std::filesystem::path static_model;
  std::filesystem::path input_list;
  QuantizationOptions quantization;
  std::string model_name = "snpe_model";
  std::filesystem::path golden_output_reference_directory;
  std::string htp_socs;
  bool debug_mode_off = false;
  bool use_native_input_files = false;
  bool use_native_output_files = false;
  std::uint64_t memory_budget_mb = 1024;
  // A golden run: the layers are measured apart, fed by it.
  std::filesystem::path fine_grain_mode;
  DissectionOptions dissection;
  // Which holds the golden input; nothing: the one that --input_tensor gives, the first of a DLC
  // without.
  std::optional<std::size_t> golden_line;
};

// Flags of the core are required at each stage, those of the source model at stage source.
bool IsOfCore(const flags::Flag& flag);
bool IsOfSourceModel(const flags::Flag& flag);
flags::Rows<InferenceEngineOptions> InferenceEngineRows();

// What can be judged before anything runs: that every file is there, and that runtime, architecture
// and precision go together.
Status CheckInferenceEngine(const InferenceEngineOptions& options);
Result<Outcome> RunInferenceEngine(const InferenceEngineOptions& options);

const Feature& InferenceEngine();

}  // namespace acc::features
