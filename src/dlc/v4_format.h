// SPDX-License-Identifier: BSD-3-Clause
// The numbers and words of version 4 that its schema has no place for.
#pragma once

#include <cstdint>
#include <string_view>

namespace acc::dlc {

// The records of structure and weights; version 3 has the first two as well.
inline constexpr std::string_view kModelRecord = "model";
inline constexpr std::string_view kParamsRecord = "model.params";
inline constexpr std::string_view kExternalRecord = "model.params.bin";

inline constexpr char kModelIdentifier[] = "NETD";
inline constexpr char kParamsIdentifier[] = "NETP";
inline constexpr char kBuffersIdentifier[] = "NR64";

// Before each FlatBuffer: D5 0A, then 4, 1 and 0 in 16 bits each.
inline constexpr char kHeader[8] = {'\xD5', '\x0A', 4, 0, 1, 0, 0, 0};

// QNN's quantization encodings.
inline constexpr int kScaleOffset = 0;
inline constexpr int kAxisScaleOffset = 1;
inline constexpr int kBitwidthScaleOffset = 2;
inline constexpr int kBitwidthAxisScaleOffset = 3;
inline constexpr int kUndefinedEncoding = 0x7fffffff;

// The kinds of attributes, and what they are to their operator.
inline constexpr int kValueAttribute = 0;
inline constexpr int kTensorAttribute = 1;
inline constexpr std::uint8_t kCoreAttribute = 1;
inline constexpr std::uint8_t kSupplementalAttribute = 2;

// Of a tensor whose axes' meaning is not said.
inline constexpr int kFormatNotSaid = -1;

// An attribute of every node, which is no parameter of its operator.
inline constexpr char kPackageAttribute[] = "packageName";

}  // namespace acc::dlc
