// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tflite/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "base/library_places.h"
#include "base/log.h"

namespace acc::golden::tflite {
namespace {

namespace fs = std::filesystem;

// No wheel has TensorFlow Lite's C functions.
std::string Install() {
  return InstallCommand("scripts/setup --with tflite",
                        "scripts/setup --with tflite, in a checkout");
}
constexpr char kInSetup[] = "third_party/tflite/lib/libjnitensorflowlite.so";

std::vector<std::string> Candidates() {
  if (const char* file = std::getenv("ACC_TFLITE_LIBRARY")) return {file};
  std::vector<std::string> candidates;
  if (const auto fetched = InOwnTree(kInSetup)) candidates.push_back(fetched->string());
  candidates.insert(candidates.end(), {"libtensorflowlite_c.so", "libtensorflow-lite.so"});
  return candidates;
}

// Finds functions by name; the first that is missing is kept.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <typename Function>
  void Get(Function& function, const char* name) {
    if (!Find(function, name) && missing_.empty()) missing_ = name;
  }
  template <typename Function>
  bool Find(Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library_, name));
    return function != nullptr;
  }
  const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

void GetAll(Symbols& symbols, Api& api) {
#define ACC_GET(name) symbols.Get(api.name, #name)
  ACC_GET(TfLiteVersion);
  ACC_GET(TfLiteModelCreate);
  ACC_GET(TfLiteModelDelete);
  ACC_GET(TfLiteInterpreterOptionsCreate);
  ACC_GET(TfLiteInterpreterOptionsDelete);
  ACC_GET(TfLiteInterpreterOptionsSetNumThreads);
  ACC_GET(TfLiteInterpreterOptionsSetErrorReporter);
  ACC_GET(TfLiteInterpreterOptionsAddDelegate);
  ACC_GET(TfLiteInterpreterOptionsSetOpResolver);
  ACC_GET(TfLiteInterpreterOptionsEnableCancellation);
  ACC_GET(TfLiteInterpreterCancel);
  ACC_GET(TfLiteInterpreterCreate);
  ACC_GET(TfLiteInterpreterDelete);
  ACC_GET(TfLiteInterpreterGetInputTensorCount);
  ACC_GET(TfLiteInterpreterGetInputTensor);
  ACC_GET(TfLiteInterpreterResizeInputTensor);
  ACC_GET(TfLiteInterpreterAllocateTensors);
  ACC_GET(TfLiteInterpreterInvoke);
  ACC_GET(TfLiteInterpreterGetTensor);
  ACC_GET(TfLiteTensorName);
  ACC_GET(TfLiteTensorType);
  ACC_GET(TfLiteTensorNumDims);
  ACC_GET(TfLiteTensorDim);
  ACC_GET(TfLiteTensorByteSize);
  ACC_GET(TfLiteTensorData);
  ACC_GET(TfLiteTensorCopyFromBuffer);
#undef ACC_GET
}

void FindOptional(Symbols& symbols, Api& api) {
  symbols.Find(api.TfLiteXNNPackDelegateCreate, "TfLiteXNNPackDelegateCreate");
  symbols.Find(api.TfLiteXNNPackDelegateDelete, "TfLiteXNNPackDelegateDelete");
  symbols.Find(api.CreateReferenceKernels, "_ZN6tflite3ops7builtin20BuiltinRefOpResolverC1Ev");
  symbols.Find(api.FindReferenceKernel,
               "_ZNK6tflite3ops7builtin20BuiltinRefOpResolver6FindOpENS_15BuiltinOperatorEi");
}

// False and the reason in `why` where the file does not serve.
bool Open(const std::string& file, Api& api, std::string& why) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    why = dlerror();
    return false;
  }
  Symbols symbols(library);
  GetAll(symbols, api);
  FindOptional(symbols, api);
  if (symbols.missing().empty()) return true;
  why = file + ": has no function " + symbols.missing();
  return false;
}

fs::path FileOf(const Api& api, const std::string& otherwise) {
  return FileOfSymbol(reinterpret_cast<const void*>(api.TfLiteVersion), otherwise);
}

Result<const Api*> LoadOnce() {
  static Api api;
  std::string tried;
  for (const std::string& file : Candidates()) {
    std::string why;
    if (Open(file, api, why)) {
      LogDebug("TensorFlow Lite {} from {}", api.TfLiteVersion(), FileOf(api, file).string());
      return &api;
    }
    tried += "\n  " + why;
  }
  return NoLibrary("TensorFlow Lite", Install(), "ACC_TFLITE_LIBRARY", tried);
}

}  // namespace

Result<const Api*> LoadTfLite() {
  static const Result<const Api*> kApi = LoadOnce();
  return kApi;
}

Result<OpenedLibrary> TfLiteLibrary() {
  ACC_ASSIGN_OR_RETURN(const Api* api, LoadTfLite());
  return OpenedLibrary{
      .name = "TensorFlow Lite", .version = api->TfLiteVersion(), .file = FileOf(*api, "")};
}

}  // namespace acc::golden::tflite
