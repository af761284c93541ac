// SPDX-License-Identifier: BSD-3-Clause
// What a DLC file says, whatever its version: graphs of QNN operators with dims, layouts and
// encodings as the target stores them. Reading, writing and translating meet here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::dlc {

// QNN's codes of element types; a file may hold others.
enum class DataType : std::uint32_t {
  kInt8 = 0x0008,
  kInt16 = 0x0016,
  kInt32 = 0x0032,
  kInt64 = 0x0064,
  kUint8 = 0x0108,
  kUint16 = 0x0116,
  kUint32 = 0x0132,
  kUint64 = 0x0164,
  kFloat16 = 0x0216,
  kFloat32 = 0x0232,
  kFloat64 = 0x0264,
  kSfixed4 = 0x0304,  // Signed fixed point: quantized.
  kSfixed8 = 0x0308,
  kSfixed16 = 0x0316,
  kSfixed32 = 0x0332,
  kUfixed4 = 0x0404,  // Unsigned fixed point: quantized.
  kUfixed8 = 0x0408,
  kUfixed16 = 0x0416,
  kUfixed32 = 0x0432,
  kBool8 = 0x0508,
  kString = 0x0608,
  kUndefined = 0x7fffffff,
};

// "sfixed8", "float32", …; "0x…" for codes that are not above.
std::string Name(DataType type);
// How its elements are stored: kSfixed8 as kInt8, kUfixed16 as kUint16; kUndefined for kString and
// unknown codes.
ElementType StoredType(DataType type);
// The type of unquantized elements; kUndefined for those that QNN lacks (bfloat16).
DataType DataTypeOf(ElementType type);
bool IsFixedPoint(DataType type);
bool IsSigned(DataType type);

// The role of a tensor in its graph; QNN's numbers.
enum class TensorKind : std::uint8_t {
  kInput = 0,
  kOutput = 1,
  kNative = 3,
  kStatic = 4,
  kNull = 5,  // Stands for optional inputs and outputs that are left out; dims {0}.
};

struct Tensor {
  std::uint32_t id = 0;
  std::string name;
  TensorKind kind = TensorKind::kNative;
  DataType type = DataType::kFloat32;
  Shape dims;  // In the order of the file; the target's layout.
  // As everywhere here: codes counted from 0 (tensor/encoding.h), also where the file stores signed
  // ones. The axis is one of `dims`. On floats it is an override that waits for the quantizer.
  std::optional<TensorEncoding> encoding;
  // The value of a kStatic tensor in row-major order, of StoredType(type); 4-bit elements take a
  // byte each where there are as many bytes as elements, and half a byte (the low nibble first)
  // where there are half as many. Points into Model::storage, at any address: not aligned.
  std::span<const std::byte> data;
};

// Of a node. Lists (perm, stride, …) are static tensors.
struct Attribute {
  std::string name;
  std::variant<bool, std::int32_t, std::uint32_t, float, std::string, Tensor> value;
  // For readers of the file: no parameter of QNN's operator.
  bool supplemental = false;
};

struct Node {
  std::string name;
  std::string type;     // "Conv2d", "Eltwise_Binary", "Pool", …
  std::string package;  // "qti.aisw" for QNN's own operators; empty where the file does not say.
  std::vector<std::string> inputs;  // Names of tensors of the graph.
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes;  // Without the package.

  // Null where there is none of that name.
  const Attribute* Find(std::string_view attribute) const;
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;      // In the order of execution.
  std::vector<Tensor> tensors;  // All that nodes name; not those of attributes.
};

// A part of the container: graph, weights, metadata, or a cache that is prepared for one chip.
struct Record {
  std::string name;
  std::uint64_t bytes = 0;
};

struct Model {
  int major = 4;  // Of the format: 3 is SNPE 1, 4 is SNPE 2, QNN and QAIRT.
  int minor = 1;
  std::string converter_command;  // As the file has it; empty where it does not say.
  std::string converter_version;
  std::string timestamp;  // For the writer: "2026-11-29 08:13:08 UTC"; left out where empty.
  std::vector<Graph> graphs;
  std::vector<Record> records;
  std::vector<std::string> notes;  // What was left out of what the file says; for the log.
  std::vector<std::shared_ptr<const void>> storage;  // What the spans of tensors point into.
};

// "qti.aisw", the package of QNN's own operators.
inline constexpr std::string_view kQnnPackage = "qti.aisw";

}  // namespace acc::dlc
