// SPDX-License-Identifier: BSD-3-Clause
#include "features/inference_engine/feature.h"
#include "features/shared/early_checks.h"
#include "features/source_model/quantization.h"
#include "features/target_run/static_model.h"
#include "store/input_list.h"
#include "target/engine.h"

namespace acc::features {
namespace {

// What computes with a DLC is known once it is read; any engine of the runtime tells the rest.
Status CheckEngine(const InferenceEngineOptions& options) {
  const bool of_dlc = options.stage != "source";
  return target::CreateEngine(
             {.runtime = options.runtime,
              .architecture = options.architecture,
              .htp_socs = options.htp_socs,
              .half = !of_dlc && options.quantization.precision == Precision::kFp16,
              .quantized = of_dlc || options.quantization.precision == Precision::kInt8})
      .status();
}

}  // namespace

Status CheckInferenceEngine(const InferenceEngineOptions& options) {
  ACC_RETURN_IF_ERROR(CheckStage(options.stage, options.static_model));
  ACC_RETURN_IF_ERROR(CheckEngine(options));
  if (options.stage == "source") {
    ACC_RETURN_IF_ERROR(CheckModel(options.model));
    ACC_ASSIGN_OR_RETURN(const auto list, store::ReadInputList(options.input_list));
    ACC_RETURN_IF_ERROR(ChosenLines(options.dissection.lines, 0, list.lines.size()).status());
  } else {
    ACC_RETURN_IF_ERROR(CheckReadable("static_model", options.static_model));
  }
  ACC_RETURN_IF_ERROR(CheckGoldens("golden_output_reference_directory",
                                   options.golden_output_reference_directory,
                                   options.common.working_dir));
  ACC_RETURN_IF_ERROR(
      CheckGoldens("fine_grain_mode", options.fine_grain_mode, options.common.working_dir));
  ACC_RETURN_IF_ERROR(CheckQuantization(options.quantization));
  return CheckOverrides(options.quantization.quantization_overrides);
}

}  // namespace acc::features
