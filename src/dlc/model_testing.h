// SPDX-License-Identifier: BSD-3-Clause
// For tests: models made at random, and as text to be compared.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dlc/model.h"

namespace acc::dlc {

inline std::string ToText(const TensorEncoding& encoding) {
  std::string text = fmt::format("axis {} float {}", encoding.axis.value_or(-1), encoding.is_float);
  for (const Encoding& channel : encoding.channels) {
    text += fmt::format(" ({} bits {:a} to {:a}, {:a} * (q + {}), symmetric {})", channel.bitwidth,
                        channel.min, channel.max, channel.scale, channel.offset, channel.symmetric);
  }
  return text;
}

inline std::string ToText(const Tensor& tensor) {
  std::string text =
      fmt::format("{} '{}' kind {} {} {}", tensor.id, Printable(tensor.name),
                  static_cast<int>(tensor.kind), Name(tensor.type), acc::ToText(tensor.dims));
  if (tensor.encoding) text += " encoded " + ToText(*tensor.encoding);
  text += " data";
  for (const std::byte byte : tensor.data)
    text += fmt::format(" {:02x}", std::to_integer<int>(byte));
  return text;
}

inline std::string ToText(const Attribute& attribute) {
  const auto value = [](const auto& held) -> std::string {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, Tensor>) return ToText(held);
    if constexpr (std::is_same_v<Held, std::string>) return Printable(held);
    if constexpr (std::is_same_v<Held, float>) return fmt::format("{:a}", held);
    if constexpr (std::is_integral_v<Held>) return fmt::format("{}", held);
  };
  return fmt::format("  {} [{}]: {}\n", Printable(attribute.name), attribute.value.index(),
                     std::visit(value, attribute.value));
}

// All but records, notes and storage.
inline std::string ToText(const Model& model) {
  std::string text = fmt::format("{}.{} '{}' '{}'\n", model.major, model.minor,
                                 model.converter_command, model.converter_version);
  for (const Graph& graph : model.graphs) {
    text += fmt::format("graph '{}'\n", Printable(graph.name));
    for (const Tensor& tensor : graph.tensors) text += ToText(tensor) + "\n";
    for (const Node& node : graph.nodes) {
      text += fmt::format("node '{}' {} of {}: {} -> {}\n", Printable(node.name), node.type,
                          node.package, Printable(Join(node.inputs, "|")),
                          Printable(Join(node.outputs, "|")));
      for (const Attribute& attribute : node.attributes) text += ToText(attribute);
    }
  }
  return text;
}

class RandomModel {
 public:
  explicit RandomModel(std::uint32_t seed) : random_(seed) {}

  Model Make() {
    Model model;
    model.converter_command = "accuracy-debugger seed=1;list=a b;flag=";
    model.timestamp = "2026-11-29 08:13:08 UTC";
    model.converter_version = "1.0";
    for (int i = Below(3); i >= 0; --i) model.graphs.push_back(MakeGraph(model));
    return model;
  }

 private:
  int Below(int bound) { return std::uniform_int_distribution(0, bound - 1)(random_); }

  std::string MakeName() { return MakeText() + std::to_string(next_++); }

  std::string MakeText() {
    static const std::string kTexts[] = {"conv",       "a/b:0",
                                         "\n\t'\"<&>", "\xC3\xA9\xE2\x82\xAC",
                                         "\xFF\x80",   std::string(300, 'n'),
                                         "",           std::string("nul\0l", 5),
                                         "../../etc/x"};
    return kTexts[Below(std::size(kTexts))];
  }

  DataType MakeType() {
    constexpr DataType kTypes[] = {
        DataType::kInt8,    DataType::kInt16,    DataType::kInt32,    DataType::kInt64,
        DataType::kUint8,   DataType::kUint16,   DataType::kUint32,   DataType::kUint64,
        DataType::kFloat16, DataType::kFloat32,  DataType::kFloat64,  DataType::kSfixed4,
        DataType::kSfixed8, DataType::kSfixed16, DataType::kSfixed32, DataType::kUfixed4,
        DataType::kUfixed8, DataType::kUfixed16, DataType::kUfixed32, DataType::kBool8};
    return kTypes[Below(std::size(kTypes))];
  }

  Encoding MakeEncoding(DataType type, bool per_channel) {
    const auto bits = static_cast<int>(ByteSize(StoredType(type), 2) * 4);
    const int bitwidth = Below(4) == 0 && bits > 4 ? bits - Below(4) : bits;
    const std::int64_t codes = std::int64_t{1} << bitwidth;
    Encoding encoding = {.bitwidth = bitwidth};
    encoding.scale = std::ldexp(1.0F + 0.001F * static_cast<float>(Below(999)), Below(40) - 30);
    const bool centred = Below(2) == 0;
    encoding.offset =
        centred ? -codes / 2
                : std::max(-std::uniform_int_distribution<std::int64_t>(0, codes - 1)(random_),
                           -(std::int64_t{1} << 31));
    encoding.min = static_cast<float>(encoding.scale * static_cast<double>(encoding.offset));
    encoding.max =
        static_cast<float>(encoding.scale * static_cast<double>(encoding.offset + codes - 1));
    encoding.symmetric =
        (IsSigned(type) && encoding.offset == -codes / 2) || (per_channel && Below(2) == 0);
    return encoding;
  }

  Tensor MakeTensor(TensorKind kind, Model& model) {
    Tensor tensor = {.id = static_cast<std::uint32_t>(next_),
                     .name = MakeName(),
                     .kind = kind,
                     .type = MakeType()};
    for (int rank = Below(6); rank > 0; --rank)
      tensor.dims.push_back(Below(8) == 0 ? 0 : 1 + Below(5));
    if (IsFixedPoint(tensor.type) && Below(4) > 0) MakeTensorEncoding(tensor);
    if (kind != TensorKind::kStatic) return tensor;
    const std::uint64_t count = ElementCount(tensor.dims).value();
    const bool byte_each = ByteSize(StoredType(tensor.type), 2) == 1 && Below(2) == 0;
    auto data = std::make_shared<std::vector<std::byte>>(
        byte_each ? count : ByteSize(StoredType(tensor.type), count));
    for (std::byte& byte : *data) byte = static_cast<std::byte>(Below(256));
    tensor.data = *data;
    model.storage.push_back(std::move(data));
    return tensor;
  }

  void MakeTensorEncoding(Tensor& tensor) {
    TensorEncoding encoding;
    std::int64_t channels = 1;
    if (!tensor.dims.empty() && Below(2) == 0) {
      encoding.axis = Below(static_cast<int>(tensor.dims.size()));
      channels = tensor.dims[*encoding.axis];
    }
    for (; channels > 0; --channels) {
      encoding.channels.push_back(MakeEncoding(tensor.type, encoding.axis.has_value()));
    }
    if (!encoding.channels.empty()) tensor.encoding = std::move(encoding);
  }

  decltype(Attribute::value) MakeValue(Model& model) {
    switch (Below(6)) {
      case 0: return Below(2) == 0;
      case 1: return static_cast<std::int32_t>(random_());
      case 2: return static_cast<std::uint32_t>(random_());
      case 3:
        return Below(8) == 0 ? std::numeric_limits<float>::infinity()
                             : static_cast<float>(std::ldexp(Below(1000) - 500, Below(200) - 100));
      case 4: return MakeText();
      default: return MakeTensor(TensorKind::kStatic, model);
    }
  }

  Graph MakeGraph(Model& model) {
    Graph graph = {.name = MakeName()};
    constexpr TensorKind kKinds[] = {TensorKind::kInput, TensorKind::kOutput, TensorKind::kNative,
                                     TensorKind::kStatic, TensorKind::kNull};
    for (int i = Below(12); i >= 0; --i) {
      graph.tensors.push_back(MakeTensor(kKinds[Below(std::size(kKinds))], model));
    }
    const auto any_tensor = [&] {
      return graph.tensors[Below(static_cast<int>(graph.tensors.size()))].name;
    };
    for (int i = Below(6); i > 0; --i) {
      Node node = {
          .name = MakeName(), .type = MakeName(), .package = Below(2) == 0 ? "qti.aisw" : ""};
      for (int k = Below(4); k > 0; --k) node.inputs.push_back(any_tensor());
      for (int k = Below(3); k > 0; --k) node.outputs.push_back(any_tensor());
      for (int k = Below(5); k > 0; --k) node.attributes.push_back({MakeName(), MakeValue(model)});
      std::ranges::sort(node.attributes, {}, &Attribute::name);  // As files have them.
      graph.nodes.push_back(std::move(node));
    }
    return graph;
  }

  std::mt19937 random_;
  int next_ = 0;
};

}  // namespace acc::dlc
