// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/model_differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <type_traits>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "features/encodings/encoding_pairs.h"
#include "features/encodings/static_values.h"

namespace acc::features {
namespace {

// "1x3x224x224 ufixed8"
std::string TensorText(const dlc::Tensor& tensor) {
  return fmt::format("{} {}", ToText(tensor.dims), dlc::Name(tensor.type));
}

constexpr std::string_view kMissing = "missing";

std::string Range(const dlc::Tensor& tensor) {
  float least = INFINITY;
  float most = -INFINITY;
  ForEachPiece(StaticValues(tensor), [&](std::span<const float> piece) {
    for (const float value : piece) {
      least = std::min(least, value);
      most = std::max(most, value);
    }
  });
  return fmt::format("{} to {}", least, most);
}

// Of mapped files, whose memory is given back piece by piece.
bool EqualBytes(std::span<const std::byte> first, std::span<const std::byte> second) {
  constexpr std::size_t kPiece = std::size_t{1} << 22;
  if (first.size() != second.size()) return false;
  bool equal = true;
  for (std::size_t at = 0; equal && at < first.size(); at += kPiece) {
    const std::size_t count = std::min(kPiece, first.size() - at);
    equal = std::memcmp(first.data() + at, second.data() + at, count) == 0;
    ReleaseMemory(first.subspan(at, count));
    ReleaseMemory(second.subspan(at, count));
  }
  return equal;
}

template <typename T>
std::vector<NamedEntry> Entries(const std::vector<T>& things) {
  std::vector<NamedEntry> entries;
  for (const T& thing : things) entries.push_back({thing.name, Section::kUnknown});
  return entries;
}

std::string NodeText(const dlc::Node& node) {
  return fmt::format("{} of {} inputs and {} outputs", Printable(node.type), node.inputs.size(),
                     node.outputs.size());
}

class Comparison {
 public:
  std::vector<ModelDifference> Take() { return std::move(differences_); }

  void Graphs(const dlc::Model& first, const dlc::Model& second) {
    if (first.graphs.size() == 1 && second.graphs.size() == 1) {
      Graph(first.graphs.front(), second.graphs.front());
      return;
    }
    const auto add_missing = [&](const dlc::Graph& graph, bool is_first) {
      Missing("graph", graph.name, fmt::format("{} nodes", graph.nodes.size()), is_first);
    };
    ForEachPair(
        first.graphs, second.graphs,
        [&](const dlc::Graph& one, const dlc::Graph& other) { Graph(one, other); }, add_missing);
  }

 private:
  void Add(std::string_view name, std::string_view kind, std::string difference, std::string first,
           std::string second) {
    if (first == second) return;
    differences_.push_back({std::string(name), std::string(kind), std::move(difference),
                            std::move(first), std::move(second)});
  }

  void Missing(std::string_view kind, std::string_view name, std::string text, bool is_first) {
    Add(name, kind, std::string(kMissing), is_first ? text : "", is_first ? "" : text);
  }

  template <typename T, typename OnPair, typename OnMissing>
  static void ForEachPair(const std::vector<T>& first, const std::vector<T>& second,
                          const OnPair& on_pair, const OnMissing& on_missing) {
    const auto pairs = PairEntries(Entries(first), Entries(second));
    std::vector<bool> taken(second.size(), false);
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (pairs[i]) {
        taken[pairs[i]->second] = true;
        on_pair(first[i], second[pairs[i]->second]);
      } else {
        on_missing(first[i], true);
      }
    }
    for (std::size_t i = 0; i < second.size(); ++i) {
      if (!taken[i]) on_missing(second[i], false);
    }
  }

  void Graph(const dlc::Graph& first, const dlc::Graph& second) {
    Add(first.name, "graph", "name", first.name, second.name);
    ForEachPair(
        first.nodes, second.nodes,
        [&](const dlc::Node& one, const dlc::Node& other) { Node(one, other); },
        [&](const dlc::Node& node, bool is_first) {
          Missing("node", node.name, NodeText(node), is_first);
        });
    ForEachPair(
        first.tensors, second.tensors,
        [&](const dlc::Tensor& one, const dlc::Tensor& other) { Tensor(one, other); },
        [&](const dlc::Tensor& tensor, bool is_first) {
          Missing("tensor", tensor.name, TensorText(tensor), is_first);
        });
  }

  void Node(const dlc::Node& first, const dlc::Node& second) {
    Add(first.name, "node", "type", first.type, second.type);
    Add(first.name, "node", "package", first.package, second.package);
    Add(first.name, "node", "inputs", std::to_string(first.inputs.size()),
        std::to_string(second.inputs.size()));
    std::map<std::string, std::pair<std::string, std::string>> attributes;
    for (const dlc::Attribute& attribute : first.attributes) {
      attributes[attribute.name].first = AttributeText(attribute);
    }
    for (const dlc::Attribute& attribute : second.attributes) {
      attributes[attribute.name].second = AttributeText(attribute);
    }
    for (auto& [name, values] : attributes) {
      Add(first.name, "node", "attribute " + name, std::move(values.first),
          std::move(values.second));
    }
  }

  void Tensor(const dlc::Tensor& first, const dlc::Tensor& second) {
    Add(first.name, "tensor", "dims", ToText(first.dims), ToText(second.dims));
    Add(first.name, "tensor", "data type", dlc::Name(first.type), dlc::Name(second.type));
    const bool comparable = first.type == second.type && first.dims == second.dims &&
                            HasValues(first) && HasValues(second);
    if (comparable && !EqualBytes(first.data, second.data)) {
      std::string one = Range(first);
      std::string other = Range(second);
      if (one == other) other += ", other values";
      Add(first.name, "tensor", "values", std::move(one), std::move(other));
    }
  }

  std::vector<ModelDifference> differences_;
};

std::string ListText(const dlc::Tensor& tensor) {
  constexpr std::uint64_t kShown = 16;
  if (!HasValues(tensor)) return TensorText(tensor);
  const StaticValues values(tensor);
  std::vector<double> shown(std::min(values.count(), kShown));
  values.Read(0, shown);
  std::string text = fmt::format("{}", fmt::join(shown, ", "));
  if (values.count() > kShown) text += fmt::format(", … ({} in all)", values.count());
  return fmt::format("[{}]", text);
}

}  // namespace

std::string AttributeText(const dlc::Attribute& attribute) {
  return std::visit(
      [](const auto& value) -> std::string {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, dlc::Tensor>) {
          return ListText(value);
        } else if constexpr (std::is_same_v<Value, std::string>) {
          return Printable(value);
        } else {
          return fmt::format("{}", value);
        }
      },
      attribute.value);
}

std::vector<ModelDifference> CompareModels(const dlc::Model& first, const dlc::Model& second) {
  Comparison comparison;
  comparison.Graphs(first, second);
  return comparison.Take();
}

}  // namespace acc::features
