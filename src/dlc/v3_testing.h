// SPDX-License-Identifier: BSD-3-Clause
// For tests: records of version 3, as its schema has them.
#pragma once

#include <flatbuffers/flatbuffers.h>

#include <cstdint>
#include <string>
#include <vector>

#include "dlc_schema/v3_generated.h"

namespace acc::dlc {

using AttributeOffset = flatbuffers::Offset<v3::Attribute>;

inline AttributeOffset Group(flatbuffers::FlatBufferBuilder& builder, const char* name,
                             const std::vector<AttributeOffset>& members) {
  const auto text = builder.CreateString(name);
  const auto list = builder.CreateVector(members);
  return v3::CreateAttribute(builder, text, 11, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, list);
}

inline AttributeOffset Real(flatbuffers::FlatBufferBuilder& builder, const char* name,
                            float value) {
  return v3::CreateAttribute(builder, builder.CreateString(name), 4, false, 0, 0, value);
}

inline AttributeOffset Number(flatbuffers::FlatBufferBuilder& builder, const char* name,
                              std::int32_t value) {
  return v3::CreateAttribute(builder, builder.CreateString(name), 2, false, value);
}

inline AttributeOffset Numbers(flatbuffers::FlatBufferBuilder& builder, const char* name,
                               const std::vector<std::int32_t>& list) {
  const auto text = builder.CreateString(name);
  const auto numbers = builder.CreateVector(list);
  return v3::CreateAttribute(builder, text, 8, false, 0, 0, 0, 0, 0, 0, numbers);
}

inline flatbuffers::Offset<v3::Node> MakeNode(flatbuffers::FlatBufferBuilder& builder,
                                              const char* name, const char* type,
                                              const std::vector<std::string>& inputs,
                                              const std::vector<std::string>& outputs,
                                              const std::vector<AttributeOffset>& attributes) {
  const auto name_text = builder.CreateString(name);
  const auto type_text = builder.CreateString(type);
  const auto input_list = builder.CreateVectorOfStrings(inputs);
  const auto output_list = builder.CreateVectorOfStrings(outputs);
  const auto list = builder.CreateVector(attributes);
  return v3::CreateNode(builder, 0, name_text, type_text, input_list, output_list, list);
}

inline std::string Finished(const flatbuffers::FlatBufferBuilder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// An input, a convolution with encodings on its output and its weights, and a node without dims.
inline std::string Version3Structure() {
  flatbuffers::FlatBufferBuilder builder;
  const auto input =
      MakeNode(builder, "data", "Input", {"data"}, {"data"},
               {Group(builder, "OutputDims", {Numbers(builder, "0", {1, 4, 4, 3})})});
  const auto encoding =
      Group(builder, "0",
            {Number(builder, "bitwidth", 8), Real(builder, "min", -1), Real(builder, "max", 254),
             Real(builder, "delta", 1), Real(builder, "offset", 1)});
  const auto convolution =
      MakeNode(builder, "conv", "Convolutional", {"data"}, {"conv.out"},
               {Number(builder, "padx", 1), Numbers(builder, "shape", {-1, 2}),
                Group(builder, "output_encodings", {encoding}),
                Group(builder, "options", {Group(builder, "inner", {Real(builder, "alpha", 0.5)})}),
                Group(builder, "OutputDims", {Numbers(builder, "0", {1, 2, 2, 2})})});
  const auto last = MakeNode(builder, "relu", "Neuron", {"conv.out"}, {"y"}, {});
  const std::vector<flatbuffers::Offset<v3::Node>> nodes = {input, convolution, last};
  builder.Finish(v3::CreateModel(builder, 0, builder.CreateVector(nodes)), "NETD");
  return Finished(builder);
}

inline std::string Version3Params(const std::vector<std::int32_t>& dims) {
  flatbuffers::FlatBufferBuilder builder;
  const std::vector<AttributeOffset> members = {
      Group(builder, "encoding", {Real(builder, "Min", -2), Real(builder, "Max", 253)})};
  const auto attributes = builder.CreateVector(members);
  const auto bytes = builder.CreateVector(std::vector<std::uint8_t>{1, 2, 3, 4});
  const auto codes = v3::CreateTensorData(builder, 6, bytes);
  const auto weights_name = builder.CreateString("weights");
  const auto weights_dims = builder.CreateVector(dims);
  const auto weights = v3::CreateTensor(builder, weights_name, weights_dims, codes, attributes);
  const auto reals = builder.CreateVector(std::vector<float>{1.0F});
  const auto floats = v3::CreateTensorData(builder, 9, 0, reals);
  const auto bias_name = builder.CreateString("bias");
  const auto bias_dims = builder.CreateVector(std::vector<std::int32_t>{1});
  const auto bias = v3::CreateTensor(builder, bias_name, bias_dims, floats);
  const auto tensors =
      builder.CreateVector(std::vector<flatbuffers::Offset<v3::Tensor>>{weights, bias});
  const auto node = v3::CreateNodeParams(builder, builder.CreateString("conv"), tensors);
  builder.Finish(v3::CreateParams(builder, builder.CreateVector(std::vector{node})), "NETP");
  return Finished(builder);
}

}  // namespace acc::dlc
