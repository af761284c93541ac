// SPDX-License-Identifier: BSD-3-Clause
// The encodings that a DLC holds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "quantize/quantize.h"
#include "tensor/encoding.h"

namespace acc::features {

// A DLC, or the net JSON of a QNN model where the name ends in ".json".
Result<dlc::Model> ReadModelFile(const std::filesystem::path& path);

struct EncodedTensor {
  const dlc::Tensor* tensor = nullptr;
  TensorEncoding encoding;  // Normalized; the axis is one of the tensor's dims.
  bool is_param = false;    // A static tensor.
};

struct ModelEncodings {
  std::vector<EncodedTensor> tensors;  // In the order of the file, each name once.
  std::vector<std::string> notes;      // For the log, one line each.
};

// Float tensors of a model that also has quantized ones get a float encoding. Of a name that
// several graphs have, the first counts; a note says where another differs. Nothing for a model
// without any encoding. The result points into `model`.
ModelEncodings EncodingsOf(const dlc::Model& model);

// As a file of encodings holds them.
quantize::Overrides AsOverrides(const ModelEncodings& encodings);

}  // namespace acc::features
