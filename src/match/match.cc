// SPDX-License-Identifier: BSD-3-Clause
// Pairs by names first (names.h), the most trustworthy way first; then each target tensor in the
// order of the graph becomes a pair or an unmatched one with the reason, and so does each golden
// tensor that is left. Last it is asked whether this is a comparison of one model at all: two
// models share some names, and a report on those would look like a result.
#include "match/match.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "match/axes.h"
#include "match/names.h"

namespace acc::match {
namespace {

constexpr std::string_view kStrategyNames[] = {"mapping", "exact", "sanitized", "port",
                                               "base name"};

// What the graph struct says of a tensor.
struct GraphEntry {
  std::size_t rank = 0;
  const store::GraphStruct::Value* value = nullptr;
  const store::GraphStruct::Node* node = nullptr;  // Null for inputs of the graph.
};
using GraphIndex = std::unordered_map<std::string, GraphEntry>;

GraphIndex IndexGraph(const store::GraphStruct* graph) {
  GraphIndex index;
  if (graph == nullptr) return index;
  std::vector<GraphEntry> entries;
  for (const auto& input : graph->inputs) entries.push_back({entries.size(), &input, nullptr});
  for (const auto& node : graph->nodes) {
    for (const auto& output : node.outputs) entries.push_back({entries.size(), &output, &node});
  }
  for (const GraphEntry& entry : entries) index.emplace(entry.value->name, entry);
  // Directories that other tools wrote may spell a name as the converter does not.
  for (const GraphEntry& entry : entries) index.emplace(NameKey(entry.value->name), entry);
  return index;
}

const GraphEntry* FindEntry(const GraphIndex& index, const std::string& name) {
  auto found = index.find(name);
  if (found == index.end()) found = index.find(NameKey(name));
  return found == index.end() ? nullptr : &found->second;
}

std::vector<std::size_t> TargetOrder(const store::Manifest& target, const GraphIndex& index) {
  std::vector<std::size_t> rank(target.tensors.size());
  for (std::size_t i = 0; i < rank.size(); ++i) {
    const GraphEntry* entry = FindEntry(index, target.tensors[i].name);
    rank[i] = entry == nullptr ? index.size() : entry->rank;
  }
  std::vector<std::size_t> order(rank.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank[a] < rank[b]; });
  return order;
}

// One sentence where the file does not hold as many elements as `dims` ask for, or empty.
std::string Contradiction(const store::TensorRecord& target, const Shape& dims) {
  const auto count = ElementCount(dims);
  if (!target.file_bytes || (count && ByteSize(target.type, *count) == *target.file_bytes))
    return {};
  return "the graph's dims " + ToText(dims) + " do not fit the file, which has " +
         std::to_string(*target.file_bytes) + " bytes; they are not used";
}

// Fills what the run does not say from the graph struct; returns what is known of the axes.
Axes CompleteFromGraph(store::TensorRecord& target, const GraphEntry* entry,
                       std::string& contradiction) {
  Axes axes{target.dims, target.axis_order, target.dims.has_value()};
  if (entry == nullptr) return axes;
  if (entry->node != nullptr) {
    if (target.node.empty()) target.node = entry->node->name;
    if (target.op_type.empty()) target.op_type = entry->node->type;
  } else if (target.op_type.empty()) {
    target.op_type = "Input";
  }
  if (target.dims || !entry->value->has_dims) return axes;
  contradiction = Contradiction(target, entry->value->dims);
  if (!contradiction.empty()) return axes;
  target.dims = axes.dims = entry->value->dims;
  if (const auto order = AxisOrderFromName(entry->value->layout)) {
    target.axis_order = axes.order = *order;
    axes.order_told = true;
  }
  return axes;
}

Pair MakePair(const store::TensorRecord& golden, bool channel_last_source,
              const store::TensorRecord& target, Strategy strategy, const GraphEntry* entry) {
  Pair pair{golden, target, strategy, {}, false, {}};
  std::string contradiction;
  const Axes target_axes = CompleteFromGraph(pair.target, entry, contradiction);
  Axes golden_axes{golden.dims, golden.axis_order, golden.dims.has_value()};
  // What is channel-last on the target is so in the source as well, and what is not, neither.
  if (channel_last_source) golden_axes.order = target_axes.order;
  Alignment alignment = Align(golden_axes, target_axes);
  pair.golden_to_target = std::move(alignment.golden_to_target);
  pair.layout_guessed = alignment.guessed || !contradiction.empty();
  pair.layout_note = std::move(contradiction);
  if (!pair.layout_note.empty() && !alignment.note.empty()) pair.layout_note += "; ";
  pair.layout_note += alignment.note;
  return pair;
}

// A mapping by its names, so that no tensor costs a pass over it. Views of the mapping's texts.
struct WrittenNames {
  bool has_mapping = false;
  std::unordered_map<std::string_view, std::string_view> golden_of;  // By the target's exact name.
  std::unordered_set<std::string> golden_keys;                       // PortKey() of all names.
  std::unordered_set<std::string> target_keys;

  explicit WrittenNames(const store::TensorMapping* mapping) : has_mapping(mapping != nullptr) {
    if (mapping == nullptr) return;
    for (const auto& [target, golden] : *mapping) {
      golden_of.emplace(target, golden);
      target_keys.insert(PortKey(target));
      golden_keys.insert(PortKey(golden));
    }
  }
};

using Reasons = std::unordered_map<std::string, std::string>;

Reasons ReasonsOf(const store::Manifest& manifest) {
  Reasons reasons;
  for (const auto& skipped : manifest.skipped) {
    reasons.emplace(skipped.name, skipped.reason);
    reasons.emplace(NameKey(skipped.name), skipped.reason);
  }
  return reasons;
}

std::string ReasonFor(const std::string& name, const Reasons& reasons, std::string_view fallback) {
  auto found = reasons.find(name);
  if (found == reasons.end()) found = reasons.find(NameKey(name));
  return found == reasons.end() ? std::string(fallback) : found->second;
}

// Why a golden name that somebody wrote down led nowhere; empty where none was written down.
std::string WrittenName(const store::TensorRecord& target, const WrittenNames& written) {
  const auto named = written.golden_of.find(target.name);
  if (named != written.golden_of.end()) {
    return "the golden run has no '" + std::string(named->second) + "', which the mapping names";
  }
  if (target.source.empty()) return {};
  return "the golden run has no '" + target.source + "', the source of this tensor";
}

std::string FewNamesOf(const store::Manifest& run) {
  std::vector<std::string> names;
  for (const store::TensorRecord& tensor : run.tensors) names.push_back(tensor.name);
  constexpr std::size_t kNamed = 3;
  return FewNames(names, kNamed);
}

std::string NamesOfBoth(const Sources& sources) {
  return "Golden: " + FewNamesOf(*sources.golden) + "; target: " + FewNamesOf(*sources.target) +
         ". Check that both directories come from the same model and start at the same level, or "
         "give --tensor_mapping.";
}

// What a comparison of one model with itself would pair: see kLeastShare.
Status CheckShare(const Sources& sources, const Matches& matches) {
  const auto is_random = [](const store::TensorRecord& tensor) { return !tensor.random.empty(); };
  if (matches.pairs.empty() && std::ranges::any_of(sources.target->tensors, is_random)) {
    return Failure(
        "every tensor that could be compared depends on random numbers, which differ "
        "from run to run. --input_tensor with the name of what draws them gives it "
        "numbers that stay.");
  }
  if (matches.pairs.empty()) {
    return Failure("no golden tensor belongs to a target tensor. " + NamesOfBoth(sources));
  }
  const auto missing = [](const std::vector<Unmatched>& tensors) {
    return static_cast<std::size_t>(
        std::ranges::count_if(tensors, [](const Unmatched& tensor) { return !tensor.explained; }));
  };
  const bool is_weak = std::ranges::all_of(
      matches.pairs, [](const Pair& pair) { return pair.strategy == Strategy::kBaseName; });
  const auto [fewer, more] =
      std::minmax({missing(matches.unmatched_golden), missing(matches.unmatched_target)});
  const std::size_t wanted = matches.pairs.size() + (is_weak ? more : fewer);
  const auto paired = static_cast<double>(matches.pairs.size());
  if (paired >= kLeastShare * static_cast<double>(wanted)) return OkStatus();
  return Failure("only " + std::to_string(matches.pairs.size()) + " of " + std::to_string(wanted) +
                 " tensors have a twin" +
                 (is_weak ? ", and these by the last part of their names alone" : "") +
                 ": that is no comparison of one model. " + NamesOfBoth(sources));
}

// A manifest that a run wrote of itself; one that was put together from files knows their sizes.
bool DescribesItself(const store::Manifest& manifest) {
  return !manifest.tensors.empty() && !manifest.tensors.front().file_bytes;
}

Unmatched WithoutGolden(const store::TensorRecord& target, const Sources& sources,
                        const WrittenNames& written, const Reasons& golden_skipped) {
  std::string reason = WrittenName(target, written);
  const bool is_written = !reason.empty();
  if (!is_written) reason = "the golden run has no tensor of this name";
  Unmatched unmatched;
  unmatched.name = target.name;
  unmatched.reason = ReasonFor(target.name, golden_skipped, {});
  if (unmatched.reason.empty()) unmatched.reason = ReasonFor(target.source, golden_skipped, {});
  unmatched.explained = unmatched.expected = !unmatched.reason.empty();
  if (unmatched.explained) return unmatched;
  unmatched.reason = std::move(reason);
  // What conversion inserts stands for nothing in the source.
  const bool is_inserted = DescribesItself(*sources.target) && target.source.empty();
  const bool is_left_out =
      written.has_mapping && !written.target_keys.contains(PortKey(target.name));
  unmatched.explained = unmatched.expected = !is_written && (is_inserted || is_left_out);
  return unmatched;
}

// A target tensor that golden has as well, with other numbers.
Unmatched AtRandom(const store::TensorRecord& target) {
  Unmatched unmatched;
  unmatched.name = target.name;
  unmatched.reason = target.random == target.name
                         ? "it holds random numbers, which differ from run to run"
                         : "it depends on the random numbers of '" + target.random +
                               "', which differ from run to run";
  unmatched.explained = true;
  return unmatched;
}

Unmatched WithoutTarget(const store::TensorRecord& golden, const Sources& sources,
                        const WrittenNames& written, const GraphIndex& graph,
                        const Reasons& target_skipped) {
  Unmatched unmatched;
  unmatched.name = golden.name;
  unmatched.reason = ReasonFor(golden.name, target_skipped, {});
  unmatched.explained =
      !unmatched.reason.empty() ||
      (written.has_mapping && !written.golden_keys.contains(PortKey(golden.name)));
  unmatched.expected =
      unmatched.explained || DescribesItself(*sources.target) ||
      (!graph.empty() && FindEntry(graph, std::string(WithoutPort(golden.name))) == nullptr);
  if (unmatched.reason.empty()) {
    unmatched.reason = "the target run has no tensor of this name (fused, folded or not captured)";
  }
  return unmatched;
}

}  // namespace

std::string_view Name(Strategy strategy) {
  return kStrategyNames[static_cast<std::size_t>(strategy)];
}

Result<Matches> Match(const Sources& sources) {
  const auto& golden = sources.golden->tensors;
  const auto& target = sources.target->tensors;
  const auto named = PairNames(*sources.golden, *sources.target, sources.mapping);
  const GraphIndex graph = IndexGraph(sources.graph_struct);
  const Reasons golden_skipped = ReasonsOf(*sources.golden);
  const Reasons target_skipped = ReasonsOf(*sources.target);
  const WrittenNames written(sources.mapping);

  Matches matches;
  std::vector<bool> paired(golden.size(), false);
  for (const std::size_t i : TargetOrder(*sources.target, graph)) {
    if (named[i]) paired[named[i]->golden] = true;
    if (!target[i].random.empty()) {
      matches.unmatched_target.push_back(AtRandom(target[i]));
      continue;
    }
    if (named[i]) {
      matches.pairs.push_back(MakePair(golden[named[i]->golden],
                                       sources.golden->channel_last_source, target[i],
                                       named[i]->strategy, FindEntry(graph, target[i].name)));
      continue;
    }
    matches.unmatched_target.push_back(WithoutGolden(target[i], sources, written, golden_skipped));
  }
  for (std::size_t i = 0; i < golden.size(); ++i) {
    if (paired[i]) continue;
    matches.unmatched_golden.push_back(
        WithoutTarget(golden[i], sources, written, graph, target_skipped));
  }
  ACC_RETURN_IF_ERROR(CheckShare(sources, matches));
  return matches;
}

}  // namespace acc::match
