// SPDX-License-Identifier: BSD-3-Clause
#include "ort/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "base/log.h"
#include "ort/api.h"

namespace acc::ort {
namespace {

namespace fs = std::filesystem;

constexpr char kInstallOnnxRuntime[] = "scripts/setup --for run";

void AddSitePackages(const fs::path& environment, std::vector<fs::path>& found) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(environment / "lib", error)) {
    if (entry.path().filename().string().starts_with("python3")) {
      const fs::path packages = entry.path() / "site-packages";
      if (fs::is_directory(packages, error)) found.push_back(packages);
    }
  }
}

void AddVenvsAbove(fs::path folder, std::vector<fs::path>& found) {
  for (; !folder.empty(); folder = folder.parent_path()) {
    AddSitePackages(folder / ".venv", found);
    if (folder == folder.root_path()) return;
  }
}

// The folders in which Python packages lie, the preferred first.
std::vector<fs::path> SitePackages() {
  std::vector<fs::path> found;
  std::error_code error;
  AddVenvsAbove(fs::read_symlink("/proc/self/exe", error).parent_path(), found);
  AddVenvsAbove(fs::current_path(error), found);
  for (const char* variable : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const char* folder = std::getenv(variable)) AddSitePackages(folder, found);
  }
  return found;
}

std::vector<std::string> LibraryCandidates() {
  if (const char* file = std::getenv("ACC_ONNXRUNTIME_LIBRARY")) return {file};
  std::vector<std::string> candidates;
  std::error_code error;
  for (const fs::path& packages : SitePackages()) {
    for (const auto& entry : fs::directory_iterator(packages / "onnxruntime/capi", error)) {
      if (entry.path().filename().string().starts_with("libonnxruntime.so")) {
        candidates.push_back(entry.path().string());
      }
    }
  }
  candidates.insert(candidates.end(), {"libonnxruntime.so.1", "libonnxruntime.so"});
  return candidates;
}

// Nothing and the reason in `why`, or the runtime's entry point.
const OrtApiBase* OpenLibrary(const std::string& file, std::string& why) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    why = dlerror();
    return nullptr;
  }
  using GetApiBase = const OrtApiBase*(ORT_API_CALL*)();
  const auto get = reinterpret_cast<GetApiBase>(dlsym(library, "OrtGetApiBase"));
  if (get == nullptr) {
    why = file + ": is no ONNX Runtime library";
    return nullptr;
  }
  if (get()->GetApi(ORT_API_VERSION) == nullptr) {
    why = file + ": is version " + get()->GetVersionString() + ", older than the 1." +
          std::to_string(ORT_API_VERSION) + " that this program needs";
    return nullptr;
  }
  return get();
}

const OrtApiBase*& Opened() {
  static const OrtApiBase* base = nullptr;
  return base;
}

Status LoadOnce() {
  // The runtime's own telemetry would keep a database in the user's home and report to its maker.
  // Who wants that sets the variable to 0.
  setenv("ORT_DISABLE_TELEMETRY", "1", /*overwrite=*/0);
  std::string tried;
  for (const std::string& file : LibraryCandidates()) {
    std::string why;
    if (const OrtApiBase* base = OpenLibrary(file, why)) {
      Ort::InitApi(base->GetApi(ORT_API_VERSION));
      Opened() = base;
      LogDebug("ONNX Runtime {} from {}", base->GetVersionString(), file);
      return OkStatus();
    }
    tried += "\n  " + why;
  }
  return Failure(std::string("ONNX Runtime could not be opened. Install it with '") +
                 kInstallOnnxRuntime +
                 "', or name the library in ACC_ONNXRUNTIME_LIBRARY. Tried:" + tried);
}

}  // namespace

Status LoadOnnxRuntime() {
  static const Status kStatus = LoadOnce();
  return kStatus;
}

std::string OnnxRuntimeVersion() { return Opened() != nullptr ? Opened()->GetVersionString() : ""; }

const void* FunctionTable(std::uint32_t version) {
  return Opened() != nullptr ? Opened()->GetApi(version) : nullptr;
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
    for (const fs::path& packages : SitePackages()) {
      if (fs::exists(packages / file, error)) return packages / file;
      tried += "\n  " + (packages / file).string();
    }
  }
  return Failure("'" + file + "' was not found. Install it with '" + install +
                 "', or name its folder in " + variable +
                 ". Tried:" + (tried.empty() ? "\n  (no Python environment was found)" : tried));
}

}  // namespace acc::ort
