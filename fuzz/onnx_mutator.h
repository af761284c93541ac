// SPDX-License-Identifier: BSD-3-Clause
// Changes an ONNX model as a message, so that what comes out still parses: attributes, operators,
// inputs and outputs of nodes, dims, types, constants and versions.
#pragma once

#include <cstddef>
#include <cstdint>

namespace acc::fuzz {

// As LLVMFuzzerCustomMutator. Now and then, and for what does not parse, bytes are changed instead.
std::size_t MutateOnnx(std::uint8_t* data, std::size_t size, std::size_t max_size,
                       unsigned int seed);

}  // namespace acc::fuzz
