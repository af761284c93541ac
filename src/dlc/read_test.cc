// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/read.h"

#include <flatbuffers/flatbuffers.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "dlc/archive.h"
#include "dlc/model_testing.h"
#include "dlc/v4_format.h"
#include "dlc/write.h"
#include "dlc/zip_testing.h"
#include "dlc_schema/v4_generated.h"

namespace acc::dlc {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Builder = flatbuffers::FlatBufferBuilder;

std::string FailureOf(const std::string& file) {
  const Result<Model> model = Read(BytesOf(file), "x.dlc");
  EXPECT_FALSE(model.ok());
  return model.ok() ? "" : model.status().message();
}

std::string Written(const Model& model) {
  const ScratchFolder scratch;
  const Status status = Write(model, scratch / "x.dlc");
  EXPECT_TRUE(status.ok()) << status.message();
  return ReadFile(scratch / "x.dlc").value();
}

std::string RecordOf(const std::string& file, std::string_view record) {
  Archive archive = Archive::Open(BytesOf(file)).value();
  const std::span<const std::byte> bytes = archive.Read(record).value().bytes;
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// With a weight of the type and dims, all of its bytes 1.
Model WithWeight(DataType type, const Shape& dims) {
  Model model;
  auto data = std::make_shared<std::vector<std::byte>>(
      ByteSize(StoredType(type), ElementCount(dims).value()), std::byte{1});
  model.graphs.push_back({.name = "g"});
  model.graphs[0].tensors.push_back(
      {.name = "w", .kind = TensorKind::kStatic, .type = type, .dims = dims, .data = *data});
  model.storage.push_back(std::move(data));
  return model;
}

std::string Finished(const Builder& builder) {
  std::string record(kHeader, sizeof(kHeader));
  return record.append(reinterpret_cast<const char*>(builder.GetBufferPointer()),
                       builder.GetSize());
}

// A record "model" of one graph.
std::string ModelRecord(Builder& builder, const std::vector<flatbuffers::Offset<v4::Node>>& nodes,
                        const std::vector<flatbuffers::Offset<v4::Tensor>>& tensors) {
  const auto name = builder.CreateString("g");
  const auto node_list = builder.CreateVector(nodes);
  const auto tensor_list = builder.CreateVector(tensors);
  const std::vector graphs = {v4::CreateGraph(builder, name, node_list, tensor_list)};
  builder.Finish(v4::CreateModel(builder, builder.CreateVector(graphs)), kModelIdentifier);
  return Finished(builder);
}

TEST(ReadTest, FailsForAMissingFile) {
  EXPECT_THAT(Read(std::filesystem::path("/nonexistent/x.dlc")).status().message(),
              HasSubstr("/nonexistent/x.dlc"));
}

TEST(ReadTest, SaysWhatAForeignFileIs) {
  const struct {
    std::string file;
    std::string_view what;
  } rows[] = {
      {"", "it is empty"},
      {"\x08\x07\x12\x04onnx", "it is an ONNX model"},
      {std::string("\x1c\0\0\0TFL3", 8), "it is a TensorFlow Lite model"},
      {"\x7f"
       "ELF\x02",
       "it is a program or library"},
      {"{\"model.cpp\": 1}", "it is a JSON file"},
      {std::string("\xD5\x0A\x04\0\x01\0\0\0", 8), "it is a record of a DLC outside of its ZIP"},
      {std::string("\x80\x02}q", 4), "it is a pickled Python object"},
      {"words", "it is no ZIP archive, which every DLC is"},
      {MakeZip({}), "it is a ZIP archive without content"},
      {MakeZip({{.name = "[Content_Types].xml"}}), "it is an Office document"},
      {MakeZip({{.name = "net/data.pkl"}, {.name = "net/version"}}), "it is a PyTorch model"},
      {MakeZip({{.name = "model.params"}}), "it is a DLC without its graph"},
      {MakeZip({{.name = "a.txt"}, {.name = "b.txt"}}),
       "it is a ZIP archive without a record 'model', with 'a.txt' and 1 more"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(FailureOf(row.file), AllOf(HasSubstr("cannot read the DLC 'x.dlc'"),
                                           HasSubstr(row.what), HasSubstr("Give a .dlc file")));
  }
}

TEST(ReadTest, FailsWhereverTheFileEnds) {
  const std::string file = Written(RandomModel(3).Make());
  for (std::size_t sixteenth = 1; sixteenth < 16; ++sixteenth) {
    EXPECT_THAT(FailureOf(file.substr(0, file.size() * sixteenth / 16)),
                HasSubstr("a truncated or damaged one"));
  }
  EXPECT_THAT(FailureOf(file.substr(0, file.size() - 1)), HasSubstr("a truncated or damaged one"));
}

TEST(ReadTest, FailsForEncryptedAndPackedRecords) {
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = "x", .flags = 1}})),
              HasSubstr("its record 'model' is encrypted. Decrypt"));
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = "x", .method = 14}})),
              HasSubstr("its record 'model' is packed by method 14"));
  const std::string bomb = Deflated(std::string(1 << 20, '\0'));
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model",
                                  .content = bomb,
                                  .method = zip::kDeflated,
                                  .bytes = std::uint64_t{3} << 30}})),
              HasSubstr("its record 'model' unpacks to 3221225472 bytes"));
}

TEST(ReadTest, FailsForVersionsItDoesNotKnow) {
  const auto file = [](char major) {
    return MakeZip(
        {{.name = "model", .content = std::string{'\xD5', '\x0A', major, 0, 7, 0, 0, 0}}});
  };
  EXPECT_THAT(FailureOf(file(2)), AllOf(HasSubstr("it is a DLC of version 2.7"),
                                        HasSubstr("Export the model again with a newer SDK")));
  EXPECT_THAT(FailureOf(file(5)),
              AllOf(HasSubstr("it is a DLC of version 5.7"), HasSubstr("with an older SDK")));
}

TEST(ReadTest, FailsForAWrongIdentifier) {
  std::string model = RecordOf(Written(WithWeight(DataType::kFloat32, {2})), "model");
  model.replace(12, 4, "NETX");
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = model}})),
              HasSubstr("its record 'model' starts with 'NETX' where 'NETD' should be"));
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = model.substr(0, 10)}})),
              HasSubstr("starts with '' where"));
}

TEST(ReadTest, FailsForOffsetsOutOfRange) {
  std::string model = RecordOf(Written(WithWeight(DataType::kFloat32, {2})), "model");
  model.replace(8, 4, "\xF0\xFF\xFF\x0F");
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = model}})),
              HasSubstr("its record 'model' is damaged: an offset or a size points outside"));
}

TEST(ReadTest, SurvivesAnyChangedByte) {
  const std::string file = Written(RandomModel(11).Make());
  const std::string model = RecordOf(file, "model");
  const std::string params = RecordOf(file, "model.params");
  for (std::size_t i = 0; i < model.size() + params.size(); ++i) {
    std::string changed = model + params;
    changed[i] = static_cast<char>(changed[i] + 1 + static_cast<char>(i % 255));
    const std::string again =
        MakeZip({{.name = "model", .content = changed.substr(0, model.size())},
                 {.name = "model.params", .content = changed.substr(model.size())}});
    static_cast<void>(Read(BytesOf(again), "x.dlc").ok());
  }
}

TEST(ReadTest, FailsForDataThatDoNotFit) {
  const std::string two = Written(WithWeight(DataType::kFloat32, {2}));
  const std::string three = Written(WithWeight(DataType::kFloat32, {3}));
  const std::string file =
      MakeZip({{.name = "model", .content = RecordOf(three, "model")},
               {.name = "model.params", .content = RecordOf(two, "model.params")},
               {.name = "model.params.bin", .content = RecordOf(two, "model.params.bin")}});
  EXPECT_THAT(FailureOf(file),
              HasSubstr("the tensor 'w' has 8 bytes of data, but 3 elements of float32 take 12"));
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = RecordOf(two, "model")}})),
              HasSubstr("the static tensor 'w' has no data in the record 'model.params'"));
}

TEST(ReadTest, FailsForAGraphThatContradictsItself) {
  Builder missing;
  const auto name = missing.CreateString("n");
  const auto inputs = missing.CreateVectorOfStrings({"lost"});
  EXPECT_THAT(
      FailureOf(MakeZip(
          {{.name = "model",
            .content = ModelRecord(missing, {v4::CreateNode(missing, name, name, inputs)}, {})}})),
      HasSubstr("the node 'n' names the tensor 'lost', which the graph lacks"));
  Builder twice;
  const auto same = v4::CreateTensor(twice, 1, twice.CreateString("t"), 3);
  EXPECT_THAT(
      FailureOf(MakeZip({{.name = "model", .content = ModelRecord(twice, {}, {same, same})}})),
      HasSubstr("two tensors are named 't'"));
  Builder huge;
  const auto tensor_name = huge.CreateString("t");
  const auto dims = huge.CreateVector(std::vector<std::uint32_t>(4, 0xffffffff));
  const auto tensor = v4::CreateTensor(huge, 1, tensor_name, 3, dims);
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = ModelRecord(huge, {}, {tensor})}})),
              HasSubstr("the tensor 't' has dims 4294967295x4294967295x4294967295x4294967295"));
}

TEST(ReadTest, FailsForAFileThatNamesItsPartsOverAndOver) {
  Builder builder;
  const auto name = builder.CreateString(std::string(1 << 16, 'n'));
  const auto names = builder.CreateVector(std::vector(2000, name));
  const auto node = v4::CreateNode(builder, name, name, names, names);
  const std::string record = ModelRecord(builder, std::vector(2000, node), {});
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = record}})),
              HasSubstr("it names the same parts over and over"));
}

TEST(ReadTest, TakesPackedRecords) {
  const Model model = RandomModel(5).Make();
  const std::string file = Written(model);
  std::vector<ZipRecord> records;
  for (const char* name : {"model", "model.params", "model.params.bin", "dlc.metadata2.3.0",
                           "dlc.metadata.history.2.3.0"}) {
    const std::string content = RecordOf(file, name);
    records.push_back({.name = name,
                       .content = Deflated(content),
                       .method = zip::kDeflated,
                       .crc = CrcOf(content),
                       .bytes = content.size()});
  }
  const std::string packed = MakeZip(records);
  const Result<Model> read = Read(BytesOf(packed), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(ToText(*read), ToText(model));
}

// The params record of the one weight that `data` is about.
std::string ParamsOf(Builder& builder, flatbuffers::Offset<v4::TensorData> data) {
  const auto list = builder.CreateVector(std::vector{data});
  const auto graph = builder.CreateString("g");
  const std::vector graphs = {v4::CreateGraphParams(builder, graph, list)};
  builder.Finish(v4::CreateParams(builder, builder.CreateVector(graphs)), kParamsIdentifier);
  return Finished(builder);
}

// In the record "model.params.bin".
std::string ExternalParams(std::uint64_t offset, std::uint64_t size) {
  Builder builder;
  const auto range = v4::CreateRange(builder, offset, size);
  const auto name = builder.CreateString("w");
  return ParamsOf(builder, v4::CreateTensorData(builder, name, 0, 0, range));
}

// As this program wrote them before.
TEST(ReadTest, TakesWeightsFromTheParamsThemselves) {
  Builder builder;
  const auto bytes = builder.CreateVector(std::vector<std::uint8_t>{5, 6, 7});
  const auto data = v4::CreateTensorData(builder, builder.CreateString("w"), bytes);
  const std::string model = RecordOf(Written(WithWeight(DataType::kInt8, {3})), "model");
  const std::string file =
      MakeZip({{.name = "model", .content = model},
               {.name = "model.params", .content = ParamsOf(builder, data)},
               {.name = "dlc.metadata", .content = "converter-command=old one\n"}});
  const Result<Model> read = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(read->graphs[0].tensors[0].data,
              ElementsAre(std::byte{5}, std::byte{6}, std::byte{7}));
  EXPECT_EQ(read->converter_command, "old one");
}

TEST(ReadTest, TakesWeightsFromARecordOfTheirOwn) {
  const std::string model = RecordOf(Written(WithWeight(DataType::kInt8, {3})), "model");
  const auto file = [&](std::uint64_t offset, std::uint64_t size) {
    return MakeZip({{.name = "model.params.bin", .content = "abcdef", .crc = 0, .zip64 = true},
                    {.name = "model", .content = model, .crc = 0, .zip64 = true},
                    {.name = "model.params",
                     .content = ExternalParams(offset, size),
                     .crc = 0,
                     .zip64 = true}});
  };
  const std::string good = file(2, 3);
  const Result<Model> read = Read(BytesOf(good), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(read->graphs[0].tensors[0].data,
              ElementsAre(std::byte{'c'}, std::byte{'d'}, std::byte{'e'}));
  EXPECT_THAT(FailureOf(file(4, 3)), HasSubstr("3 bytes from byte 4 of the record "
                                               "'model.params.bin', which has 6"));
  EXPECT_THAT(FailureOf(file(~std::uint64_t{0}, 3)), HasSubstr("which has 6"));
}

std::string BuffersParams(int buffers) {
  Builder builder;
  std::vector<flatbuffers::Offset<v4::Buffer>> list;
  for (int i = 0; i < buffers; ++i) {
    const auto byte = static_cast<std::uint8_t>('a' + i);
    list.push_back(v4::CreateBuffer(builder, builder.CreateVector(&byte, 1)));
  }
  builder.Finish(v4::CreateParams64(builder, builder.CreateVector(list)), kBuffersIdentifier);
  return Finished(builder);
}

TEST(ReadTest, TakesWeightsFromBuffersByName) {
  Builder builder;
  const auto tensor = [&](const char* name) {
    const auto text = builder.CreateString(name);
    const auto dims = builder.CreateVector(std::vector<std::uint32_t>{1});
    return v4::CreateTensor(builder, 1, text, 4, dims, -1, 0, 0x0108, 0x0108, 1);
  };
  const auto perm = tensor("perm");
  const auto name = builder.CreateString("n");
  const std::vector attributes = {v4::CreateAttribute(builder, name, 1, 1, 0, perm)};
  const auto list = builder.CreateVector(attributes);
  const auto node = v4::CreateNode(builder, name, name, 0, 0, list);
  const std::string model = ModelRecord(builder, {node}, {tensor("z"), tensor("a")});
  const std::string file = MakeZip(
      {{.name = "model", .content = model}, {.name = "model.params", .content = BuffersParams(3)}});
  const Result<Model> read = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  const Graph& graph = read->graphs[0];
  EXPECT_THAT(graph.tensors[0].data, ElementsAre(std::byte{'b'}));
  EXPECT_THAT(graph.tensors[1].data, ElementsAre(std::byte{'a'}));
  EXPECT_THAT(std::get<Tensor>(graph.nodes[0].attributes[0].value).data,
              ElementsAre(std::byte{'c'}));
  EXPECT_THAT(FailureOf(MakeZip({{.name = "model", .content = model},
                                 {.name = "model.params", .content = BuffersParams(2)}})),
              HasSubstr("has 2 buffers, too few"));
}

TEST(ReadTest, LeavesOutEncodingsItCannotRead) {
  Builder builder;
  const auto tensor = [&](const char* name, flatbuffers::Offset<v4::Quantization> encoding) {
    const auto text = builder.CreateString(name);
    const auto dims = builder.CreateVector(std::vector<std::uint32_t>{2});
    return v4::CreateTensor(builder, 1, text, 3, dims, -1, encoding, 0x0408, 0x0408, 1);
  };
  const auto blocks = tensor("blocks", v4::CreateQuantization(builder, 4, 1));
  const auto scale = v4::CreateScaleOffset(builder, 99, 0, 0, 0.5F);
  const auto wide = tensor("wide", v4::CreateQuantization(builder, 0, 1, scale));
  const auto none = tensor("none", v4::CreateQuantization(builder, kUndefinedEncoding));
  const std::string file =
      MakeZip({{.name = "model", .content = ModelRecord(builder, {}, {blocks, wide, none})}});
  const Result<Model> read = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  for (const Tensor& one : read->graphs[0].tensors) EXPECT_FALSE(one.encoding) << one.name;
  EXPECT_THAT(read->notes,
              ElementsAre(HasSubstr("'blocks' is left out, as it has kind 4 (of blocks, or newer)"),
                          HasSubstr("'wide' is left out, as it has a bitwidth of 99")));
}

// What is read of a node whose attributes have these values.
std::vector<Attribute> AttributesOf(Builder& builder,
                                    const std::vector<flatbuffers::Offset<v4::Value>>& values) {
  const auto name = builder.CreateString("n");
  std::vector<flatbuffers::Offset<v4::Attribute>> attributes;
  for (const auto value : values) {
    attributes.push_back(v4::CreateAttribute(builder, name, 0, 1, value));
  }
  const auto node = v4::CreateNode(builder, name, name, 0, 0, builder.CreateVector(attributes));
  const std::string file =
      MakeZip({{.name = "model", .content = ModelRecord(builder, {node}, {})}});
  const Result<Model> read = Read(BytesOf(file), "x.dlc");
  EXPECT_TRUE(read.ok()) << read.status().message();
  return read.ok() ? read->graphs[0].nodes[0].attributes : std::vector<Attribute>();
}

// A value of the type, with `number` in the field, which is as wide as its own type.
template <typename Number>
flatbuffers::Offset<v4::Value> ValueOf(Builder& builder, DataType type,
                                       flatbuffers::voffset_t field, Number number,
                                       bool number_first) {
  const auto add_type = [&] {
    builder.AddElement(v4::Value::VT_TYPE, static_cast<std::uint32_t>(type), 0U);
  };
  const auto start = builder.StartTable();
  if (!number_first) add_type();
  builder.AddElement<Number>(field, number, 0);
  if (number_first) add_type();
  return builder.EndTable(start);
}

TEST(ReadTest, TakesRealsOfFourBytes) {
  Builder builder;
  const auto value = [&](bool first) {
    return ValueOf(builder, DataType::kFloat32, v4::Value::VT_REAL, 1.5F, first);
  };
  for (const Attribute& attribute : AttributesOf(builder, {value(true), value(false)})) {
    EXPECT_EQ(std::get<float>(attribute.value), 1.5F);
  }
}

TEST(ReadTest, TakesNumbersOfFourBytesAndOfEight) {
  for (const bool first : {true, false}) {
    Builder builder;
    const auto value = [&](DataType type, auto number) {
      return ValueOf(builder, type, v4::Value::VT_NUMBER, number, first);
    };
    const std::vector<Attribute> read = AttributesOf(
        builder,
        {value(DataType::kInt32, std::int32_t{-3}), value(DataType::kInt32, std::int64_t{-3}),
         value(DataType::kUint32, std::int32_t{-1}),
         value(DataType::kUint32, std::int64_t{0xffffffff}),
         value(DataType::kBool8, std::int32_t{1}), value(DataType::kBool8, std::int64_t{1} << 32)});
    ASSERT_EQ(read.size(), 6);
    for (const int i : {0, 1}) EXPECT_EQ(std::get<std::int32_t>(read[i].value), -3) << i;
    for (const int i : {2, 3}) EXPECT_EQ(std::get<std::uint32_t>(read[i].value), 0xffffffff) << i;
    for (const int i : {4, 5}) EXPECT_TRUE(std::get<bool>(read[i].value)) << i;
  }
}

TEST(ReadTest, TakesTheOriginFromJsonToo) {
  const std::string model = RecordOf(Written(WithWeight(DataType::kInt8, {0})), "model");
  const std::string history = R"({"dlcGenerationInfo": [
    {"converterCommand": {"tool": "qairt-converter", "converterVersion": "2.51",
                          "args": {"input_network": "x.onnx", "float_bitwidth": 32}}},
    {"quantizerCommand": {"tool": "qairt-quantizer"}}]})";
  const std::string file = MakeZip({{.name = "model", .content = model},
                                    {.name = "dlc.metadata2.3.0", .content = "{\"header\": {}}"},
                                    {.name = "dlc.metadata.history.2.3.0", .content = history},
                                    {.name = "dlc.metadata.more", .content = "{"}});
  const Result<Model> read = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->converter_command, "qairt-converter input_network=x.onnx;float_bitwidth=32");
  EXPECT_EQ(read->converter_version, "2.51");
  EXPECT_THAT(read->notes, ElementsAre(HasSubstr("dlc.metadata.more")));
}

}  // namespace
}  // namespace acc::dlc
