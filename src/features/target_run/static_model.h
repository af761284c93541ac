// SPDX-License-Identifier: BSD-3-Clause
// A DLC as the model to run: what --stage converted and compiled start from.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/source_model/options.h"
#include "features/target_run/target_run.h"

namespace acc::features {

// A usage error where --stage and --static_model do not go together; fails for a compiled library,
// which only Qualcomm's tools can run.
Status CheckStage(const std::string& stage, const std::filesystem::path& static_model);

struct StaticModel {
  // How the file stores a fixed-point input.
  struct Codes {
    ElementType type = ElementType::kUint8;
    TensorEncoding encoding;
  };
  TargetModel model;
  std::vector<ValueInfo> inputs;  // The graph's; fixed-point ones are float32 here.
  std::map<std::string, Codes> codes;
};

// Reads a DLC and makes its first graph ready to run: quantized where the file is, with its own
// encodings and no others. Where the file holds more graphs, a warning names them. Fails as
// dlc::Read and dlc::ToGraph do.
Result<StaticModel> ReadStaticModel(const std::filesystem::path& path,
                                    const std::string& model_name);

// What the files of an input list hold, under the DLC's names and in its axis order: float32, or
// the types that `given` names. `native`: in the type that the DLC stores, codes for a fixed-point
// input.
ExpectedInputs InputsOf(const StaticModel& model, const std::vector<InputTensor>& given,
                        bool native);

}  // namespace acc::features
