// SPDX-License-Identifier: BSD-3-Clause
// The weights of version 4: inside "model.params", beside it in "model.params.bin", or as buffers
// without names (NR64).
#pragma once

#include <vector>

#include "base/status.h"
#include "dlc/model.h"
#include "dlc/read_versions.h"

namespace acc::dlc {

// Points the data of static tensors, and of tensors that are attributes, into the records. Fails
// for a tensor with elements and without data, and for data outside of their record.
Status ReadData(const RecordBytes& records, std::vector<Graph>& graphs);

}  // namespace acc::dlc
