// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/unroll.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <cstring>

#include "model/tflite/file.h"
#include "model/tflite/tflite_testing.h"

namespace acc::model::tflite {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<schema::TensorT> Scalar(std::string name, std::uint32_t buffer = 0) {
  auto tensor = MakeTensor(std::move(name), {});
  tensor->type = schema::TensorType_INT32;
  tensor->buffer = buffer;
  return tensor;
}

std::unique_ptr<schema::OperatorT> Node(std::uint32_t code, std::vector<int> inputs,
                                        std::vector<int> outputs) {
  auto node = std::make_unique<schema::OperatorT>();
  node->opcode_index = code;
  node->inputs = std::move(inputs);
  node->outputs = std::move(outputs);
  return node;
}

std::uint32_t AddNumber(schema::ModelT& model, std::int32_t number) {
  auto buffer = std::make_unique<schema::BufferT>();
  buffer->data.resize(sizeof(number));
  std::memcpy(buffer->data.data(), &number, sizeof(number));
  model.buffers.push_back(std::move(buffer));
  return static_cast<std::uint32_t>(model.buffers.size()) - 1;
}

// for (i = 0; i < steps; ++i) x = -x, of which x is "y" afterwards.
schema::ModelT Loop(int steps) {
  schema::ModelT model = OneOperator(schema::BuiltinOperator_WHILE);
  for (const auto code :
       {schema::BuiltinOperator_LESS, schema::BuiltinOperator_ADD, schema::BuiltinOperator_NEG}) {
    model.operator_codes.push_back(std::make_unique<schema::OperatorCodeT>());
    model.operator_codes.back()->builtin_code = code;
  }
  schema::SubGraphT& main = *model.subgraphs[0];
  main.tensors.push_back(Scalar("from", AddNumber(model, 0)));
  main.tensors.push_back(Scalar("i"));
  main.operators[0]->inputs = {2, 0};
  main.operators[0]->outputs = {3, 1};
  schema::WhileOptionsT options;
  options.cond_subgraph_index = 1;
  options.body_subgraph_index = 2;
  main.operators[0]->builtin_options.Set(options);
  for (const char* prefix : {"condition/", "body/"}) {
    auto graph = std::make_unique<schema::SubGraphT>();
    graph->inputs = {0, 1};
    graph->tensors.push_back(Scalar(prefix + std::string("i")));
    graph->tensors.push_back(MakeTensor(prefix + std::string("x"), {2}));
    model.subgraphs.push_back(std::move(graph));
  }
  schema::SubGraphT& condition = *model.subgraphs[1];
  condition.tensors.push_back(Scalar("steps", AddNumber(model, steps)));
  condition.tensors.push_back(MakeTensor("goes_on", {}));
  condition.operators.push_back(Node(1, {0, 2}, {3}));
  condition.outputs = {3};
  schema::SubGraphT& body = *model.subgraphs[2];
  body.tensors.push_back(Scalar("one", AddNumber(model, 1)));
  body.tensors.push_back(Scalar("next"));
  body.tensors.push_back(MakeTensor("negated", {2}));
  body.operators.push_back(Node(2, {0, 2}, {3}));
  body.operators.push_back(Node(3, {1}, {4}));
  body.outputs = {3, 4};
  return model;
}

std::vector<std::string> Made(const schema::ModelT& model) {
  const auto file = File::Parse(Serialized(model), "m");
  EXPECT_TRUE(file.ok()) << file.status().message();
  std::vector<std::string> names;
  for (const schema::Operator* node : *file->graph().operators()) {
    names.push_back(file->Type(*node) + " " + file->Names(node->outputs()).front());
  }
  return names;
}

TEST(UnrollTest, WritesEachStepOut) {
  EXPECT_THAT(Made(Loop(2)),
              ElementsAre("ADD next/step_0", "NEG negated/step_0", "ADD i", "NEG y"));
  const auto file = File::Parse(Serialized(Loop(2)), "m");
  const auto& nodes = *file->graph().operators();
  EXPECT_THAT(file->Names(nodes[1]->inputs()), ElementsAre("x"));
  EXPECT_THAT(file->Names(nodes[2]->inputs()), ElementsAre("next/step_0", "one"));
  EXPECT_THAT(file->Names(nodes[3]->inputs()), ElementsAre("negated/step_0"));
  EXPECT_EQ(file->subgraphs(), 1U);
}

TEST(UnrollTest, ALoopWithoutStepsMakesWhatItIsGiven) {
  const auto file = File::Parse(Serialized(Loop(0)), "m");
  ASSERT_TRUE(file.ok()) << file.status().message();
  EXPECT_EQ(file->graph().operators(), nullptr);
  EXPECT_THAT(file->Names(file->graph().outputs()), ElementsAre("x"));
}

TEST(UnrollTest, LeavesLoopsThatTheFileDoesNotBound) {
  EXPECT_EQ(Made(Loop(kMostSteps)).size(), 2U * kMostSteps);
  EXPECT_THAT(Made(Loop(kMostSteps + 1)), ElementsAre("WHILE i"));
  auto model = Loop(2);
  model.subgraphs[0]->tensors[2]->buffer = 0;
  model.subgraphs[0]->inputs = {0, 2};
  EXPECT_THAT(Made(model), ElementsAre("WHILE i")) << "an input counts";
}

TEST(UnrollTest, LeavesLoopsWhosePartsDoNotFit) {
  for (const int graph : {-1, 0, 3}) {
    auto model = Loop(2);
    model.subgraphs[0]->operators[0]->builtin_options.AsWhileOptions()->body_subgraph_index = graph;
    EXPECT_THAT(Made(model), ElementsAre("WHILE i")) << graph;
  }
  auto model = Loop(2);
  model.subgraphs[2]->outputs.pop_back();
  EXPECT_THAT(Made(model), ElementsAre("WHILE i"));
}

TEST(UnrollTest, RefusesBodiesThatNameWhatTheyDoNotHave) {
  auto model = Loop(2);
  model.subgraphs[2]->operators[1]->inputs = {5};
  EXPECT_THAT(File::Parse(Serialized(model), "m").status().message(), HasSubstr("does not have"));
  model = Loop(2);
  model.subgraphs[2]->tensors[4]->buffer = 9;
  EXPECT_THAT(File::Parse(Serialized(model), "m").status().message(), HasSubstr("does not have"));
}

TEST(UnrollTest, RefusesToMultiplyLoopsWithinLoops) {
  auto model = Loop(kMostSteps);
  schema::SubGraphT& body = *model.subgraphs[2];
  body.tensors.push_back(Scalar("end"));
  auto again = Node(0, {2, 1}, {5, 4});
  again->builtin_options.Set(*model.subgraphs[0]->operators[0]->builtin_options.AsWhileOptions());
  body.operators[1] = std::move(again);
  EXPECT_THAT(File::Parse(Serialized(model), "m").status().message(), HasSubstr("over and over"));
}

}  // namespace
}  // namespace acc::model::tflite
