// SPDX-License-Identifier: BSD-3-Clause
// Writes the pages of cli/docs.h into the folder given as the only argument.
#include <cstdio>
#include <filesystem>

#include "base/files.h"
#include "base/status.h"
#include "cli/docs.h"

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("usage: docs_generator FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = words[1];
  acc::Status status = acc::CreateFolders(folder);
  for (const acc::cli::DocumentInfo& document : acc::cli::Documents()) {
    if (status.ok()) status = acc::WriteFileAtomically(folder / document.file, document.text());
  }
  if (!status.ok()) std::fprintf(stderr, "docs_generator: error: %s\n", status.message().c_str());
  return acc::ExitCode(status);
}
