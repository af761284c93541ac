// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tensorflow/library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/library_places.h"
#include "base/log.h"
#include "golden/tensorflow/quiet.h"

namespace acc::golden::tensorflow {
namespace {

std::string Install() {
  return InstallCommand("scripts/setup --with tensorflow",
                        "pip install 'snpe-accuracy-debugger[tensorflow]'");
}
constexpr char kPackageFile[] = "tensorflow/libtensorflow_cc.so.2";

// Sanitizers refuse a library that brings its own memory functions before theirs.
#if defined(__SANITIZE_ADDRESS__)
constexpr int kFlags = RTLD_LAZY | RTLD_LOCAL;
#else
// Lazily: it has 100,000 symbols, most of them of no use here. And the library brings another
// version of protobuf than this program's, under the same names.
constexpr int kFlags = RTLD_LAZY | RTLD_LOCAL | RTLD_DEEPBIND;
#endif

template <typename Function>
void Find(void* library, const char* name, Function& function, std::string& missing) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr && missing.empty()) missing = name;
}

// The name of a function that is missing, or nothing.
std::string Fill(void* library, Api& api) {
  std::string missing;
#define ACC_FIND(function) Find(library, #function, api.function, missing)
  ACC_FIND(TF_Version);
  ACC_FIND(TF_NewStatus);
  ACC_FIND(TF_DeleteStatus);
  ACC_FIND(TF_GetCode);
  ACC_FIND(TF_Message);
  ACC_FIND(TF_NewGraph);
  ACC_FIND(TF_DeleteGraph);
  ACC_FIND(TF_NewImportGraphDefOptions);
  ACC_FIND(TF_DeleteImportGraphDefOptions);
  ACC_FIND(TF_ImportGraphDefOptionsAddInputMapping);
  ACC_FIND(TF_GraphImportGraphDef);
  ACC_FIND(TF_GraphOperationByName);
  ACC_FIND(TF_GraphGetTensorNumDims);
  ACC_FIND(TF_GraphGetTensorShape);
  ACC_FIND(TF_NewOperation);
  ACC_FIND(TF_SetAttrType);
  ACC_FIND(TF_SetAttrShape);
  ACC_FIND(TF_FinishOperation);
  ACC_FIND(TF_OperationNumOutputs);
  ACC_FIND(TF_OperationOutputType);
  ACC_FIND(TF_NewSessionOptions);
  ACC_FIND(TF_DeleteSessionOptions);
  ACC_FIND(TF_SetConfig);
  ACC_FIND(TF_NewSession);
  ACC_FIND(TF_CloseSession);
  ACC_FIND(TF_DeleteSession);
  ACC_FIND(TF_SessionRun);
  ACC_FIND(TF_AllocateTensor);
  ACC_FIND(TF_DeleteTensor);
  ACC_FIND(TF_TensorType);
  ACC_FIND(TF_NumDims);
  ACC_FIND(TF_Dim);
  ACC_FIND(TF_TensorByteSize);
  ACC_FIND(TF_TensorData);
#undef ACC_FIND
  return missing;
}

std::vector<std::string> Candidates(std::string& tried) {
  if (const char* file = std::getenv("ACC_TENSORFLOW_LIBRARY")) return {file};
  std::vector<std::string> candidates;
  const auto packaged = FindPackageFile(kPackageFile, "ACC_TENSORFLOW_FOLDER", Install());
  if (packaged.ok()) {
    candidates.push_back(packaged->string());
  } else {
    tried += "\n  " + std::string(kPackageFile) + " in the Python environments";
  }
  candidates.insert(candidates.end(), {"libtensorflow_cc.so.2", "libtensorflow.so.2"});
  return candidates;
}

// Whether `file` gave all functions; the reason in `why` where it did not.
bool Open(const std::string& file, Api& api, std::string& why) {
  void* library = dlopen(file.c_str(), kFlags);
  if (library == nullptr) {
    why = dlerror();
    return false;
  }
  const std::string missing = Fill(library, api);
  if (!missing.empty()) why = file + ": has no " + missing;
  return missing.empty();
}

std::filesystem::path FileOf(const Api& api, const std::string& otherwise) {
  return FileOfSymbol(reinterpret_cast<const void*>(api.TF_Version), otherwise);
}

Result<Api> LoadOnce() {
  const StderrToLog quiet;  // It has things to say while it is opened.
  // Who wants the library's progress notes on stderr sets the variable to 0.
  setenv("TF_CPP_MIN_LOG_LEVEL", "2", /*overwrite=*/0);
  std::string tried;
  for (const std::string& file : Candidates(tried)) {
    Api api;
    std::string why;
    if (Open(file, api, why)) {
      LogDebug("TensorFlow {} from {}", api.TF_Version(), FileOf(api, file).string());
      return api;
    }
    tried += "\n  " + why;
  }
  return NoLibrary("TensorFlow", Install(), "ACC_TENSORFLOW_LIBRARY", tried);
}

}  // namespace

Result<const Api*> LoadTensorflow() {
  static const Result<Api> kApi = LoadOnce();
  if (!kApi.ok()) return kApi.status();
  return &kApi.value();
}

Result<OpenedLibrary> TensorflowLibrary() {
  ACC_ASSIGN_OR_RETURN(const Api* api, LoadTensorflow());
  return OpenedLibrary{
      .name = "TensorFlow", .version = api->TF_Version(), .file = FileOf(*api, "")};
}

}  // namespace acc::golden::tensorflow
