// SPDX-License-Identifier: BSD-3-Clause
#include "store/graph_struct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "base/scratch_folder_testing.h"

namespace acc::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class GraphStructTest : public ::testing::Test {
 protected:
  std::filesystem::path Write(std::string_view text) {
    EXPECT_TRUE(WriteFile(scratch_ / "x.json", text).ok());
    return scratch_ / "x.json";
  }

  ScratchFolder scratch_;
};

TEST_F(GraphStructTest, ReadsWhatWasWritten) {
  GraphStruct graph;
  graph.model_name = "snpe_model";
  graph.inputs = {{"data", {1, 224, 224, 3}, true, "NHWC"}};
  graph.nodes = {
      {"conv1", "Conv2d", {"data", "w"}, {{"conv1:0", {1, 112, 112, 64}, true, "NHWC"}}},
      {"sum", "Add", {"conv1:0", ""}, {{"out", {}, true, ""}, {"unknown", {}, false, ""}}}};
  ASSERT_TRUE(WriteGraphStruct(scratch_ / "g.json", graph).ok());
  const GraphStruct read = ReadGraphStruct(scratch_ / "g.json").value();
  EXPECT_EQ(read.model_name, "snpe_model");
  ASSERT_EQ(read.inputs.size(), 1U);
  EXPECT_EQ(read.inputs[0].dims, (Shape{1, 224, 224, 3}));
  EXPECT_EQ(read.inputs[0].layout, "NHWC");
  ASSERT_EQ(read.nodes.size(), 2U);
  EXPECT_EQ(read.nodes[0].type, "Conv2d");
  EXPECT_THAT(read.nodes[0].inputs, ElementsAre("data", "w"));
  EXPECT_EQ(read.nodes[0].outputs[0].name, "conv1:0");
  EXPECT_THAT(read.nodes[1].inputs, ElementsAre("conv1:0", ""));
  EXPECT_TRUE(read.nodes[1].outputs[0].has_dims);
  EXPECT_FALSE(read.nodes[1].outputs[1].has_dims);
}

TEST_F(GraphStructTest, ReadsLeniently) {
  const GraphStruct read = ReadGraphStruct(Write(R"({"extra": 1, "nodes": [
        {"name": "a", "type": "Relu", "inputs": ["x"], "outputs": ["y"], "more": {}},
        {"name": "b", "outputs": [{"name": "z", "dims": [1, -5]}, {"name": "q", "dims": "big"}]},
        {}]})"))
                               .value();
  ASSERT_EQ(read.nodes.size(), 3U);
  EXPECT_EQ(read.nodes[0].outputs[0].name, "y");
  EXPECT_EQ(read.nodes[1].outputs[0].dims, (Shape{1, kUnknownDim}));
  EXPECT_FALSE(read.nodes[1].outputs[1].has_dims);
  EXPECT_THAT(read.inputs, IsEmpty());
}

TEST_F(GraphStructTest, RefusesWhatIsNoGraphStruct) {
  for (const char* text : {"[]", "{}", "3", R"({"nodes": {}})"}) {
    EXPECT_THAT(ReadGraphStruct(Write(text)).status().message(),
                AllOf(HasSubstr("x.json"), HasSubstr("nodes")));
  }
  EXPECT_THAT(ReadGraphStruct(Write(R"({"nodes": [{}, 3]})")).status().message(),
              HasSubstr("entry 1"));
  EXPECT_THAT(ReadGraphStruct(scratch_ / "gone").status().message(), HasSubstr("gone"));
}

TEST_F(GraphStructTest, NamesThatAreNoUtf8AreWrittenPrintable) {
  GraphStruct graph;
  graph.nodes = {{"a\xFF", "Relu", {}, {}}};
  ASSERT_TRUE(WriteGraphStruct(scratch_ / "g.json", graph).ok());
  EXPECT_EQ(ReadGraphStruct(scratch_ / "g.json")->nodes[0].name, "a\\xff");
}

TEST_F(GraphStructTest, MappingReadsBackInOrder) {
  const TensorMapping mapping = {{"z/b", "z:0"}, {"a", "b"}, {"detection/boxes", "boxes:0"}};
  ASSERT_TRUE(WriteTensorMapping(scratch_ / "m.json", mapping).ok());
  EXPECT_EQ(ReadTensorMapping(scratch_ / "m.json").value(), mapping);
  EXPECT_THAT(ReadTensorMapping(Write(R"({"a": "b"})")).value(), ElementsAre(Pair("a", "b")));
}

TEST_F(GraphStructTest, MappingRefusesOtherForms) {
  EXPECT_THAT(ReadTensorMapping(Write("[]")).status().message(), HasSubstr("flat object"));
  EXPECT_THAT(ReadTensorMapping(Write(R"({"a": ["b"]})")).status().message(), HasSubstr("'a'"));
  EXPECT_THAT(ReadTensorMapping(Write(R"({"a": "b", "a": "c"})")).status().message(),
              HasSubstr("twice"));
  EXPECT_THAT(WriteTensorMapping(scratch_ / "m.json", {{"a", "b"}, {"a", "c"}}).message(),
              HasSubstr("mapped twice"));
}

}  // namespace
}  // namespace acc::store
