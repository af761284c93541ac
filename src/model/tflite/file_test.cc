// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "model/graph.h"
#include "model/tflite/capture.h"
#include "model/tflite/tflite_format.h"
#include "model/tflite/tflite_testing.h"

namespace acc::model::tflite {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string ErrorOf(const schema::ModelT& model) {
  return File::Parse(Serialized(model), "m").status().message();
}

TEST(File, GivesNamelessAndRepeatedTensorsNamesOfTheirOwn) {
  auto model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->tensors[0]->name = "";
  model.subgraphs[0]->tensors.push_back(MakeTensor("y", {2}));
  const auto file = File::Parse(Serialized(model), "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->tensor(0).name, "tensor_0");
  EXPECT_EQ(file->tensor(1).name, "y");
  EXPECT_EQ(file->tensor(2).name, "y_1");
  EXPECT_EQ(file->name(), "m");
}

TEST(File, RefusesIndicesOutsideOfTheFile) {
  auto model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->operators[0]->inputs = {7};
  EXPECT_THAT(ErrorOf(model), AllOf(HasSubstr("RELU"), HasSubstr("tensor 7")));
  model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->operators[0]->outputs = {-1};
  EXPECT_THAT(ErrorOf(model), HasSubstr("tensor -1"));
  model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->operators[0]->opcode_index = 1;
  EXPECT_THAT(ErrorOf(model), HasSubstr("a type that the file does not list"));
  model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->tensors[0]->buffer = 9;
  EXPECT_THAT(ErrorOf(model), AllOf(HasSubstr("'x'"), HasSubstr("buffer 9")));
  model.subgraphs.clear();
  EXPECT_THAT(ErrorOf(model), HasSubstr("no graph"));
}

TEST(File, RefusesEveryTruncation) {
  const std::string whole = Serialized(OneOperator(schema::BuiltinOperator_RELU));
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    EXPECT_FALSE(File::Parse(whole.substr(0, size), "m").ok()) << size;
  }
}

TEST(File, ReadsEncodingsAsCodesFromZero) {
  auto model = OneOperator(schema::BuiltinOperator_RELU);
  auto& x = *model.subgraphs[0]->tensors[0];
  x.type = schema::TensorType_INT8;
  x.quantization = std::make_unique<schema::QuantizationParametersT>();
  x.quantization->scale = {0.5F};
  x.quantization->zero_point = {3};
  const auto file = File::Parse(Serialized(model), "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  const Encoding encoding = file->tensor(0).encoding->channels.at(0);
  EXPECT_EQ(encoding.offset, -131);
  EXPECT_EQ(encoding.min, -65.5);
  EXPECT_EQ(encoding.max, 62);
  x.quantization->scale = {0.5F, 0.25F, 1};
  EXPECT_THAT(ErrorOf(model), HasSubstr("3 scales along axis 0 of its dims 2"));
  x.quantization->scale = {-1};
  EXPECT_THAT(ErrorOf(model), HasSubstr("no positive number"));
}

TEST(ParseTflite, KeepsUnknownOperatorsUnderTheirNames) {
  auto model = OneOperator(schema::BuiltinOperator_CUSTOM);
  model.operator_codes[0]->custom_code = "MyOp";
  const auto graph = ParseTflite(Serialized(model), "m");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  ASSERT_EQ(graph->nodes.size(), 1U);
  EXPECT_EQ(graph->nodes[0].op_type, "MyOp");
  EXPECT_EQ(graph->nodes[0].domain, kUntranslatedDomain);
}

TEST(ParseTflite, RefusesACycle) {
  auto model = OneOperator(schema::BuiltinOperator_RELU);
  model.subgraphs[0]->operators[0]->inputs = {1};
  EXPECT_THAT(ParseTflite(Serialized(model), "m").status().message(),
              HasSubstr("before anything makes it"));
}

TEST(File, ReadsZeroPointsThatLieAtOddPlaces) {
  auto model = OneOperator(schema::BuiltinOperator_RELU);
  schema::TensorT& tensor = *model.subgraphs[0]->tensors[0];
  tensor.type = schema::TensorType_INT8;
  tensor.quantization = std::make_unique<schema::QuantizationParametersT>();
  tensor.quantization->scale = {0.5F};
  tensor.quantization->zero_point = {0};
  std::string content = Serialized(model);
  const auto* graph = schema::GetModel(content.data())->subgraphs()->Get(0);
  const auto* table =
      reinterpret_cast<const ::flatbuffers::Table*>(graph->tensors()->Get(0)->quantization());
  const auto* field = table->GetAddressOf(schema::QuantizationParameters::VT_ZERO_POINT);
  const auto place = reinterpret_cast<const char*>(field) - content.data();
  content.resize((content.size() + 7) / 8 * 8);
  const auto offset =
      static_cast<std::uint32_t>(content.size()) - static_cast<std::uint32_t>(place);
  std::memcpy(content.data() + place, &offset, sizeof(offset));
  const std::uint32_t count = 1;
  const std::int64_t zero_point = 3;
  content.append(reinterpret_cast<const char*>(&count), sizeof(count));
  content.append(reinterpret_cast<const char*>(&zero_point), sizeof(zero_point));
  const auto file = File::Parse(content, "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->tensor(0).encoding->channels[0].offset, -131);
}

TEST(ParseTflite, RefusesToGatherAnAxisOfAnyLength) {
  auto model = OneOperator(schema::BuiltinOperator_MIRROR_PAD);
  schema::SubGraphT& graph = *model.subgraphs[0];
  graph.tensors[0]->shape = {1 << 30};
  graph.tensors[1]->shape = {(1 << 30) + 1};
  graph.tensors.push_back(MakeTensor("paddings", {1, 2}));
  graph.tensors[2]->type = schema::TensorType_INT32;
  graph.tensors[2]->buffer = 1;
  model.buffers.push_back(std::make_unique<schema::BufferT>());
  model.buffers[1]->data = {0, 0, 0, 0, 1, 0, 0, 0};
  graph.operators[0]->inputs = {0, 2};
  graph.operators[0]->builtin_options.Set(schema::MirrorPadOptionsT{});
  graph.operators[0]->builtin_options.AsMirrorPadOptions()->mode = schema::MirrorPadMode_SYMMETRIC;
  EXPECT_THAT(ParseTflite(Serialized(model), "m").status().message(), HasSubstr("too long"));
  graph.tensors[0]->shape = {2};
  graph.tensors[1]->shape = {3};
  EXPECT_TRUE(ParseTflite(Serialized(model), "m").ok());
}

TEST(CapturableTflite, AddsOutputsAndLeavesTheRest) {
  const std::string content = Serialized(OneOperator(schema::BuiltinOperator_RELU));
  const auto file = CapturableTflite::Parse(content, "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  const auto more = file->WithOutputs(std::vector<int>{0, 1});
  ASSERT_TRUE(more.ok());
  const auto again = File::Parse(*more, "m");
  ASSERT_TRUE(again.ok()) << again.status().message();
  EXPECT_THAT(*again->graph().outputs(), ElementsAre(1, 0));
  EXPECT_EQ(again->tensors().size(), 2U);
  EXPECT_EQ(file->Find("y"), 1);
  EXPECT_EQ(file->Find("z"), -1);
}

TEST(CapturableTflite, RefusesOutputsThatLieOverInputs) {
  std::string content = Serialized(OneOperator(schema::BuiltinOperator_RELU));
  const auto* graph = schema::GetModel(content.data())->subgraphs()->Get(0);
  const auto* table = reinterpret_cast<const ::flatbuffers::Table*>(graph);
  auto* fields = const_cast<std::uint8_t*>(table->GetVTable());
  std::memcpy(fields + schema::SubGraph::VT_OUTPUTS, fields + schema::SubGraph::VT_INPUTS, 2);
  const auto file = CapturableTflite::Parse(content, "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_THAT(file->WithOutputs(std::vector<int>{1}).status().message(), HasSubstr("overlaps"));
}

}  // namespace
}  // namespace acc::model::tflite
