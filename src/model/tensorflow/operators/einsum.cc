// SPDX-License-Identifier: BSD-3-Clause
// Einstein sums of two tensors as one product of matrices, which targets have, where they are one.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"
#include "model/translation/builder.h"
#include "tensor/shape.h"

namespace acc::model::tensorflow {
namespace {

// "ab,bc->ac" in its parts.
struct Equation {
  std::string a;
  std::string b;
  std::string out;
};

bool IsPlain(const std::string& letters) {
  std::string sorted = letters;
  std::ranges::sort(sorted);
  const bool is_letters = std::ranges::all_of(
      letters, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
  return is_letters && std::ranges::adjacent_find(sorted) == sorted.end();
}

std::optional<Equation> Parsed(std::string text) {
  std::erase(text, ' ');
  const std::size_t comma = text.find(',');
  const std::size_t arrow = text.find("->");
  if (comma == std::string::npos || arrow == std::string::npos || arrow < comma) return {};
  Equation equation{text.substr(0, comma), text.substr(comma + 1, arrow - comma - 1),
                    text.substr(arrow + 2)};
  // No ellipsis, no third operand, no diagonals.
  const bool is_plain = IsPlain(equation.a) && IsPlain(equation.b) && IsPlain(equation.out);
  return is_plain ? std::optional(equation) : std::nullopt;
}

bool Has(const std::string& letters, char letter) {
  return letters.find(letter) != std::string::npos;
}

// Letters of the equation by what a product of matrices does with them; each in the order of the
// operand that has it first.
struct Roles {
  std::string batch;  // In all three.
  std::string rows;   // Of the first operand and the output.
  std::string inner;  // Of both operands.
  std::string columns;
};

// Nothing where an operand alone has a letter that is summed away.
std::optional<Roles> RolesOf(const Equation& equation) {
  Roles roles;
  for (const char letter : equation.a) {
    const bool in_b = Has(equation.b, letter);
    const bool in_out = Has(equation.out, letter);
    if (!in_b && !in_out) return std::nullopt;
    (in_b ? in_out ? roles.batch : roles.inner : roles.rows) += letter;
  }
  for (const char letter : equation.b) {
    if (Has(equation.a, letter)) continue;
    if (!Has(equation.out, letter)) return std::nullopt;
    roles.columns += letter;
  }
  const bool fits =
      roles.batch.size() + roles.rows.size() + roles.columns.size() == equation.out.size();
  return fits ? std::optional(roles) : std::nullopt;
}

// The axes of `from` in the order of `to`.
Axes OrderOf(const std::string& from, const std::string& to) {
  Axes order;
  for (const char letter : to) order.push_back(static_cast<std::int64_t>(from.find(letter)));
  return order;
}

std::string Moved(Translation& t, std::size_t input, const std::string& from,
                  const std::string& to) {
  return from == to ? t.Input(input) : t.Moved(input, OrderOf(from, to));
}

// One letter for rows, inner ones and columns each: dims do not matter.
bool AreMatrices(const Roles& roles) {
  return roles.inner.size() == 1 && roles.columns.size() == 1 &&
         (roles.rows.size() == 1 || roles.batch.empty());
}

void MakeInOrder(Translation& t, const std::string& value, const std::string& from,
                 const std::string& to) {
  if (from == to) return t.Make("Identity", {value});
  t.Make("Transpose", {value}, {{"perm", OrderOf(from, to)}});
}

void MakeProduct(Translation& t, const Equation& equation, const Roles& roles) {
  const std::string a = Moved(t, 0, equation.a, roles.batch + roles.rows + roles.inner);
  const std::string b = Moved(t, 1, equation.b, roles.batch + roles.inner + roles.columns);
  const std::string made = roles.batch + roles.rows + roles.columns;
  if (made == equation.out) return t.Make("MatMul", {a, b});
  MakeInOrder(t, t.Add("MatMul", {a, b}), made, equation.out);
}

Axes DimsOf(const Tensor& tensor, const std::string& letters, const std::string& some) {
  Axes dims;
  for (const char letter : some) dims.push_back(tensor.dims()[letters.find(letter)]);
  return dims;
}

std::int64_t CountOf(const Axes& dims) {
  return static_cast<std::int64_t>(ElementCount(dims).value_or(0));
}

// A layer's weights, whose dims are known, as one matrix: axes of one role become one axis. A dim
// of 0 in a Reshape stays as it is.
void MakeProductByWeights(Translation& t, const Equation& equation, const Roles& roles,
                          const Tensor& weights) {
  const Axes order = OrderOf(equation.b, roles.inner + roles.columns);
  auto matrix = Reordered(weights, Permutation(order.begin(), order.end()));
  if (!t.Check(matrix.ok(), "its weights cannot be moved")) return;
  const Axes columns = DimsOf(weights, equation.b, roles.columns);
  const std::int64_t inner = CountOf(DimsOf(weights, equation.b, roles.inner));
  const std::string b = t.builder().AddConstant(t.op().inputs[1] + "_matrix",
                                                matrix->Reshaped({inner, CountOf(columns)}));
  Axes rows(roles.rows.size(), 0);
  Axes a_dims = rows;
  a_dims.push_back(inner);
  const std::string a = Moved(t, 0, equation.a, roles.rows + roles.inner);
  const std::string product = t.Add("MatMul", {t.Add("Reshape", {a, t.Int64s(a_dims)}), b});
  rows.insert(rows.end(), columns.begin(), columns.end());
  MakeInOrder(t, t.Add("Reshape", {product, t.Int64s(rows)}), roles.rows + roles.columns,
              equation.out);
}

void Einsum(Translation& t) {
  const std::string text = t.Text("equation", "");
  const auto equation = t.InputCount() == 2 ? Parsed(text) : std::nullopt;
  const auto roles = equation ? RolesOf(*equation) : std::nullopt;
  const Tensor* weights = t.Constant(1);
  const bool has_weights = equation && weights != nullptr &&
                           weights->dims().size() == equation->b.size() && weights->size() > 0;
  if (roles && AreMatrices(*roles)) return MakeProduct(t, *equation, *roles);
  if (roles && has_weights && roles->batch.empty() && !roles->rows.empty()) {
    return MakeProductByWeights(t, *equation, *roles, *weights);
  }
  t.Make("Einsum", t.Inputs(0, t.InputCount()), {{"equation", text}});
}

constexpr Operator kRows[] = {{"Einsum", 1, kAnyNumber, &Einsum}};

}  // namespace

std::span<const Operator> EinsumOperators() { return kRows; }

}  // namespace acc::model::tensorflow
