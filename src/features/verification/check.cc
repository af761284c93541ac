// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/plan.h"
#include "features/comparison/sources.h"
#include "features/shared/early_checks.h"
#include "features/shared/run_folder.h"
#include "features/verification/feature.h"
#include "features/verification/sharing.h"
#include "quantize/encodings_file.h"
#include "store/graph_struct.h"

namespace acc::features {

Status CheckVerification(const VerificationOptions& options) {
  ACC_RETURN_IF_ERROR(CheckShare(options));
  ACC_RETURN_IF_ERROR(DefaultColumns(options.default_verifiers).status());
  const std::filesystem::path& working_dir = options.common.working_dir;
  ACC_RETURN_IF_ERROR(CheckGoldens("golden_output_reference_directory",
                                   options.golden_output_reference_directory, working_dir));
  ACC_RETURN_IF_ERROR(CheckVerifierConfig(options));
  if (const std::filesystem::path mapping = Resolved(options.tensor_mapping, working_dir);
      !mapping.empty()) {
    ACC_RETURN_IF_ERROR(store::ReadTensorMapping(mapping).status());
  }
  const std::filesystem::path encodings = Resolved(options.target_encodings, working_dir);
  return encodings.empty() ? OkStatus() : quantize::ReadOverrides(encodings).status();
}

}  // namespace acc::features
