// SPDX-License-Identifier: BSD-3-Clause
#include "onnx_mutator.h"

#include <onnx.pb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "random_choice.h"

// libFuzzer's own changes of bytes.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace acc::fuzz {
namespace {

constexpr int kMostChanges = 4;
constexpr int kMostElements = 4096;

constexpr std::string_view kOperators =
    "Abs Acos Acosh Add And ArgMax ArgMin Asin Atan Attention AveragePool BatchNormalization "
    "BitShift Cast CastLike Ceil Celu Clip Compress Concat Constant ConstantOfShape Conv "
    "ConvInteger ConvTranspose Cos CumSum DepthToSpace DequantizeLinear Div Dropout "
    "DynamicQuantizeLinear Einsum Elu Equal Erf Exp Expand EyeLike Flatten Floor FusedConv "
    "GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalLpPool "
    "GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish "
    "Hardmax Identity If InstanceNormalization IsInf IsNaN LRN LSTM LayerNormalization "
    "LeakyRelu Less LessOrEqual Log LogSoftmax Loop LpNormalization LpPool MatMul "
    "MatMulInteger Max MaxPool MaxRoiPool MaxUnpool Mean Min Mish Mod Mul Neg "
    "NonMaxSuppression NonZero Not OneHot Or PRelu Pad Pow QGemm QLinearAdd QLinearConv "
    "QLinearMatMul QuantizeLinear QuickGelu RMSNormalization RNN RandomNormal "
    "RandomNormalLike Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp "
    "ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize "
    "ReverseSequence RoiAlign Round Scan Scatter ScatterElements ScatterND Selu "
    "SequenceConstruct Shape Shrink Sigmoid Sign SimplifiedLayerNormalization Sin Size Slice "
    "Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Swish Tan Tanh "
    "ThresholdedRelu Tile TopK Transpose Unique Unsqueeze Upsample Where Xor";

std::vector<std::string> Operators() {
  std::istringstream words{std::string(kOperators)};
  return {std::istream_iterator<std::string>(words), {}};
}

class Mutator {
 public:
  Mutator(onnx::ModelProto& model, unsigned int seed) : model_(model), choose_(seed) {}

  void Change() {
    for (int left = 1 + choose_.Below(kMostChanges); left > 0; --left) ChangeOnce();
  }

 private:
  void ChangeOnce() {
    onnx::GraphProto& graph = InnerGraph();
    switch (choose_.Below(16)) {
      case 0: return ChangeVersion();
      case 1: return ChangeList(graph);
      case 2:
      case 3: return ChangeDeclaration(graph);
      case 4:
      case 5:
      case 6: return ChangeConstant(graph);
      case 7:
      case 8:
      case 9: return ChangeEnds(graph);
      default: return ChangeAttributes(graph);
    }
  }

  // Mostly the graph itself, now and then the body of one of its nodes.
  onnx::GraphProto& InnerGraph() {
    onnx::GraphProto& graph = *model_.mutable_graph();
    if (!choose_.OneIn(4)) return graph;
    for (onnx::NodeProto& node : *graph.mutable_node()) {
      for (onnx::AttributeProto& attribute : *node.mutable_attribute()) {
        if (attribute.has_g()) return *attribute.mutable_g();
      }
    }
    return graph;
  }

  void ChangeVersion() {
    if (choose_.OneIn(2)) return model_.set_model_version(choose_.Below(1 << 30));
    if (model_.opset_import_size() == 0) return;
    auto& opset = *model_.mutable_opset_import(choose_.Below(model_.opset_import_size()));
    opset.set_version(choose_.OneIn(4) ? choose_.Integer(opset.version()) : choose_.Below(26));
  }

  // Nodes that are missing, twice there, or of another kind.
  void ChangeList(onnx::GraphProto& graph) {
    onnx::NodeProto* node = Node(graph);
    if (node == nullptr) return;
    switch (choose_.Below(4)) {
      case 0: *graph.add_node() = onnx::NodeProto(*node); return;
      case 1: graph.mutable_node()->DeleteSubrange(choose_.Below(graph.node_size()), 1); return;
      default: node->set_op_type(Operator());
    }
  }

  // Types and dims of inputs, outputs and what is between them.
  void ChangeDeclaration(onnx::GraphProto& graph) {
    auto& values = *choose_.Of(
        std::array{graph.mutable_input(), graph.mutable_output(), graph.mutable_value_info()});
    if (values.empty()) return;
    auto& value = *values.Mutable(choose_.Below(values.size()));
    if (choose_.OneIn(12)) return value.clear_type();
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    if (choose_.OneIn(5)) return tensor.set_elem_type(choose_.Below(24));
    if (choose_.OneIn(12)) return tensor.clear_shape();
    auto& dims = *tensor.mutable_shape()->mutable_dim();
    if (choose_.OneIn(3)) return Resize(dims);
    if (dims.empty()) return;
    auto& dim = *dims.Mutable(choose_.Below(dims.size()));
    if (choose_.OneIn(6)) return dim.set_dim_param("n");
    dim.set_dim_value(choose_.Integer(dim.dim_value()));
  }

  void ChangeConstant(onnx::GraphProto& graph) {
    if (graph.initializer_size() == 0) return;
    ChangeTensor(*graph.mutable_initializer(choose_.Below(graph.initializer_size())));
  }

  void ChangeTensor(onnx::TensorProto& tensor) {
    switch (choose_.Below(5)) {
      case 0: Numbers(*tensor.mutable_dims()); return FitData(tensor);
      case 1:
        if (!choose_.OneIn(3)) return ChangeValue(tensor);
        tensor.set_data_type(choose_.Below(24));
        return FitData(tensor);
      case 2:
        // Lists, as axes and dims are, with more or fewer entries.
        if (tensor.dims_size() != 1) return ChangeValue(tensor);
        tensor.set_dims(0, choose_.Below(7));
        return FitData(tensor);
      default: return ChangeValue(tensor);
    }
  }

  static int SizeOf(int type) {
    switch (type) {
      case onnx::TensorProto::DOUBLE:
      case onnx::TensorProto::INT64:
      case onnx::TensorProto::UINT64: return 8;
      case onnx::TensorProto::FLOAT16:
      case onnx::TensorProto::BFLOAT16:
      case onnx::TensorProto::INT16:
      case onnx::TensorProto::UINT16: return 2;
      case onnx::TensorProto::FLOAT:
      case onnx::TensorProto::INT32:
      case onnx::TensorProto::UINT32: return 4;
      default: return 1;
    }
  }

  // Data of the size that the dims want: the reader refuses others at once.
  static void FitData(onnx::TensorProto& tensor) {
    std::int64_t count = 1;
    for (const std::int64_t dim : tensor.dims()) {
      if (dim < 0 || dim > kMostElements || count * dim > kMostElements) return;
      count *= dim;
    }
    std::string data = tensor.raw_data();
    const auto size = static_cast<std::size_t>(count * SizeOf(tensor.data_type()));
    const std::size_t old = data.size();
    data.resize(size);
    for (std::size_t i = old; old > 0 && i < size; ++i) data[i] = data[i % old];
    tensor.set_raw_data(data);
  }

  void ChangeValue(onnx::TensorProto& tensor) {
    std::string& data = *tensor.mutable_raw_data();
    const auto size = static_cast<std::size_t>(SizeOf(tensor.data_type()));
    if (data.size() < size) return;
    const auto place = static_cast<std::size_t>(
        choose_.Below(static_cast<int>(std::min<std::size_t>(data.size() / size, 1 << 20))));
    if (tensor.data_type() == onnx::TensorProto::FLOAT) {
      return Put(data, place, static_cast<float>(choose_.Real(1)));
    }
    if (tensor.data_type() == onnx::TensorProto::DOUBLE) return Put(data, place, choose_.Real(1));
    const std::int64_t value = choose_.Integer(1);
    std::memcpy(data.data() + place * size, &value, size);
  }

  template <typename T>
  static void Put(std::string& data, std::size_t place, T value) {
    std::memcpy(data.data() + place * sizeof(T), &value, sizeof(T));
  }

  // Inputs and outputs that are missing, twice there, left out or another node's.
  void ChangeEnds(onnx::GraphProto& graph) {
    onnx::NodeProto* node = Node(graph);
    if (node == nullptr) return;
    auto& names = choose_.OneIn(4) ? *node->mutable_output() : *node->mutable_input();
    switch (choose_.Below(5)) {
      case 0: *names.Add() = Name(graph); return;
      case 1:
        if (!names.empty()) names.RemoveLast();
        return;
      case 2:
        if (!names.empty()) names.Mutable(choose_.Below(names.size()))->clear();
        return;
      default:
        if (!names.empty()) *names.Mutable(choose_.Below(names.size())) = Name(graph);
    }
  }

  std::string Name(const onnx::GraphProto& graph) {
    std::vector<std::string> names = {"", "new"};
    for (const auto& input : graph.input()) names.push_back(input.name());
    for (const auto& constant : graph.initializer()) names.push_back(constant.name());
    for (const auto& node : graph.node()) {
      names.insert(names.end(), node.output().begin(), node.output().end());
    }
    return names[static_cast<std::size_t>(choose_.Below(static_cast<int>(names.size())))];
  }

  void ChangeAttributes(onnx::GraphProto& graph) {
    onnx::NodeProto* node = Node(graph);
    if (node == nullptr) return;
    if (choose_.OneIn(8)) return AddAttribute(*node);
    if (node->attribute_size() == 0) return;
    const int place = choose_.Below(node->attribute_size());
    if (choose_.OneIn(10)) return node->mutable_attribute()->DeleteSubrange(place, 1);
    ChangeAttribute(*node->mutable_attribute(place));
  }

  void AddAttribute(onnx::NodeProto& node) {
    static constexpr std::array<const char*, 24> kIntegers = {"axis",
                                                              "keepdims",
                                                              "group",
                                                              "to",
                                                              "batch_dims",
                                                              "blocksize",
                                                              "ceil_mode",
                                                              "exclusive",
                                                              "reverse",
                                                              "hidden_size",
                                                              "largest",
                                                              "num_groups",
                                                              "num_outputs",
                                                              "p",
                                                              "select_last_index",
                                                              "start",
                                                              "end",
                                                              "transA",
                                                              "transB",
                                                              "allowzero",
                                                              "storage_order",
                                                              "count_include_pad",
                                                              "linear_before_reset",
                                                              "noop_with_empty_axes"};
    static constexpr std::array<const char*, 10> kLists = {
        "axes",         "perm",  "pads",           "strides",      "dilations",
        "kernel_shape", "split", "output_padding", "output_shape", "scales"};
    static constexpr std::array<const char*, 4> kTexts = {"auto_pad", "mode", "direction",
                                                          "equation"};
    onnx::AttributeProto& attribute = *node.add_attribute();
    switch (choose_.Below(5)) {
      case 0:
      case 1:
        attribute.set_name(choose_.Of(kIntegers));
        attribute.set_type(onnx::AttributeProto::INT);
        return attribute.set_i(choose_.Integer(0));
      case 2:
        attribute.set_name(choose_.Of(kTexts));
        attribute.set_type(onnx::AttributeProto::STRING);
        return attribute.set_s(Word());
      default:
        attribute.set_name(choose_.Of(kLists));
        attribute.set_type(onnx::AttributeProto::INTS);
        for (int left = choose_.Below(6); left > 0; --left) attribute.add_ints(choose_.Integer(1));
    }
  }

  void ChangeAttribute(onnx::AttributeProto& attribute) {
    switch (attribute.type()) {
      case onnx::AttributeProto::INT: return attribute.set_i(choose_.Integer(attribute.i()));
      case onnx::AttributeProto::FLOAT:
        return attribute.set_f(static_cast<float>(choose_.Real(attribute.f())));
      case onnx::AttributeProto::STRING: return attribute.set_s(Word());
      case onnx::AttributeProto::INTS: return Numbers(*attribute.mutable_ints());
      case onnx::AttributeProto::TENSOR: return ChangeTensor(*attribute.mutable_t());
      default:
        attribute.set_type(static_cast<onnx::AttributeProto::AttributeType>(choose_.Below(12)));
    }
  }

  std::string Operator() {
    static const std::vector<std::string> kKnown = Operators();
    return kKnown[static_cast<std::size_t>(choose_.Below(static_cast<int>(kKnown.size())))];
  }

  std::string Word() {
    static constexpr std::array<const char*, 24> kWords = {"",
                                                           "SAME_UPPER",
                                                           "SAME_LOWER",
                                                           "VALID",
                                                           "NOTSET",
                                                           "constant",
                                                           "reflect",
                                                           "edge",
                                                           "wrap",
                                                           "nearest",
                                                           "linear",
                                                           "cubic",
                                                           "DCR",
                                                           "CRD",
                                                           "forward",
                                                           "reverse",
                                                           "bidirectional",
                                                           "align_corners",
                                                           "half_pixel",
                                                           "tanh",
                                                           "none",
                                                           "ij,jk->ik",
                                                           "...ij,...jk->...ik",
                                                           "ii->i"};
    return choose_.Of(kWords);
  }

  // Another number, a repeated one, one more or one less.
  template <typename List>
  void Numbers(List& numbers) {
    const int place = choose_.Below(numbers.size());
    switch (choose_.Below(4)) {
      case 0: return numbers.Add(numbers.empty() ? choose_.Integer(1) : numbers.Get(place));
      case 1:
        if (!numbers.empty()) numbers.RemoveLast();
        return;
      default:
        if (!numbers.empty()) numbers.Set(place, choose_.Integer(numbers.Get(place)));
    }
  }

  template <typename List>
  void Resize(List& list) {
    if (list.empty() || choose_.OneIn(2)) {
      list.Add()->set_dim_value(1 + choose_.Below(4));
    } else {
      list.RemoveLast();
    }
  }

  onnx::NodeProto* Node(onnx::GraphProto& graph) {
    if (graph.node_size() == 0) return nullptr;
    return graph.mutable_node(choose_.Below(graph.node_size()));
  }

  onnx::ModelProto& model_;
  RandomChoice choose_;
};

}  // namespace

std::size_t MutateOnnx(std::uint8_t* data, std::size_t size, std::size_t max_size,
                       unsigned int seed) {
  onnx::ModelProto model;
  const bool is_model = model.ParseFromArray(data, static_cast<int>(size)) && model.has_graph();
  if (!is_model || seed % 16 == 0) return LLVMFuzzerMutate(data, size, max_size);
  Mutator(model, seed).Change();
  const std::size_t changed = model.ByteSizeLong();
  if (changed > max_size || !model.SerializeToArray(data, static_cast<int>(max_size))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  return changed;
}

}  // namespace acc::fuzz
