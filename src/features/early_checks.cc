// SPDX-License-Identifier: BSD-3-Clause
#include "features/early_checks.h"

#include <fmt/format.h>

#include <string_view>

#include "base/files.h"
#include "base/text.h"
#include "features/quantization.h"
#include "features/sharing.h"
#include "features/static_model.h"
#include "features/verification_plan.h"
#include "features/verification_sources.h"
#include "golden/framework.h"
#include "quantize/encodings_file.h"
#include "store/graph_struct.h"
#include "store/input_list.h"
#include "store/run_mark.h"
#include "target/engine.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Status CheckReadable(std::string_view flag, const fs::path& file) {
  if (file.empty()) return OkStatus();
  return MappedFile::Open(file).status().WithContext(fmt::format("--{}", flag));
}

Status CheckGoldens(const fs::path& given, const fs::path& working_dir) {
  const fs::path folder = Resolved(given, working_dir);
  std::error_code ignored;
  if (folder.empty()) return OkStatus();
  if (fs::is_directory(folder, ignored)) return store::CheckWhole(folder);
  return Failure(fmt::format("--golden_output_reference_directory: '{}' {}",
                             Printable(folder.native()),
                             fs::exists(folder, ignored) ? "is no folder" : "does not exist"));
}

// A model may be a folder, for its reader to judge.
Status CheckModel(const ModelOptions& model) {
  std::error_code ignored;
  if (!fs::is_directory(model.model_path, ignored)) {
    ACC_RETURN_IF_ERROR(CheckReadable("model_path", model.model_path));
  }
  for (const InputTensor& tensor : model.input_tensors) {
    ACC_RETURN_IF_ERROR(CheckReadable("input_tensor", tensor.raw_file));
  }
  return OkStatus();
}

// What computes with a DLC is known once it is read; any engine of the runtime tells the rest.
Status CheckEngine(const InferenceEngineOptions& options) {
  const bool of_dlc = options.stage != "source";
  return target::CreateEngine({.runtime = options.runtime,
                               .architecture = options.architecture,
                               .htp_socs = options.htp_socs,
                               .half = !of_dlc && options.precision == Precision::kFp16,
                               .quantized = of_dlc || options.precision == Precision::kInt8})
      .status();
}

// Blockwise encodings are told of by whoever uses the file.
Status CheckOverrides(const fs::path& path) {
  std::vector<std::string> blockwise;
  return quantize::ReadOverrides(path, &blockwise).status();
}

}  // namespace

Status CheckFrameworkRunner(const FrameworkRunnerOptions& options) {
  ACC_RETURN_IF_ERROR(golden::FindFramework(options.model.framework).status());
  ACC_RETURN_IF_ERROR(CheckModel(options.model));
  return CheckReadable("onnx_custom_op_lib", options.onnx_custom_op_lib);
}

Status CheckInferenceEngine(const InferenceEngineOptions& options) {
  ACC_RETURN_IF_ERROR(CheckStage(options));
  ACC_RETURN_IF_ERROR(CheckEngine(options));
  if (options.stage == "source") {
    ACC_RETURN_IF_ERROR(CheckModel(options.model));
    ACC_RETURN_IF_ERROR(store::ReadInputList(options.input_list).status());
  } else {
    ACC_RETURN_IF_ERROR(CheckReadable("static_model", options.static_model));
  }
  ACC_RETURN_IF_ERROR(
      CheckGoldens(options.golden_output_reference_directory, options.common.working_dir));
  ACC_RETURN_IF_ERROR(CheckQuantization(options.quantization));
  if (options.quantization.quantization_overrides.empty()) return OkStatus();
  return CheckOverrides(options.quantization.quantization_overrides);
}

Status CheckQuantChecker(const QuantCheckerOptions& options) {
  ACC_RETURN_IF_ERROR(golden::FindFramework(options.model.framework).status());
  ACC_RETURN_IF_ERROR(CheckModel(options.model));
  ACC_RETURN_IF_ERROR(store::ReadInputList(options.input_list).status());
  ACC_RETURN_IF_ERROR(
      CheckGoldens(options.golden_output_reference_directory, options.common.working_dir));
  if (options.quantization_overrides.empty()) return OkStatus();
  return CheckOverrides(options.quantization_overrides);
}

Status CheckVerification(const VerificationOptions& options) {
  ACC_RETURN_IF_ERROR(CheckShare(options));
  ACC_RETURN_IF_ERROR(DefaultColumns(options.default_verifiers).status());
  const fs::path& working_dir = options.common.working_dir;
  ACC_RETURN_IF_ERROR(CheckGoldens(options.golden_output_reference_directory, working_dir));
  ACC_RETURN_IF_ERROR(CheckVerifierConfig(options));
  if (const fs::path mapping = Resolved(options.tensor_mapping, working_dir); !mapping.empty()) {
    ACC_RETURN_IF_ERROR(store::ReadTensorMapping(mapping).status());
  }
  const fs::path encodings = Resolved(options.target_encodings, working_dir);
  return encodings.empty() ? OkStatus() : quantize::ReadOverrides(encodings).status();
}

}  // namespace acc::features
