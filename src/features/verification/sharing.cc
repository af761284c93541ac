// SPDX-License-Identifier: BSD-3-Clause
#include "features/verification/sharing.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/anonymous.h"
#include "report/share_bundle.h"

namespace acc::features {

namespace fs = std::filesystem;

Status CheckShare(const VerificationOptions& options) {
  if (options.share.empty()) {
    if (!options.share_hash_names) return OkStatus();
    return UsageError("--share_hash_names needs --share FILE.zip.");
  }
  const std::string name = Printable(options.share.native());
  std::error_code ignored;
  if (fs::is_directory(options.share, ignored)) {
    return UsageError(fmt::format("--share '{}' is a folder. Name a file in it.", name));
  }
  const fs::path folder = options.share.has_parent_path() ? options.share.parent_path() : ".";
  if (fs::is_directory(folder, ignored)) return OkStatus();
  return UsageError(fmt::format("--share '{}': the folder '{}' does not exist. Create it first.",
                                name, Printable(folder.native())));
}

Result<std::string> Share(const VerificationOptions& options, const report::Summary& summary,
                          const fs::path& run) {
  const report::Summary anonymous =
      report::Anonymous(summary, report::SecretsOfThisMachine(), options.share_hash_names);
  ACC_RETURN_IF_ERROR(report::WriteShareBundle(options.share, anonymous, run / "share.partial"));
  return fmt::format("Bundle to share{}: {}", options.share_hash_names ? ", names hashed" : "",
                     Printable(options.share.native()));
}

}  // namespace acc::features
