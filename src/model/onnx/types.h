// SPDX-License-Identifier: BSD-3-Clause
// Types and tensors between the ONNX messages and ours.
#pragma once

#include <onnx.pb.h>

#include <cstdint>

#include "base/status.h"
#include "model/onnx/external_data.h"
#include "tensor/element_type.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::model {

// A value that is no tensor (a sequence, a map) gets type kUndefined and no rank. Fails for a
// tensor of an element type that has no counterpart. A negative dimension is an unknown one.
Result<ValueInfo> ValueInfoFromOnnx(const onnx::ValueInfoProto& value);
// Leaves the type out where it is kUndefined, for the runtime to infer.
void ToOnnx(const ValueInfo& value, onnx::ValueInfoProto& proto);

// All storage forms: raw, typed and external. Fails where the data do not fit the dimensions, and
// for strings and types without counterpart; the message begins with the tensor's name.
Result<Tensor> TensorFromOnnx(const onnx::TensorProto& proto, ExternalData& external);
// As raw data. A 4-bit tensor stays packed.
void ToOnnx(const Tensor& tensor, onnx::TensorProto& proto);

}  // namespace acc::model
