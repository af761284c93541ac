// SPDX-License-Identifier: BSD-3-Clause
#include "model/macs.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <string_view>
#include <vector>

namespace acc::model {
namespace {

using Count = std::optional<std::uint64_t>;

Count Product(Count first, Count second) {
  std::uint64_t product = 0;
  if (!first || !second || __builtin_mul_overflow(*first, *second, &product)) return std::nullopt;
  return product;
}

Count Sum(Count first, Count second) {
  std::uint64_t sum = 0;
  if (!first || !second || __builtin_add_overflow(*first, *second, &sum)) return std::nullopt;
  return sum;
}

// What the rules ask of a node's tensors. Places count from the start.
class Dims {
 public:
  Dims(const Node& node, const DimsOf& dims_of) : node_(node), dims_of_(dims_of) {}

  const Node& node() const { return node_; }
  const Shape* Input(std::size_t place) const { return Of(node_.inputs, place); }
  const Shape* Output(std::size_t place) const { return Of(node_.outputs, place); }
  Count InputElements(std::size_t place) const { return Elements(Input(place)); }
  Count OutputElements(std::size_t place) const { return Elements(Output(place)); }

  // The size of an axis; a negative one counts from the end.
  static Count Size(const Shape* dims, std::int64_t axis) {
    if (dims == nullptr) return std::nullopt;
    const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(dims->size()) : axis;
    if (place < 0 || place >= static_cast<std::int64_t>(dims->size())) return std::nullopt;
    const std::int64_t size = (*dims)[static_cast<std::size_t>(place)];
    if (size < 0) return std::nullopt;
    return static_cast<std::uint64_t>(size);
  }

  // Elements without those of one axis.
  static Count ElementsAcross(const Shape* dims, std::int64_t axis) {
    const Count size = Size(dims, axis);
    const Count elements = Elements(dims);
    if (!size || !elements || *size == 0) return std::nullopt;
    return *elements / *size;
  }

 private:
  const Shape* Of(const std::vector<std::string>& names, std::size_t place) const {
    if (place >= names.size() || names[place].empty()) return nullptr;
    return dims_of_(names[place]);
  }
  static Count Elements(const Shape* dims) {
    return dims != nullptr ? ElementCount(*dims) : std::nullopt;
  }

  const Node& node_;
  const DimsOf& dims_of_;
};

// Each place of the output, its channels apart, takes all weights once.
template <std::size_t kWeight>
Count OfConvolution(const Dims& dims) {
  return Product(Dims::ElementsAcross(dims.Output(0), 1), dims.InputElements(kWeight));
}

// Each place of the input does.
Count OfTransposedConvolution(const Dims& dims) {
  return Product(Dims::ElementsAcross(dims.Input(0), 1), dims.InputElements(1));
}

Count OfMatMul(const Dims& dims) {
  return Product(dims.OutputElements(0), Dims::Size(dims.Input(0), -1));
}

// The first matrix may be transposed.
Count OfGemm(const Dims& dims) {
  const bool transposed = dims.node().Get<std::int64_t>("transA", 0) != 0;
  return Product(dims.OutputElements(0), Dims::Size(dims.Input(0), transposed ? -2 : -1));
}

Count OfMatMulInBlocks(const Dims& dims) {
  const auto inner = dims.node().Get<std::int64_t>("K", 0);
  if (inner <= 0) return std::nullopt;
  return Product(dims.OutputElements(0), static_cast<std::uint64_t>(inner));
}

// Every step of every sequence takes the weights of the input and of the recurrence once.
Count OfRecurrence(const Dims& dims) {
  return Product(Dims::ElementsAcross(dims.Input(0), -1),
                 Sum(dims.InputElements(1), dims.InputElements(2)));
}

// Queries times keys, then the weights that follow times values.
Count OfAttention(const Dims& dims) {
  constexpr std::size_t kPastKeys = 4;
  Count keys = Dims::Size(dims.Input(1), -2);
  if (dims.Input(kPastKeys) != nullptr) keys = Sum(keys, Dims::Size(dims.Input(kPastKeys), -2));
  return Product(keys, Sum(dims.InputElements(0), dims.OutputElements(0)));
}

// All letters of two operands, each size once.
Count OfEinsum(const Dims& dims) {
  std::string equation = dims.node().Get<std::string>("equation", "");
  std::erase_if(equation, [](unsigned char c) { return std::isspace(c) != 0; });
  const std::string operands = equation.substr(0, equation.find("->"));
  const std::size_t comma = operands.find(',');
  const bool is_pair = comma != std::string::npos && operands.rfind(',') == comma;
  if (!is_pair || operands.find('.') != std::string::npos) return std::nullopt;
  std::map<char, std::uint64_t> sizes;
  const std::string terms[] = {operands.substr(0, comma), operands.substr(comma + 1)};
  for (std::size_t i = 0; i < std::size(terms); ++i) {
    const Shape* operand = dims.Input(i);
    if (operand == nullptr || operand->size() != terms[i].size()) return std::nullopt;
    for (std::size_t axis = 0; axis < terms[i].size(); ++axis) {
      const Count size = Dims::Size(operand, static_cast<std::int64_t>(axis));
      if (!size) return std::nullopt;
      std::uint64_t& known = sizes[terms[i][axis]];
      known = std::max(known, *size);  // An axis of 1 is repeated.
    }
  }
  Count product = 1;
  for (const auto& [letter, size] : sizes) product = Product(product, size);
  return product;
}

constexpr std::string_view kRuntimes = "com.microsoft";

struct Row {
  std::string_view op_type;
  Count (*count)(const Dims&);
  std::string_view domain = "";
};

constexpr Row kRows[] = {
    {"Attention", &OfAttention},
    {"Conv", &OfConvolution<1>},
    {"ConvInteger", &OfConvolution<1>},
    {"ConvTranspose", &OfTransposedConvolution},
    {"DeformConv", &OfConvolution<1>},
    {"DynamicQuantizeLSTM", &OfRecurrence, kRuntimes},
    {"DynamicQuantizeMatMul", &OfMatMul, kRuntimes},
    {"Einsum", &OfEinsum},
    {"FusedConv", &OfConvolution<1>, kRuntimes},
    {"FusedGemm", &OfGemm, kRuntimes},
    {"FusedMatMul", &OfGemm, kRuntimes},
    {"GRU", &OfRecurrence},
    {"Gemm", &OfGemm},
    {"LSTM", &OfRecurrence},
    {"MatMul", &OfMatMul},
    {"MatMulInteger", &OfMatMul},
    {"MatMulIntegerToFloat", &OfMatMul, kRuntimes},
    {"MatMulNBits", &OfMatMulInBlocks, kRuntimes},
    {"QGemm", &OfGemm, kRuntimes},
    {"QLinearConv", &OfConvolution<3>},
    {"QLinearMatMul", &OfMatMul},
    {"RNN", &OfRecurrence},
};

std::string_view DomainOf(const Node& node) {
  return node.domain == "ai.onnx" ? "" : std::string_view(node.domain);
}

const Row* RowOf(const Node& node) {
  const auto* row = std::ranges::find_if(kRows, [&](const Row& candidate) {
    return candidate.op_type == node.op_type && candidate.domain == DomainOf(node);
  });
  return row == std::end(kRows) ? nullptr : row;
}

}  // namespace

Count MultiplyAccumulates(const Node& node, const DimsOf& dims_of) {
  const Row* row = RowOf(node);
  return row == nullptr ? std::nullopt : row->count(Dims(node, dims_of));
}

bool MayMultiply(const Node& node) {
  return RowOf(node) != nullptr || !DomainOf(node).empty() || !Subgraphs(node).empty();
}

}  // namespace acc::model
