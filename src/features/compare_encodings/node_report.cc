// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/node_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.h"
#include "match/names.h"

namespace acc::features {
namespace {

using quantize::EncodingField;
using Rows = std::vector<const ComparedEncoding*>;

constexpr std::size_t kShownChannels = 8;

Rows RowsOfTensor(const std::string& name, std::span<const ComparedEncoding> rows) {
  Rows found;
  for (const bool sanitized : {false, true}) {
    const std::string key = sanitized ? match::NameKey(name) : name;
    for (const ComparedEncoding& row : rows) {
      const auto is_it = [&](std::string_view other) {
        return !other.empty() && (sanitized ? match::NameKey(other) : other) == key;
      };
      if (is_it(row.first_name) || is_it(row.second_name)) found.push_back(&row);
    }
    if (!found.empty()) break;
  }
  return found;
}

Rows RowsOfNode(const dlc::Node& node, std::span<const ComparedEncoding> rows) {
  std::set<std::string_view> tensors(node.inputs.begin(), node.inputs.end());
  tensors.insert(node.outputs.begin(), node.outputs.end());
  Rows found;
  for (const ComparedEncoding& row : rows) {
    if (row.first != nullptr && tensors.contains(row.first_name)) found.push_back(&row);
  }
  return found;
}

const dlc::Node* FindNode(const std::string& name, const dlc::Model& model) {
  for (const dlc::Graph& graph : model.graphs) {
    const auto node = std::ranges::find(graph.nodes, name, &dlc::Node::name);
    if (node != graph.nodes.end()) return &*node;
  }
  return nullptr;
}

Status Unknown(const std::string& name, const dlc::Model& model,
               std::span<const ComparedEncoding> rows) {
  std::vector<std::string> names;
  for (const ComparedEncoding& row : rows) names.emplace_back(row.name());
  for (const dlc::Graph& graph : model.graphs) {
    for (const dlc::Node& node : graph.nodes) names.push_back(node.name);
  }
  return UsageError(fmt::format("--specific_node: no tensor and no node is called '{}'.{}",
                                Printable(name), DidYouMean(name, names)));
}

std::string Text(const FieldValue& value) {
  return value.number ? FormatDouble(*value.number) : value.text.empty() ? "-" : value.text;
}

std::string Line(std::string_view field, std::string_view first, std::string_view second,
                 std::string_view remark) {
  std::string line = fmt::format("  {:<10}  {:<24}  {:<24}  {}", field, first, second, remark);
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

// The ends that the files state, where one of them does.
void AppendStated(const ComparedEncoding& row, std::size_t index, std::vector<std::string>& lines) {
  for (const EncodingField field : {EncodingField::kStatedMin, EncodingField::kStatedMax}) {
    const auto first = StatedValue(field, row.first_stated, index);
    const auto second = StatedValue(field, row.second_stated, index);
    if (!first && !second) continue;
    const bool differs = row.difference.channels[index].differing.Has(field);
    lines.push_back(
        Line(Name(field), Text({first, ""}), Text({second, ""}), differs ? "differs" : ""));
  }
}

void AppendChannel(const ComparedEncoding& row, std::size_t index,
                   std::vector<std::string>& lines) {
  const quantize::ChannelDifference& channel = row.difference.channels[index];
  for (std::size_t i = 0; i < quantize::kEncodingFields; ++i) {
    const auto field = static_cast<EncodingField>(i);
    if (field == EncodingField::kStatedMin || field == EncodingField::kStatedMax) continue;
    const FieldValue first = ValueOf(field, row.first, channel.first);
    const FieldValue second = ValueOf(field, row.second, channel.second);
    const bool differs = channel.differing.Has(field) ||
                         (row.difference.differing.Has(field) && Text(first) != Text(second));
    lines.push_back(Line(Name(field), Text(first), Text(second), differs ? "differs" : ""));
  }
  AppendStated(row, index, lines);
}

void AppendRow(const ComparedEncoding& row, const SideNames& sides,
               std::vector<std::string>& lines) {
  std::string title = fmt::format("{}: {}", Printable(row.name()), StatusText(row.status, sides));
  if (row.first != nullptr && row.second != nullptr && row.first_name != row.second_name) {
    title += fmt::format("; '{}' in {}, matched by: {}", Printable(row.second_name), sides.second,
                         Name(row.rule));
  }
  if (row.cost) title += fmt::format("; SQNR {}", CostText(row.cost));
  lines.push_back(title);
  lines.push_back(Line("", sides.first, sides.second, ""));
  std::size_t shown = 0;
  std::size_t hidden = 0;
  const std::vector<quantize::ChannelDifference>& channels = row.difference.channels;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const bool skip = channels.size() > 1 && row.status == EncodingStatus::kDiffers &&
                      channels[i].differing.empty() && channels[i].first != nullptr &&
                      channels[i].second != nullptr;
    if (skip || shown == kShownChannels) {
      ++hidden;
      continue;
    }
    ++shown;
    if (channels.size() > 1) lines.push_back(fmt::format("  channel {}", i));
    AppendChannel(row, i, lines);
  }
  if (hidden > 0) lines.push_back(fmt::format("  {} more channels are in the sheet", hidden));
}

}  // namespace

Result<std::vector<std::string>> NodeReport(const std::string& name, const dlc::Model& model,
                                            std::span<const ComparedEncoding> rows,
                                            const SideNames& sides) {
  Rows found = RowsOfTensor(name, rows);
  if (found.empty()) {
    const dlc::Node* node = FindNode(name, model);
    if (node == nullptr) return Unknown(name, model, rows);
    found = RowsOfNode(*node, rows);
    if (found.empty()) {
      return UsageError(
          fmt::format("--specific_node: no tensor of node '{}' has an encoding that is compared",
                      Printable(name)));
    }
  }
  std::vector<std::string> lines;
  for (const ComparedEncoding* row : found) AppendRow(*row, sides, lines);
  return lines;
}

}  // namespace acc::features
