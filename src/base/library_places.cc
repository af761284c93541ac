// SPDX-License-Identifier: BSD-3-Clause
#include "base/library_places.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>

#include "base/limits.h"

namespace acc {
namespace {

namespace fs = std::filesystem;

// The build folder within the checkout, such as "build/release"; empty where it lies elsewhere.
constexpr char kBuildFolder[] = ACC_BUILD_FOLDER;

// The part of `folder` before the first place where its components are those of `inner`; nothing
// where there is none.
std::optional<fs::path> Before(const fs::path& folder, const fs::path& inner) {
  const auto found = std::search(folder.begin(), folder.end(), inner.begin(), inner.end());
  if (inner.empty() || found == folder.end()) return std::nullopt;
  fs::path before;
  for (auto part = folder.begin(); part != found; ++part) before /= *part;
  return before;
}

fs::path OwnTree() {
  std::error_code error;
  return TreeOf(fs::read_symlink("/proc/self/exe", error));
}

void AddSitePackages(const fs::path& environment, std::vector<fs::path>& found) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(environment / "lib", error)) {
    if (entry.path().filename().string().starts_with("python3")) {
      const fs::path packages = entry.path() / "site-packages";
      if (fs::is_directory(packages, error)) found.push_back(packages);
    }
  }
}

}  // namespace

fs::path TreeOf(const fs::path& program) {
  const fs::path folder = program.parent_path();
  if (const auto checkout = Before(folder, kBuildFolder)) return *checkout;
  return folder.filename() == "bin" ? folder.parent_path() : folder;
}

std::optional<fs::path> InOwnTree(const fs::path& inside) {
  std::error_code error;
  const fs::path path = OwnTree() / inside;
  if (!path.is_absolute() || !fs::exists(path, error)) return std::nullopt;
  return path;
}

std::vector<fs::path> PythonPackages() {
  std::vector<fs::path> found;
  if (const fs::path tree = OwnTree(); tree.is_absolute()) {
    AddSitePackages(tree / ".venv", found);
    AddSitePackages(tree, found);
  }
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const char* folder = std::getenv(variable)) AddSitePackages(folder, found);
  }
  return found;
}

std::string InstallCommand(std::string in_checkout, std::string of_wheel) {
  return InOwnTree("lib/snpe-accuracy-debugger") ? std::move(of_wheel) : std::move(in_checkout);
}

Result<fs::path> FindPackageFile(const std::string& file, const char* variable,
                                 const std::string& install) {
  std::error_code error;
  std::string tried;
  if (const char* folder = std::getenv(variable)) {
    const fs::path path = fs::path(folder) / fs::path(file).filename();
    if (fs::exists(path, error)) return path;
    tried = "\n  " + path.string();
  } else {
    for (const fs::path& packages : PythonPackages()) {
      if (fs::exists(packages / file, error)) return packages / file;
      tried += "\n  " + (packages / file).string();
    }
  }
  return Failure("'" + file + "' was not found. Install it with '" + install +
                 "', or name its folder in " + variable +
                 ". Tried:" + (tried.empty() ? "\n  (no Python environment was found)" : tried));
}

Status NoLibrary(const std::string& product, const std::string& install, const char* variable,
                 const std::string& tried) {
  const std::string note = AddressSpaceNote();
  return Failure(product + " could not be opened. " +
                 (note.empty() ? "" : note + ": give it more. ") + "Install it with '" + install +
                 "', or name the library in " + variable + ". Tried:" + tried);
}

fs::path FileOfSymbol(const void* address, const fs::path& otherwise) {
  Dl_info info;
  return dladdr(address, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : otherwise;
}

}  // namespace acc
