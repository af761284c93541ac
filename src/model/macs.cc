// SPDX-License-Identifier: BSD-3-Clause
#include "model/macs.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace acc::model {
namespace {

using Count = std::optional<std::uint64_t>;

Count Times(Count first, Count second) {
  std::uint64_t product = 0;
  if (!first || !second || __builtin_mul_overflow(*first, *second, &product)) return std::nullopt;
  return product;
}

Count Plus(Count first, Count second) {
  std::uint64_t sum = 0;
  if (!first || !second || __builtin_add_overflow(*first, *second, &sum)) return std::nullopt;
  return sum;
}

// What an operator's rule can ask for.
class Dims {
 public:
  Dims(const Node& node, const DimsOf& dims_of) : node_(node), dims_of_(dims_of) {}
  const Shape* Input(std::size_t index) const { return Find(node_.inputs, index); }
  const Shape* Output() const { return Find(node_.outputs, 0); }
  const Node& node() const { return node_; }

 private:
  const Shape* Find(const std::vector<std::string>& names, std::size_t index) const {
    return index < names.size() && !names[index].empty() ? dims_of_(names[index]) : nullptr;
  }
  const Node& node_;
  const DimsOf& dims_of_;
};

Count OfConv(const Dims& dims) {
  const Shape* weight = dims.Input(1);
  const Shape* output = dims.Output();
  return weight == nullptr || output == nullptr ? Count() : MacsOfSweep(*output, 1, *weight);
}

Count OfConvTranspose(const Dims& dims) {
  const Shape* weight = dims.Input(1);
  const Shape* input = dims.Input(0);
  return weight == nullptr || input == nullptr ? Count() : MacsOfSweep(*input, 1, *weight);
}

Count OfGemm(const Dims& dims) {
  const Shape* left = dims.Input(0);
  const Shape* output = dims.Output();
  if (left == nullptr || output == nullptr || left->size() != 2) return std::nullopt;
  const bool transposed = dims.node().Get<std::int64_t>("transA", 0) != 0;
  return MacsOfProduct(*output, (*left)[transposed ? 0 : 1]);
}

Count OfMatMul(const Dims& dims) {
  const Shape* left = dims.Input(0);
  const Shape* output = dims.Output();
  if (left == nullptr || output == nullptr || left->empty()) return std::nullopt;
  return MacsOfProduct(*output, left->back());
}

// Each step of each sequence takes the weights of the input and those of the state once.
Count OfRecurrent(const Dims& dims) {
  const Shape* input = dims.Input(0);
  const Shape* weight = dims.Input(1);
  const Shape* state = dims.Input(2);
  if (input == nullptr || weight == nullptr || state == nullptr || input->size() != 3) return {};
  const Shape steps = {(*input)[0], (*input)[1]};
  return Times(ElementCount(steps), Plus(ElementCount(*weight), ElementCount(*state)));
}

struct Row {
  std::string_view op_type;
  Count (*count)(const Dims& dims);
};
constexpr std::array kRows = {Row{"Conv", &OfConv},      Row{"ConvTranspose", &OfConvTranspose},
                              Row{"GRU", &OfRecurrent},  Row{"Gemm", &OfGemm},
                              Row{"LSTM", &OfRecurrent}, Row{"MatMul", &OfMatMul},
                              Row{"RNN", &OfRecurrent}};

}  // namespace

Count MacsOfSweep(const Shape& swept, std::size_t channel_axis, const Shape& weight) {
  if (channel_axis >= swept.size() || swept[channel_axis] <= 0) return std::nullopt;
  Shape places = swept;
  places[channel_axis] = 1;
  return Times(ElementCount(places), ElementCount(weight));
}

Count MacsOfProduct(const Shape& output, std::int64_t inner) {
  if (inner < 0) return std::nullopt;
  return Times(ElementCount(output), static_cast<std::uint64_t>(inner));
}

Count MultiplyAccumulates(const Node& node, const DimsOf& dims_of) {
  const auto row = std::ranges::find(kRows, node.op_type, &Row::op_type);
  if (row == kRows.end() || !node.domain.empty()) return std::nullopt;
  return row->count(Dims(node, dims_of));
}

}  // namespace acc::model
