// SPDX-License-Identifier: BSD-3-Clause
// Model-local functions of an ONNX file.
#pragma once

#include <onnx.pb.h>

#include "base/status.h"

namespace acc::model {

// Replaces every call of a model-local function, wherever it stands, by the function's nodes, and
// drops the functions; true where there was a call. What a body makes is named after the call:
// tensor "t" of the call "block1" becomes "block1/t", with a suffix where that is taken; a call
// without a name lends its first output's. Outputs of the call keep their names.
//
// As ONNX Runtime reads it: operators of the standard's own domain are the standard's, also where a
// function has their name; nodes of a body mean what they mean in the versions that the model
// imports, and only domains that it does not import are added.
//
// Fails, naming the function, for one that calls itself, for two of one name, for a body that reads
// what it does not make, for a call with too many inputs or outputs, and for calls that would make
// the model larger than the format allows.
Result<bool> InlineFunctions(onnx::ModelProto& model);

}  // namespace acc::model
