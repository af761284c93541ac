// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/to_graph/translation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "dlc/to_graph/constants.h"

namespace acc::dlc {
namespace {

const Tensor& TensorNamed(const GraphBuilder& builder, const std::string& name) {
  static const Tensor kNone;
  const Tensor* found = builder.Find(name);
  return found == nullptr ? kNone : *found;
}

}  // namespace

model::StoredNode Translation::Stored(const GraphBuilder& builder, const Node& node) {
  model::StoredNode stored{node.name, node.type, node.inputs, node.outputs};
  for (std::string& output : stored.outputs) {
    const Tensor* tensor = builder.Find(output);
    if (tensor != nullptr && tensor->kind == TensorKind::kNull) output.clear();
  }
  return stored;
}

const Tensor& Translation::InputTensor(std::size_t input) {
  return TensorNamed(builder_, StoredInput(input).name);
}

const Tensor& Translation::OutputTensor(std::size_t output) {
  return TensorNamed(builder_, StoredOutput(output).name);
}

std::int64_t Translation::Int(std::string_view name, std::int64_t fallback) {
  const std::vector<std::int64_t> values = Ints(name, 1, fallback);
  return values.empty() ? fallback : values.front();
}

float Translation::Float(std::string_view name, float fallback) {
  const std::vector<float> values = Reals(name, {fallback});
  if (values.size() == 1) return values.front();
  Fail(fmt::format("its attribute '{}' is no number", Printable(name)));
  return fallback;
}

std::vector<float> Translation::Reals(std::string_view name, std::vector<float> fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return fallback;
  if (const auto* value = std::get_if<float>(&attribute->value)) return {*value};
  if (const auto* tensor = std::get_if<Tensor>(&attribute->value)) {
    const auto value = ConstantValue(*tensor);
    auto values = value.ok() ? ToFloats(value->view()) : value.status();
    if (values.ok()) return *std::move(values);
    Fail(values.status().message());
    return fallback;
  }
  return {static_cast<float>(Int(name, 0))};
}

std::string Translation::Choice(std::string_view name, std::span<const std::string_view> choices) {
  const std::int64_t number = Int(name, 0);
  if (number >= 0 && number < static_cast<std::int64_t>(choices.size())) {
    return std::string(choices[static_cast<std::size_t>(number)]);
  }
  Fail(fmt::format("its attribute '{}' is {}; 0 to {} are known", Printable(name), number,
                   choices.size() - 1));
  return {};
}

std::string Translation::Text(std::string_view name, std::string_view fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return std::string(fallback);
  const auto* text = std::get_if<std::string>(&attribute->value);
  if (text != nullptr) return *text;
  Fail(fmt::format("its attribute '{}' is no text", Printable(name)));
  return {};
}

std::vector<std::int64_t> Translation::Ints(std::string_view name,
                                            std::vector<std::int64_t> fallback) {
  const Attribute* attribute = node_.Find(name);
  if (attribute == nullptr) return fallback;
  struct Reader {
    Result<std::vector<std::int64_t>> operator()(bool value) const { return One(value ? 1 : 0); }
    Result<std::vector<std::int64_t>> operator()(std::int32_t value) const { return One(value); }
    Result<std::vector<std::int64_t>> operator()(std::uint32_t value) const { return One(value); }
    Result<std::vector<std::int64_t>> operator()(float) const { return Failure("a real number"); }
    Result<std::vector<std::int64_t>> operator()(const std::string&) const {
      return Failure("a text");
    }
    Result<std::vector<std::int64_t>> operator()(const Tensor& tensor) const {
      ACC_ASSIGN_OR_RETURN(const acc::Tensor value, ConstantValue(tensor));
      return ToIntegers(value.view());
    }
    static std::vector<std::int64_t> One(std::int64_t value) { return {value}; }
  };
  auto values = std::visit(Reader{}, attribute->value);
  if (values.ok()) return *std::move(values);
  Fail(fmt::format("its attribute '{}' holds no integers: {}", Printable(name),
                   values.status().message()));
  return fallback;
}

std::vector<std::int64_t> Translation::Ints(std::string_view name, std::size_t count,
                                            std::int64_t fallback) {
  std::vector<std::int64_t> values = Ints(name, std::vector(count, fallback));
  if (values.size() == count) return values;
  Fail(fmt::format("its attribute '{}' has {} elements instead of {}", Printable(name),
                   values.size(), count));
  return std::vector(count, fallback);
}

int Translation::Axis(std::string_view name, int fallback, std::size_t rank) {
  const std::int64_t given = Int(name, fallback);
  const std::int64_t axis = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
  if (axis >= 0 && axis < static_cast<std::int64_t>(rank)) return static_cast<int>(axis);
  Fail(fmt::format("its attribute '{}' is {} where there are {} axes", Printable(name), given,
                   rank));
  return 0;
}

std::vector<int> Translation::Axes(std::string_view name, std::size_t rank) {
  std::vector<int> axes;
  for (const std::int64_t given : Ints(name, std::vector<std::int64_t>())) {
    const std::int64_t axis = given < 0 ? given + static_cast<std::int64_t>(rank) : given;
    const bool fits = axis >= 0 && axis < static_cast<std::int64_t>(rank);
    if (!Check(fits, fmt::format("axis {} of its attribute '{}' is not one of {}", given,
                                 Printable(name), rank))) {
      return {};
    }
    axes.push_back(static_cast<int>(axis));
  }
  return axes;
}

}  // namespace acc::dlc
