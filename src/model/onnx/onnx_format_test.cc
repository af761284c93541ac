// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/onnx_format.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx.pb.h>
#include <unistd.h>

#include <functional>
#include <random>

#include "base/files.h"
#include "model/file_kind.h"

namespace acc::model {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::filesystem::path TestFile(std::string_view name) {
  return std::filesystem::path(testing::TempDir()) / fmt::format("onnx_{}_{}", getpid(), name);
}

Result<Graph> ReadBytes(std::string_view bytes) {
  const auto path = TestFile("model.onnx");
  EXPECT_TRUE(WriteFile(path, bytes).ok());
  return ReadOnnx(path);
}

Result<Graph> ReadProto(const onnx::ModelProto& model) {
  return ReadBytes(model.SerializeAsString());
}

void AddValue(onnx::ValueInfoProto& value, const std::string& name) {
  value.set_name(name);
  value.mutable_type()->mutable_tensor_type()->set_elem_type(onnx::TensorProto::FLOAT);
  value.mutable_type()->mutable_tensor_type()->mutable_shape()->add_dim()->set_dim_value(2);
}

// x -> Relu -> y
onnx::ModelProto ReluModel() {
  onnx::ModelProto model;
  model.set_ir_version(8);
  model.set_producer_name("test");
  onnx::OperatorSetIdProto& opset = *model.add_opset_import();
  opset.set_domain("");
  opset.set_version(17);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("g");
  AddValue(*graph.add_input(), "x");
  AddValue(*graph.add_output(), "y");
  onnx::NodeProto& node = *graph.add_node();
  node.set_op_type("Relu");
  node.add_input("x");
  node.add_output("y");
  return model;
}

std::string Hex(const Tensor& tensor) {
  std::string text = fmt::format("{}[{}]", Name(tensor.type()), ToText(tensor.dims()));
  for (const std::byte byte : tensor.bytes()) text += fmt::format("{:02x}", static_cast<int>(byte));
  return text;
}

std::string Dump(const Graph& graph);

struct AttributeDump {
  std::string operator()(std::int64_t value) const { return fmt::format("i{}", value); }
  std::string operator()(float value) const { return fmt::format("f{}", value); }
  std::string operator()(const std::string& value) const { return "s" + value; }
  std::string operator()(const Tensor& value) const { return Hex(value); }
  std::string operator()(const std::shared_ptr<const Graph>& value) const { return Dump(*value); }
  template <typename T>
  std::string operator()(const std::vector<T>& values) const {
    std::string text = fmt::format("list{}(", values.size());
    for (const T& value : values) text += (*this)(value) + ";";
    return text + ")";
  }
};

std::string Dump(const std::vector<ValueInfo>& values) {
  std::string text;
  for (const ValueInfo& value : values) {
    text += fmt::format("{}:{}:{}:{} ", value.name, Name(value.type), value.has_rank,
                        ToText(value.dims));
  }
  return text + "\n";
}

// Everything that a graph says, as text.
std::string Dump(const Graph& graph) {
  std::string text = fmt::format("{} ir{}\n", graph.name, graph.ir_version);
  for (const auto& [domain, version] : graph.opsets) text += fmt::format("{}={} ", domain, version);
  text += Dump(graph.inputs) + Dump(graph.outputs);
  for (const auto& [name, tensor] : graph.initializers) text += name + "=" + Hex(tensor) + "\n";
  for (const Node& node : graph.nodes) {
    text += fmt::format("{}|{}|{}|{}|{}", node.name, node.op_type, node.domain,
                        fmt::join(node.inputs, ","), fmt::join(node.outputs, ","));
    for (const auto& [name, value] : node.attributes) {
      text += fmt::format(" {}={}", name, std::visit(AttributeDump{}, value));
    }
    text += "\n";
  }
  return text;
}

// Draws graphs that use every part of the format.
class RandomGraphs {
 public:
  explicit RandomGraphs(unsigned seed) : random_(seed) {}

  Graph Draw() {
    Graph graph = DrawGraph(2);
    graph.ir_version = Below(5) + 6;
    graph.opsets = {{"", Below(20) + 1}, {"com.example", 1}};
    return graph;
  }

 private:
  int Below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }

  Tensor DrawTensor() {
    static constexpr ElementType kTypes[] = {
        ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kBfloat16,
        ElementType::kInt4,    ElementType::kUint4,   ElementType::kInt8,    ElementType::kUint8,
        ElementType::kInt16,   ElementType::kUint16,  ElementType::kInt32,   ElementType::kUint32,
        ElementType::kInt64,   ElementType::kUint64,  ElementType::kBool};
    const ElementType type = kTypes[Below(std::size(kTypes))];
    Shape dims;
    for (int rank = Below(4); rank > 0; --rank) dims.push_back(Below(4));
    std::vector<std::byte> bytes(ByteSize(type, *ElementCount(dims)));
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(Below(256));
    Result<Tensor> tensor = Tensor::Create(type, dims, bytes);
    EXPECT_TRUE(tensor.ok());
    return std::move(tensor).value();
  }

  std::shared_ptr<const Graph> DrawSubgraph(int depth) {
    return std::make_shared<const Graph>(DrawGraph(depth - 1));
  }

  Attribute DrawAttribute(int depth) {
    switch (Below(depth > 0 ? 10 : 8)) {
      case 0: return std::int64_t{Below(100)} - 50;
      case 1: return static_cast<float>(Below(100)) / 7;
      case 2: return std::string("te\0xt", 5);
      case 3: return DrawTensor();
      case 4: return std::vector<std::int64_t>(static_cast<std::size_t>(Below(3)), -7);
      case 5: return std::vector<float>(static_cast<std::size_t>(Below(3)), 0.1F);
      case 6: return std::vector<std::string>(static_cast<std::size_t>(Below(3)), "ä");
      case 7: return std::vector<Tensor>{DrawTensor(), DrawTensor()};
      case 8: return DrawSubgraph(depth);
      default: return std::vector<std::shared_ptr<const Graph>>{DrawSubgraph(depth)};
    }
  }

  Graph DrawGraph(int depth) {
    Graph graph;
    graph.name = "g" + std::to_string(depth);
    const std::string prefix = fmt::format("d{}_{}_", depth, Below(1000000));
    std::vector<std::string> known = {prefix + "x"};
    graph.inputs = {{.name = known[0], .type = ElementType::kFloat32, .dims = {kUnknownDim, 0, 3}}};
    graph.initializers[prefix + "w"] = DrawTensor();
    known.push_back(prefix + "w");
    for (int index = 0; index < 6; ++index) {
      Node node;
      node.name = fmt::format("{}n{}", prefix, index);
      node.op_type = "Op";
      if (Below(3) == 0) node.domain = "com.example";
      for (int reads = Below(3); reads > 0; --reads) {
        node.inputs.push_back(
            known[static_cast<std::size_t>(Below(static_cast<int>(known.size())))]);
      }
      node.inputs.emplace_back();
      known.push_back(fmt::format("{}t{}", prefix, index));
      node.outputs = {"", known.back()};
      for (int count = Below(4); count > 0; --count) {
        node.attributes["a" + std::to_string(count)] = DrawAttribute(depth);
      }
      graph.nodes.push_back(std::move(node));
    }
    graph.outputs = {{.name = known.back(), .type = ElementType::kInt64},
                     {.name = prefix + "t0", .has_rank = false}};
    return graph;
  }

  std::mt19937 random_;
};

TEST(OnnxRoundTripTest, ReadsBackWhatItWrote) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const Graph graph = RandomGraphs(seed).Draw();
    const auto bytes = SerializeOnnx(graph);
    ASSERT_TRUE(bytes.ok()) << bytes.status().message();
    const auto read = ReadBytes(*bytes);
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read.status().message();
    ASSERT_EQ(Dump(*read), Dump(graph)) << "seed " << seed;
  }
}

TEST(OnnxRoundTripTest, DamagedFilesNeverCrash) {
  const auto bytes = SerializeOnnx(RandomGraphs(7).Draw());
  ASSERT_TRUE(bytes.ok());
  std::mt19937 random(1);
  int refused = 0;
  for (std::size_t position = 0; position < bytes->size(); position += 1 + bytes->size() / 400) {
    refused += ReadBytes(bytes->substr(0, position)).ok() ? 0 : 1;
    std::string flipped = *bytes;
    flipped[position] = static_cast<char>(flipped[position] ^ (1U << (random() % 8)));
    const auto read = ReadBytes(flipped);
    if (!read.ok()) {
      EXPECT_THAT(read.status().message(), HasSubstr("cannot read the model"));
    }
  }
  EXPECT_GT(refused, 100) << "truncation must be noticed";
}

TEST(OnnxReadTest, NamesNodesThatHaveNoNameOrShareOne) {
  onnx::ModelProto model = ReluModel();
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.mutable_node(0)->set_output(0, "mid");
  for (const char* output : {"y", "z"}) {
    onnx::NodeProto& node = *graph.add_node();
    node.set_op_type("Neg");
    node.set_name("mid");
    node.add_input("mid");
    node.add_output(output);
  }
  const auto read = ReadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->nodes[0].name, "mid_2");
  EXPECT_EQ(read->nodes[1].name, "mid");
  EXPECT_EQ(read->nodes[2].name, "mid_1");
}

TEST(OnnxReadTest, InitializersAreNoInputs) {
  onnx::ModelProto model = ReluModel();
  model.set_ir_version(3);
  onnx::GraphProto& graph = *model.mutable_graph();
  AddValue(*graph.add_input(), "w");
  onnx::TensorProto& weight = *graph.add_initializer();
  weight.set_name("w");
  weight.set_data_type(onnx::TensorProto::FLOAT);
  weight.add_dims(2);
  weight.add_float_data(1);
  weight.add_float_data(2);
  const auto read = ReadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->inputs.size(), 1U);
  EXPECT_EQ(read->inputs[0].name, "x");
  EXPECT_THAT(read->initializers.at("w").values<float>(), ElementsAre(1, 2));
  EXPECT_GE(read->ir_version, 4);
}

// Each typed field, with the values that its elements must come out as.
struct TypedCase {
  onnx::TensorProto::DataType type;
  std::function<void(onnx::TensorProto&)> fill;
  std::string hex;
};

TEST(OnnxReadTest, ReadsEveryTypedField) {
  using P = onnx::TensorProto;
  const auto int32s = [](P& p) { p.add_int32_data(-1), p.add_int32_data(2); };
  const auto uint64s = [](P& p) { p.add_uint64_data(1), p.add_uint64_data(0xFFFFFFFF); };
  const std::vector<TypedCase> cases = {
      {P::FLOAT, [](P& p) { p.add_float_data(1), p.add_float_data(-2); }, "0000803f000000c0"},
      {P::DOUBLE, [](P& p) { p.add_double_data(1), p.add_double_data(0); },
       "000000000000f03f0000000000000000"},
      {P::INT8, int32s, "ff02"},
      {P::UINT8, int32s, "ff02"},
      {P::INT16, int32s, "ffff0200"},
      {P::UINT16, int32s, "ffff0200"},
      {P::INT32, int32s, "ffffffff02000000"},
      {P::BOOL, [](P& p) { p.add_int32_data(1), p.add_int32_data(0); }, "0100"},
      {P::FLOAT16, [](P& p) { p.add_int32_data(0x3C00), p.add_int32_data(0xC000); }, "003c00c0"},
      {P::BFLOAT16, [](P& p) { p.add_int32_data(0x3F80), p.add_int32_data(0xC000); }, "803f00c0"},
      {P::INT64, [](P& p) { p.add_int64_data(-1), p.add_int64_data(2); },
       "ffffffffffffffff0200000000000000"},
      {P::UINT32, uint64s, "01000000ffffffff"},
      {P::UINT64, uint64s, "0100000000000000ffffffff00000000"},
      {P::INT4, [](P& p) { p.add_int32_data(0x4A); }, "4a"},
      {P::UINT4, [](P& p) { p.add_int32_data(0xA4); }, "a4"},
  };
  for (const TypedCase& typed : cases) {
    onnx::ModelProto model = ReluModel();
    onnx::TensorProto& proto = *model.mutable_graph()->add_initializer();
    proto.set_name("w");
    proto.set_data_type(typed.type);
    proto.add_dims(2);
    typed.fill(proto);
    const auto read = ReadProto(model);
    ASSERT_TRUE(read.ok()) << read.status().message();
    EXPECT_THAT(Hex(read->initializers.at("w")), ::testing::EndsWith("[2]" + typed.hex))
        << onnx::TensorProto::DataType_Name(typed.type);
    proto.add_dims(3);
    EXPECT_THAT(ReadProto(model).status().message(),
                AllOf(HasSubstr("tensor 'w'"), HasSubstr("2x3"), HasSubstr("bytes")));
  }
}

// A change to the Relu model that makes it bad, and what the error must say.
struct BadCase {
  std::function<void(onnx::ModelProto&)> change;
  std::string message;
};

TEST(OnnxReadTest, RefusesBadModelsWithAReason) {
  using M = onnx::ModelProto;
  const auto weight = [](M& m) -> onnx::TensorProto& {
    onnx::TensorProto& tensor = *m.mutable_graph()->add_initializer();
    tensor.set_name("w");
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    return tensor;
  };
  const auto attribute = [](M& m) -> onnx::AttributeProto& {
    onnx::AttributeProto& added = *m.mutable_graph()->mutable_node(0)->add_attribute();
    added.set_name("a");
    return added;
  };
  const std::vector<BadCase> cases = {
      {[](M& m) { m.clear_graph(); }, "it holds no graph"},
      {[](M& m) { m.clear_opset_import(); }, "names no operator set version"},
      {[](M& m) { m.mutable_graph()->clear_output(); }, "has no outputs"},
      {[](M& m) { m.mutable_graph()->clear_node(); }, "nothing makes output 'y'"},
      {[](M& m) { AddValue(*m.mutable_graph()->add_output(), "y"); }, "declared twice"},
      {[](M& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "gone"); },
       "node 'y' (Relu) reads tensor 'gone'"},
      {[](M& m) { m.mutable_graph()->mutable_node(0)->set_input(0, "y"); }, "cycle"},
      {[](M& m) { *m.mutable_graph()->add_node() = m.graph().node(0); }, "made twice"},
      {[](M& m) { m.mutable_graph()->mutable_input(0)->clear_type(); }, "input 'x' is no tensor"},
      {[](M& m) {
         m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type()->set_elem_type(
             onnx::TensorProto::FLOAT8E5M2);
       },
       "tensor 'x': element type float8e5m2 is not supported"},
      {[&](M& m) { weight(m).set_data_type(onnx::TensorProto::COMPLEX64); },
       "tensor 'w': element type complex64"},
      {[&](M& m) { weight(m).set_data_type(onnx::TensorProto::STRING); }, "element type string"},
      {[&](M& m) { weight(m).set_data_type(12345); }, "element type 12345"},
      {[&](M& m) { weight(m).add_dims(-3); }, "dims ? are not valid"},
      {[&](M& m) {
         onnx::TensorProto& tensor = weight(m);
         for (int axis = 0; axis < 2; ++axis) tensor.add_dims(std::int64_t{1} << 31);
         tensor.set_raw_data("");
       },
       "are not valid"},
      {[&](M& m) { weight(m).add_dims(std::int64_t{1} << 40); }, "0 bytes"},
      {[&](M& m) { weight(m).set_raw_data("abc"); }, "3 bytes, its dims scalar need 4"},
      {[&](M& m) { weight(m).mutable_segment(); }, "segments"},
      {[&](M& m) {
         weight(m).set_raw_data("abcd");
         weight(m).set_raw_data("abcd");
       },
       "initializer 'w' is defined twice"},
      {[](M& m) {
         m.mutable_graph()->add_sparse_initializer()->mutable_values()->set_name("thin");
       },
       "tensor 'thin' is a sparse initializer"},
      {[&](M& m) { attribute(m); }, "node 'y' (Relu), attribute 'a': attribute values of type"},
      {[&](M& m) { attribute(m).set_type(onnx::AttributeProto::TYPE_PROTO); }, "TYPE_PROTO"},
      {[&](M& m) { attribute(m).set_type(onnx::AttributeProto::SPARSE_TENSOR); }, "SPARSE_TENSOR"},
      {[&](M& m) {
         onnx::AttributeProto* innermost = &attribute(m);
         for (int depth = 0; depth < 33; ++depth) {
           innermost->set_type(onnx::AttributeProto::GRAPH);
           innermost = innermost->mutable_g()->add_node()->add_attribute();
           innermost->set_name("a");
         }
         innermost->set_type(onnx::AttributeProto::INT);
       },
       "nested deeper than 32"},
      {[&](M& m) {
         onnx::AttributeProto* innermost = &attribute(m);
         for (int depth = 0; depth < 200; ++depth) {
           innermost = innermost->mutable_g()->add_node()->add_attribute();
         }
       },
       "nested too deeply"},
  };
  for (const BadCase& bad : cases) {
    onnx::ModelProto model = ReluModel();
    bad.change(model);
    const auto read = ReadProto(model);
    ASSERT_FALSE(read.ok()) << bad.message;
    EXPECT_THAT(read.status().message(),
                AllOf(HasSubstr("cannot read the model"), HasSubstr(bad.message)));
  }
}

TEST(OnnxReadTest, OutputsMayBeSequences) {
  onnx::ModelProto model = ReluModel();
  model.mutable_graph()->mutable_output(0)->mutable_type()->mutable_sequence_type();
  const auto read = ReadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->outputs[0].type, ElementType::kUndefined);
  EXPECT_FALSE(read->outputs[0].has_rank);
}

TEST(OnnxReadTest, AttributesOfOldModelsHaveNoType) {
  onnx::ModelProto model = ReluModel();
  onnx::AttributeProto& attribute = *model.mutable_graph()->mutable_node(0)->add_attribute();
  attribute.set_name("pads");
  attribute.add_ints(3);
  const auto read = ReadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_THAT(read->nodes[0].Get<std::vector<std::int64_t>>("pads", {}), ElementsAre(3));
}

TEST(OnnxReadTest, RefusesFilesThatAreNoModel) {
  EXPECT_THAT(ReadBytes("").status().message(), HasSubstr("no ONNX model"));
  EXPECT_THAT(ReadBytes("plain text").status().message(), HasSubstr("no ONNX model"));
  EXPECT_FALSE(ReadOnnx("/no/such/model.onnx").ok());
  EXPECT_FALSE(ReadOnnx(testing::TempDir()).ok()) << "a folder";
}

TEST(OnnxReadTest, RefusesFilesAboveTheFormatsLimit) {
  const auto path = TestFile("huge.onnx");
  ASSERT_TRUE(WriteFile(path, "x").ok());
  std::filesystem::resize_file(path, (std::uint64_t{1} << 31) + 1);  // Sparse.
  EXPECT_THAT(ReadOnnx(path).status().message(), HasSubstr("larger than 2 GiB"));
  std::filesystem::remove(path);
}

TEST(OnnxFormatTest, RecognizesModelsByTheirFirstBytes) {
  EXPECT_TRUE(LooksLikeOnnx(ReluModel().SerializeAsString()));
  EXPECT_FALSE(LooksLikeOnnx(""));
  EXPECT_FALSE(LooksLikeOnnx("\x08"));
  EXPECT_FALSE(LooksLikeOnnx("\x1c\0\0\0TFL3"));
  EXPECT_FALSE(LooksLikeOnnx("\x0a\x20\x0a\x05input"));  // A TensorFlow graph.
}

TEST(OnnxFormatTest, ExtraOutputsMergeIntoTheModel) {
  onnx::ModelProto model = ReluModel();
  model.mutable_graph()->mutable_node(0)->set_output(0, "mid");
  onnx::NodeProto& node = *model.mutable_graph()->add_node();
  node.set_op_type("Neg");
  node.add_input("mid");
  node.add_output("y");
  const std::vector<std::string> extra = {"mid"};
  const auto read = ReadBytes(model.SerializeAsString() + ExtraOutputs(extra));
  ASSERT_TRUE(read.ok()) << read.status().message();
  ASSERT_EQ(read->outputs.size(), 2U);
  EXPECT_EQ(read->outputs[1].name, "mid");
  EXPECT_EQ(read->nodes.size(), 2U);
  EXPECT_EQ(read->opsets.at(""), 17);
  EXPECT_EQ(ReadBytes(model.SerializeAsString() + ExtraOutputs({}))->outputs.size(), 1U);
}

}  // namespace
}  // namespace acc::model
