// SPDX-License-Identifier: BSD-3-Clause
#include "ort/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <vector>

#include "base/library_places.h"
#include "base/log.h"
#include "ort/api.h"

namespace acc::ort {
namespace {

namespace fs = std::filesystem;

std::string Install() {
  return InstallCommand("scripts/setup --for run", "pip install --upgrade snpe-accuracy-debugger");
}

std::vector<std::string> LibraryCandidates() {
  if (const char* file = std::getenv("ACC_ONNXRUNTIME_LIBRARY")) return {file};
  std::vector<std::string> candidates;
  std::error_code error;
  for (const fs::path& packages : PythonPackages()) {
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

struct Runtime {
  const OrtApiBase* base = nullptr;
  std::string file;
};

Runtime& Opened() {
  static Runtime runtime;
  return runtime;
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
      Opened() = {.base = base,
                  .file = FileOfSymbol(reinterpret_cast<const void*>(base->GetApi), file).string()};
      LogDebug("ONNX Runtime {} from {}", base->GetVersionString(), Opened().file);
      return OkStatus();
    }
    tried += "\n  " + why;
  }
  return NoLibrary("ONNX Runtime", Install(), "ACC_ONNXRUNTIME_LIBRARY", tried);
}

}  // namespace

Status LoadOnnxRuntime() {
  static const Status kStatus = LoadOnce();
  return kStatus;
}

std::string OnnxRuntimeVersion() {
  return Opened().base != nullptr ? Opened().base->GetVersionString() : "";
}

Result<OpenedLibrary> OnnxRuntimeLibrary() {
  ACC_RETURN_IF_ERROR(LoadOnnxRuntime());
  return OpenedLibrary{
      .name = "ONNX Runtime", .version = OnnxRuntimeVersion(), .file = Opened().file};
}

const void* FunctionTable(std::uint32_t version) {
  return Opened().base != nullptr ? Opened().base->GetApi(version) : nullptr;
}

}  // namespace acc::ort
