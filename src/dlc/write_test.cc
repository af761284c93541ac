// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/write.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <variant>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "dlc/archive.h"
#include "dlc/dlc_testing.h"
#include "dlc/model_testing.h"
#include "dlc/read.h"
#include "dlc/zip_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Model OneTensor(Tensor tensor) {
  Model model;
  model.graphs.push_back({.name = "g", .tensors = {std::move(tensor)}});
  return model;
}

TEST(WriteTest, ReadGivesBackWhatWasWritten) {
  const ScratchFolder scratch;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const Model model = RandomModel(seed).Make();
    const Status written = Write(model, scratch / "x.dlc");
    ASSERT_TRUE(written.ok()) << seed << ": " << written.message();
    const Result<Model> read = Read(scratch / "x.dlc");
    ASSERT_TRUE(read.ok()) << seed << ": " << read.status().message();
    ASSERT_EQ(ToText(*read), ToText(model)) << seed;
    EXPECT_THAT(read->notes, IsEmpty());
  }
}

TEST(WriteTest, LaysRecordsOutAsTheSerializerDoes) {
  const ScratchFolder scratch;
  TestModel made;
  made.Floats("w", {1}, {1});
  made.Static<std::uint8_t>("a", {3}, {1, 2, 3}, DataType::kUint8);
  made.Floats("z", {2}, {4, 5});
  made.AddNode("Conv2d", {"w"}, {}, {made.List("stride", {6, 7}), Attribute{"group", 1U}});
  ASSERT_TRUE(Write(made.model(), scratch / "x.dlc").ok());
  const std::string file = ReadFile(scratch / "x.dlc").value();
  Archive archive = Archive::Open(BytesOf(file)).value();
  EXPECT_THAT(
      archive.records(),
      ElementsAre(Field(&Record::name, "dlc.metadata.history.2.3.0"),
                  Field(&Record::name, "dlc.metadata2.3.0"), Field(&Record::name, "model"),
                  Field(&Record::name, "model.params"), Field(&Record::name, "model.params.bin")));
  for (const Record& record : archive.records()) {
    const auto bytes = archive.Read(record.name).value().bytes;
    EXPECT_EQ((bytes.data() - BytesOf(file).data()) % 8, 0) << record.name;
  }
  // By name, each at a multiple of four bytes, then those of attributes.
  const auto data = archive.Read("model.params.bin").value().bytes;
  ASSERT_EQ(data.size(), 4 + 4 + 8 + 8);
  EXPECT_THAT(data.first(4), ElementsAre(std::byte{1}, std::byte{2}, std::byte{3}, std::byte{0}));
  EXPECT_EQ(data[16], std::byte{6});
}

TEST(WriteTest, WritesNoRecordOfWeightsWhereThereAreNone) {
  const ScratchFolder scratch;
  ASSERT_TRUE(Write(OneTensor({.name = "x"}), scratch / "x.dlc").ok());
  EXPECT_EQ(Read(scratch / "x.dlc").value().records.size(), 4);
}

// The property above says nothing of what the random models lack.
TEST(WriteTest, RandomModelsHoldEveryKindOfThing) {
  std::set<std::size_t> ranks;
  std::set<DataType> types;
  std::set<std::size_t> values;
  std::set<TensorKind> kinds;
  int per_channel = 0;
  int empty_texts = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    for (const Graph& graph : RandomModel(seed).Make().graphs) {
      for (const Tensor& tensor : graph.tensors) {
        ranks.insert(tensor.dims.size());
        types.insert(tensor.type);
        kinds.insert(tensor.kind);
        per_channel += tensor.encoding && tensor.encoding->axis ? 1 : 0;
      }
      for (const Node& node : graph.nodes) {
        for (const Attribute& attribute : node.attributes) {
          values.insert(attribute.value.index());
          const auto* text = std::get_if<std::string>(&attribute.value);
          empty_texts += text != nullptr && text->empty() ? 1 : 0;
        }
      }
    }
  }
  EXPECT_EQ(ranks.size(), 6U);
  EXPECT_EQ(types.size(), 20U);
  EXPECT_EQ(kinds.size(), 5U);
  EXPECT_EQ(values.size(), std::variant_size_v<decltype(Attribute::value)>);
  EXPECT_GT(per_channel, 100);
  EXPECT_GT(empty_texts, 10);
}

TEST(WriteTest, GivesTheSameBytesEachTime) {
  const ScratchFolder scratch;
  const Model model = RandomModel(7).Make();
  ASSERT_TRUE(Write(model, scratch / "a.dlc").ok());
  ASSERT_TRUE(Write(model, scratch / "b.dlc").ok());
  EXPECT_TRUE(ReadFile(scratch / "a.dlc").value() == ReadFile(scratch / "b.dlc").value());
}

std::string FailureOf(const Model& model) {
  const ScratchFolder scratch;
  const Status status = Write(model, scratch / "x.dlc");
  EXPECT_FALSE(status.ok());
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  return status.message();
}

TEST(WriteTest, RefusesWhatReadersWouldNotTake) {
  const TensorEncoding two_channels = {.channels = {Encoding{}, Encoding{}}, .axis = 0};
  const TensorEncoding far = {.channels = {{.bitwidth = 32, .offset = -(std::int64_t{1} << 32)}}};
  EXPECT_THAT(FailureOf(OneTensor({.name = "w", .kind = TensorKind::kStatic, .dims = {2}})),
              HasSubstr("the static tensor 'w' has no data"));
  EXPECT_THAT(FailureOf(OneTensor({.name = "x", .dims = {1, -1}})), HasSubstr("has dims 1x?"));
  EXPECT_THAT(FailureOf(OneTensor({.name = "x", .dims = {std::int64_t{1} << 32}})),
              HasSubstr("has dims 4294967296, which a DLC cannot hold"));
  EXPECT_THAT(
      FailureOf(OneTensor(
          {.name = "x", .type = DataType::kUfixed8, .dims = {3}, .encoding = two_channels})),
      HasSubstr("has 2 encodings along axis 0"));
  EXPECT_THAT(FailureOf(OneTensor({.name = "x", .type = DataType::kUfixed32, .encoding = far})),
              HasSubstr("does not fit 32 bits"));
  Model model = OneTensor({.name = "x"});
  model.graphs[0].nodes.push_back({.name = "n", .inputs = {"y"}});
  EXPECT_THAT(FailureOf(model), HasSubstr("the node 'n' names the tensor 'y'"));
}

TEST(WriteTest, FailsForAFolderThatIsNotThere) {
  const Status status = Write(OneTensor({.name = "x"}), "/nonexistent/x.dlc");
  EXPECT_THAT(status.message(), HasSubstr("cannot write"));
}

}  // namespace
}  // namespace acc::dlc
