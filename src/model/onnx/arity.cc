// SPDX-License-Identifier: BSD-3-Clause
#include "model/onnx/arity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace acc::model {
namespace {

struct NeedRow {
  std::size_t inputs;
  std::string_view operators;
};

// Of all opsets the least, from the schemas of ONNX 1.23. Operators that may have none are not
// here, and Loop, which may leave out both that it must name.
constexpr NeedRow kRows[] = {
    {1,
     "Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitCast "
     "BitwiseNot BlackmanWindow Cast Ceil Celu Clip Concat ConcatFromSequence "
     "ConstantOfShape Cos Cosh DFT DepthToSpace Det Dropout DynamicQuantizeLinear Einsum "
     "Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool "
     "HammingWindow HannWindow HardSigmoid HardSwish Hardmax Identity If ImageDecoder "
     "IsInf IsNaN LRN LeakyRelu Log LogSoftmax LpNormalization LpPool Max MaxPool Mean "
     "MeanVarianceNormalization Min Mish Multinomial Neg NonZero Not OptionalGetElement "
     "Pad RandomNormalLike RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum "
     "ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare "
     "RegexFullMatch Relu Reshape Resize Round Scan Selu SequenceConstruct SequenceErase "
     "SequenceLength SequenceMap Shape Shrink Sigmoid Sign Sin Sinh Size Slice Softmax "
     "Softplus Softsign SpaceToDepth Split SplitToSequence Sqrt Squeeze StringNormalizer "
     "StringSplit Sum Swish Tan Tanh TfIdfVectorizer ThresholdedRelu TopK Transpose Trilu "
     "Unique Unsqueeze Upsample"},
    {2,
     "Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike "
     "CausalConvWithState CenterCropPad Compress Conv ConvInteger ConvTranspose CumProd "
     "CumSum DequantizeLinear Div Equal Expand Gather GatherElements GatherND Gemm Greater "
     "GreaterOrEqual GridSample LayerNormalization Less LessOrEqual MatMul MatMulInteger "
     "MaxRoiPool MaxUnpool Mod Mul NegativeLogLikelihoodLoss NonMaxSuppression Or PRelu "
     "Pow QuantizeLinear RMSNormalization ReverseSequence STFT SequenceAt SequenceInsert "
     "SoftmaxCrossEntropyLoss StringConcat Sub SwiGLU TensorScatter Tile Xor"},
    {3,
     "Attention Col2Im DeformConv GRU GroupNormalization InstanceNormalization LSTM "
     "LinearAttention OneHot RNN Range RoiAlign RotaryEmbedding Scatter ScatterElements "
     "ScatterND Where"},
    {5, "BatchNormalization MelWeightMatrix"},
    {8, "QLinearConv QLinearMatMul"},
};

std::unordered_map<std::string, std::size_t> AllNeeds() {
  std::unordered_map<std::string, std::size_t> needs;
  for (const NeedRow& row : kRows) {
    for (std::string& name : SplitWhitespace(row.operators)) {
      needs.emplace(std::move(name), row.inputs);
    }
  }
  return needs;
}

Status CheckNode(const Node& node) {
  const std::size_t needed = node.domain.empty() ? NeededInputs(node.op_type) : 0;
  if (needed == 0) return OkStatus();
  const bool has_all =
      node.inputs.size() >= needed &&
      std::none_of(node.inputs.begin(), node.inputs.begin() + static_cast<std::ptrdiff_t>(needed),
                   [](const std::string& name) { return name.empty(); });
  if (has_all && !node.outputs.empty()) return OkStatus();
  return Failure(fmt::format("node '{}' ({}) lacks an {}: the operator needs {} input{}",
                             Printable(node.name), node.op_type, has_all ? "output" : "input",
                             needed, needed == 1 ? "" : "s"));
}

}  // namespace

std::size_t NeededInputs(const std::string& op_type) {
  static const std::unordered_map<std::string, std::size_t> kNeeds = AllNeeds();
  const auto known = kNeeds.find(op_type);
  return known == kNeeds.end() ? 0 : known->second;
}

Status CheckArity(const Graph& graph) {
  for (const Node& node : graph.nodes) {
    ACC_RETURN_IF_ERROR(CheckNode(node));
    for (const std::shared_ptr<const Graph>& body : Subgraphs(node)) {
      ACC_RETURN_IF_ERROR(CheckArity(*body));
    }
  }
  return OkStatus();
}

}  // namespace acc::model
