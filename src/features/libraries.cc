// SPDX-License-Identifier: BSD-3-Clause
#include "features/libraries.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "golden/framework.h"
#include "target/engine.h"

namespace acc::features {
namespace {

std::string LineOf(const Result<OpenedLibrary>& library) {
  if (!library.ok()) return library.status().message();
  const std::string version = library->version.empty() ? "" : " " + library->version;
  return fmt::format("{}{}: {}", library->name, version, Printable(library->file.native()));
}

}  // namespace

std::vector<std::string> LibraryLines() {
  std::vector<std::string> lines;
  const auto add = [&](Result<OpenedLibrary> (*library)()) {
    const std::string line = LineOf(library());
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  };
  for (const golden::FrameworkInfo& framework : golden::Frameworks()) add(framework.library);
  for (const target::EngineInfo& engine : target::Engines()) add(engine.library);
  return lines;
}

}  // namespace acc::features
