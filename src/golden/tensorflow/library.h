// SPDX-License-Identifier: BSD-3-Clause
// Finds and opens TensorFlow when it is first needed; nothing is linked against it, and none of its
// headers is needed: these declarations state the part of its C interface that is used, which
// TensorFlow promises to keep.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/library_places.h"
#include "base/status.h"

namespace acc::golden::tensorflow {

// Its TF_Buffer.
struct ByteBuffer {
  const void* data;
  std::size_t length;
  void (*data_deallocator)(void* data, std::size_t length);
};
struct TF_Graph;
struct TF_ImportGraphDefOptions;
struct TF_Operation;
struct TF_OperationDescription;
struct TF_Session;
struct TF_SessionOptions;
struct TF_Status;
struct TF_Tensor;

// Its TF_Output: an output of an operation.
struct OutputPlace {
  TF_Operation* operation;
  int port;
};

// TensorFlow's functions under their own names.
struct Api {
  const char* (*TF_Version)() = nullptr;
  TF_Status* (*TF_NewStatus)() = nullptr;
  void (*TF_DeleteStatus)(TF_Status*) = nullptr;
  int (*TF_GetCode)(const TF_Status*) = nullptr;
  const char* (*TF_Message)(const TF_Status*) = nullptr;

  TF_Graph* (*TF_NewGraph)() = nullptr;
  void (*TF_DeleteGraph)(TF_Graph*) = nullptr;
  TF_ImportGraphDefOptions* (*TF_NewImportGraphDefOptions)() = nullptr;
  void (*TF_DeleteImportGraphDefOptions)(TF_ImportGraphDefOptions*) = nullptr;
  void (*TF_ImportGraphDefOptionsAddInputMapping)(TF_ImportGraphDefOptions*, const char* name,
                                                  int port, OutputPlace replacement) = nullptr;
  void (*TF_GraphImportGraphDef)(TF_Graph*, const ByteBuffer*, const TF_ImportGraphDefOptions*,
                                 TF_Status*) = nullptr;
  TF_Operation* (*TF_GraphOperationByName)(TF_Graph*, const char* name) = nullptr;
  int (*TF_GraphGetTensorNumDims)(TF_Graph*, OutputPlace, TF_Status*) = nullptr;
  void (*TF_GraphGetTensorShape)(TF_Graph*, OutputPlace, std::int64_t* dims, int count,
                                 TF_Status*) = nullptr;
  TF_OperationDescription* (*TF_NewOperation)(TF_Graph*, const char* type,
                                              const char* name) = nullptr;
  void (*TF_SetAttrType)(TF_OperationDescription*, const char* name, int type) = nullptr;
  void (*TF_SetAttrShape)(TF_OperationDescription*, const char* name, const std::int64_t* dims,
                          int count) = nullptr;
  TF_Operation* (*TF_FinishOperation)(TF_OperationDescription*, TF_Status*) = nullptr;
  int (*TF_OperationNumOutputs)(TF_Operation*) = nullptr;
  int (*TF_OperationOutputType)(OutputPlace) = nullptr;

  TF_SessionOptions* (*TF_NewSessionOptions)() = nullptr;
  void (*TF_DeleteSessionOptions)(TF_SessionOptions*) = nullptr;
  void (*TF_SetConfig)(TF_SessionOptions*, const void* config, std::size_t length,
                       TF_Status*) = nullptr;
  TF_Session* (*TF_NewSession)(TF_Graph*, const TF_SessionOptions*, TF_Status*) = nullptr;
  void (*TF_CloseSession)(TF_Session*, TF_Status*) = nullptr;
  void (*TF_DeleteSession)(TF_Session*, TF_Status*) = nullptr;
  void (*TF_SessionRun)(TF_Session*, const ByteBuffer* run_options, const OutputPlace* inputs,
                        TF_Tensor* const* input_values, int input_count, const OutputPlace* outputs,
                        TF_Tensor** output_values, int output_count,
                        const TF_Operation* const* targets, int target_count,
                        ByteBuffer* run_metadata, TF_Status*) = nullptr;

  TF_Tensor* (*TF_AllocateTensor)(int type, const std::int64_t* dims, int count,
                                  std::size_t bytes) = nullptr;
  void (*TF_DeleteTensor)(TF_Tensor*) = nullptr;
  int (*TF_TensorType)(const TF_Tensor*) = nullptr;
  int (*TF_NumDims)(const TF_Tensor*) = nullptr;
  std::int64_t (*TF_Dim)(const TF_Tensor*, int axis) = nullptr;
  std::size_t (*TF_TensorByteSize)(const TF_Tensor*) = nullptr;
  void* (*TF_TensorData)(const TF_Tensor*) = nullptr;
};

// Opens the library once per process. Looked for in this order: the file named by the environment
// variable ACC_TENSORFLOW_LIBRARY, then libtensorflow_cc.so.2 of the package tensorflow-cpu or
// tensorflow where FindPackageFile looks, then the system's libraries. Fails with all the
// places that were tried and the command that installs it.
Result<const Api*> LoadTensorflow();

// The same, as it was opened.
Result<OpenedLibrary> TensorflowLibrary();

}  // namespace acc::golden::tensorflow
