// SPDX-License-Identifier: BSD-3-Clause
// One node of a DLC while it is translated, with its attributes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dlc/model.h"
#include "dlc/to_graph/builder.h"
#include "model/translation/translation.h"

namespace acc::dlc {

using model::Attributes;

class Translation : public model::Translation {
 public:
  Translation(GraphBuilder& builder, const Node& node)
      : model::Translation(builder, Stored(builder, node)), builder_(builder), node_(node) {}

  const Node& node() const { return node_; }
  GraphBuilder& builder() { return builder_; }
  // As the file has them; an empty one after a failure.
  const Tensor& InputTensor(std::size_t input);
  const Tensor& OutputTensor(std::size_t output);

  // Attributes, or the fallback where they are absent. Numbers of all kinds are read as numbers; a
  // tensor of one element as a number, a number as a list of one.
  bool HasAttribute(std::string_view name) const { return node_.Find(name) != nullptr; }
  std::int64_t Int(std::string_view name, std::int64_t fallback);
  bool Bool(std::string_view name, bool fallback) { return Int(name, fallback ? 1 : 0) != 0; }
  float Float(std::string_view name, float fallback);
  std::string Text(std::string_view name, std::string_view fallback);
  std::vector<std::int64_t> Ints(std::string_view name, std::vector<std::int64_t> fallback);
  // Of exactly `count` elements.
  std::vector<std::int64_t> Ints(std::string_view name, std::size_t count, std::int64_t fallback);
  std::vector<float> Reals(std::string_view name, std::vector<float> fallback);
  // A number, 0 where it is absent, that is a place in `choices`.
  std::string Choice(std::string_view name, std::span<const std::string_view> choices);
  // An axis of `rank` from 0 on; negative ones count from the end.
  int Axis(std::string_view name, int fallback, std::size_t rank);
  // Of a list of them; empty where the attribute is absent.
  std::vector<int> Axes(std::string_view name, std::size_t rank);

 private:
  // Outputs that are left out have no name there.
  static model::StoredNode Stored(const GraphBuilder& builder, const Node& node);

  GraphBuilder& builder_;
  const Node& node_;
};

}  // namespace acc::dlc
