// SPDX-License-Identifier: BSD-3-Clause
#include <flatbuffers/flatbuffers.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "dlc/model_testing.h"
#include "dlc/read.h"
#include "dlc/zip_testing.h"
#include "dlc_schema/v3_generated.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Builder = flatbuffers::FlatBufferBuilder;
using AttributeOffset = flatbuffers::Offset<v3::Attribute>;

constexpr std::string_view kHeader3("\xD5\x0A\x03\0\0\0\0\0", 8);

AttributeOffset Group(Builder& builder, const char* name,
                      const std::vector<AttributeOffset>& members) {
  const auto text = builder.CreateString(name);
  const auto list = builder.CreateVector(members);
  return v3::CreateAttribute(builder, text, 11, false, 0, 0, 0, 0, 0, 0, 0, 0, 0, list);
}

AttributeOffset Real(Builder& builder, const char* name, float value) {
  return v3::CreateAttribute(builder, builder.CreateString(name), 4, false, 0, 0, value);
}

AttributeOffset Number(Builder& builder, const char* name, std::int32_t value) {
  return v3::CreateAttribute(builder, builder.CreateString(name), 2, false, value);
}

AttributeOffset Numbers(Builder& builder, const char* name, const std::vector<std::int32_t>& list) {
  const auto text = builder.CreateString(name);
  const auto numbers = builder.CreateVector(list);
  return v3::CreateAttribute(builder, text, 8, false, 0, 0, 0, 0, 0, 0, numbers);
}

flatbuffers::Offset<v3::Node> MakeNode(Builder& builder, const char* name, const char* type,
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

std::string Finished(const Builder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

// An input, a convolution with encodings on its output and its weights, and a node without dims.
std::string StructureRecord() {
  Builder builder;
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

std::string ParamsRecord(const std::vector<std::int32_t>& dims) {
  Builder builder;
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

constexpr std::string_view kExpected = R"(graph ''
0 'data' kind 0 float32 1x4x4x3 data
1 'conv.out' kind 3 ufixed8 1x2x2x2 encoded axis -1 float false (8 bits -0x1p+0 to 0x1.fcp+7, 0x1p+0 * (q + -1), symmetric false) data
2 'y' kind 1 float32 scalar data
3 'conv.weights' kind 4 ufixed8 2x2 encoded axis -1 float false (8 bits -0x1p+1 to 0x1.fap+7, 0x1p+0 * (q + -2), symmetric false) data 01 02 03 04
4 'conv.bias' kind 4 float32 1 data 00 00 80 3f
node 'conv' Convolutional of : data|conv.weights|conv.bias -> conv.out
  padx [1]: 1
  shape [5]: 0 'shape' kind 4 int32 2 data ff ff ff ff 02 00 00 00
  options.inner.alpha [3]: 0x1p-1
node 'relu' Neuron of : conv.out -> y
)";

TEST(ReadVersion3Test, GivesStructureWeightsAndEncodings) {
  const std::string header(kHeader3);
  const std::string file =
      MakeZip({{.name = "model", .content = header + StructureRecord()},
               {.name = "model.params", .content = header + ParamsRecord({2, 2})},
               {.name = "dlc.metadata", .content = "converter-command=snpe-onnx-to-dlc a=b\n"}});
  const Result<Model> model = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ(ToText(*model), "3.0 'snpe-onnx-to-dlc a=b' ''\n" + std::string(kExpected));
  EXPECT_THAT(model->notes, ElementsAre("the file gives no dims for 1 tensors"));
}

TEST(ReadVersion3Test, TakesRecordsWithoutAHeader) {
  const std::string file = MakeZip({{.name = "model", .content = StructureRecord()},
                                    {.name = "model.params", .content = ParamsRecord({2, 2})}});
  const Result<Model> model = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ(ToText(*model), "3.0 '' ''\n" + std::string(kExpected));
}

TEST(ReadVersion3Test, RefusesWeightsThatDoNotFit) {
  const std::string file = MakeZip({{.name = "model", .content = StructureRecord()},
                                    {.name = "model.params", .content = ParamsRecord({2, 3})}});
  EXPECT_THAT(Read(BytesOf(file), "x.dlc").status().message(),
              HasSubstr("the tensor 'conv.weights' has 4 bytes of data, but 6 elements"));
}

}  // namespace
}  // namespace acc::dlc
