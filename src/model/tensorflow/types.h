// SPDX-License-Identifier: BSD-3-Clause
// Types and tensors between TensorFlow's messages and ours.
#pragma once

#include <graph_def.pb.h>

#include <string>

#include "base/status.h"
#include "model/tensorflow/type_numbers.h"
#include "tensor/element_type.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::model::tensorflow {

namespace proto = ::acc::tensorflow;

// All storage forms: packed bytes, and lists whose last value stands for all that follow. Fails
// where the data do not fit the dims, for strings and for types without counterpart.
Result<Tensor> TensorOf(const proto::TensorProto& tensor);

// Unknown dims are kUnknownDim.
ValueInfo WithShape(std::string name, ElementType type, const proto::TensorShapeProto& shape);

}  // namespace acc::model::tensorflow
