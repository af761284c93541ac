// SPDX-License-Identifier: BSD-3-Clause
// Finds and opens TensorFlow Lite when it is first needed; nothing is linked against it.
#pragma once

#include <tensorflow/lite/c/c_api.h>
#include <tensorflow/lite/c/c_api_experimental.h>

#include <cstdint>

#include "base/library_places.h"
#include "base/status.h"

namespace acc::golden::tflite {

// The runtime's functions under their own names.
struct Api {
  decltype(&::TfLiteVersion) TfLiteVersion = nullptr;
  decltype(&::TfLiteModelCreate) TfLiteModelCreate = nullptr;
  decltype(&::TfLiteModelDelete) TfLiteModelDelete = nullptr;
  decltype(&::TfLiteInterpreterOptionsCreate) TfLiteInterpreterOptionsCreate = nullptr;
  decltype(&::TfLiteInterpreterOptionsDelete) TfLiteInterpreterOptionsDelete = nullptr;
  decltype(&::TfLiteInterpreterOptionsSetNumThreads) TfLiteInterpreterOptionsSetNumThreads =
      nullptr;
  decltype(&::TfLiteInterpreterOptionsSetErrorReporter) TfLiteInterpreterOptionsSetErrorReporter =
      nullptr;
  decltype(&::TfLiteInterpreterOptionsAddDelegate) TfLiteInterpreterOptionsAddDelegate = nullptr;
  decltype(&::TfLiteInterpreterOptionsSetOpResolver) TfLiteInterpreterOptionsSetOpResolver =
      nullptr;
  decltype(&::TfLiteInterpreterOptionsEnableCancellation)
      TfLiteInterpreterOptionsEnableCancellation = nullptr;
  decltype(&::TfLiteInterpreterCancel) TfLiteInterpreterCancel = nullptr;
  decltype(&::TfLiteInterpreterCreate) TfLiteInterpreterCreate = nullptr;
  decltype(&::TfLiteInterpreterDelete) TfLiteInterpreterDelete = nullptr;
  decltype(&::TfLiteInterpreterGetInputTensorCount) TfLiteInterpreterGetInputTensorCount = nullptr;
  decltype(&::TfLiteInterpreterGetInputTensor) TfLiteInterpreterGetInputTensor = nullptr;
  decltype(&::TfLiteInterpreterResizeInputTensor) TfLiteInterpreterResizeInputTensor = nullptr;
  decltype(&::TfLiteInterpreterAllocateTensors) TfLiteInterpreterAllocateTensors = nullptr;
  decltype(&::TfLiteInterpreterInvoke) TfLiteInterpreterInvoke = nullptr;
  decltype(&::TfLiteInterpreterGetTensor) TfLiteInterpreterGetTensor = nullptr;
  decltype(&::TfLiteTensorName) TfLiteTensorName = nullptr;
  decltype(&::TfLiteTensorType) TfLiteTensorType = nullptr;
  decltype(&::TfLiteTensorNumDims) TfLiteTensorNumDims = nullptr;
  decltype(&::TfLiteTensorDim) TfLiteTensorDim = nullptr;
  decltype(&::TfLiteTensorByteSize) TfLiteTensorByteSize = nullptr;
  decltype(&::TfLiteTensorData) TfLiteTensorData = nullptr;
  decltype(&::TfLiteTensorCopyFromBuffer) TfLiteTensorCopyFromBuffer = nullptr;

  // XNNPACK's delegate with its own options: null where the library is built without it.
  TfLiteDelegate* (*TfLiteXNNPackDelegateCreate)(const void* options) = nullptr;
  void (*TfLiteXNNPackDelegateDelete)(TfLiteDelegate*) = nullptr;

  // The class of the plain kernels, which the C interface cannot name: its constructor and its
  // FindOp(BuiltinOperator, int). Null where the library does not show them.
  void (*CreateReferenceKernels)(void* place) = nullptr;
  const TfLiteRegistration* (*FindReferenceKernel)(const void* kernels, int op,
                                                   int version) = nullptr;
};

// Opens the library once per process. Looked for in this order: the file named by the environment
// variable ACC_TFLITE_LIBRARY, set-up's `third_party` in this program's tree
// (base/library_places.h), the system's libraries. Fails with all the places that were tried and
// the command that installs it.
Result<const Api*> LoadTfLite();

// The same, as it was opened.
Result<OpenedLibrary> TfLiteLibrary();

}  // namespace acc::golden::tflite
