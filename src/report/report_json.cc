// SPDX-License-Identifier: BSD-3-Clause
#include "report/report_json.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

constexpr std::size_t kShownElements = 5;

Json Finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json StatisticsJson(const Row& row) {
  Json json = Json::array();
  for (const Statistic& statistic : StatisticsOf(row.sums)) {
    json.push_back({statistic.name, Finite(statistic.golden), Finite(statistic.target)});
  }
  return json;
}

Json EncodingJson(const Row& row) {
  if (!row.encoding) return nullptr;
  Json json = {{"text", EncodingText(row)}, {"clipping", ClippingText(row)}};
  if (!row.encoding->is_float && row.encoding->channels.size() == 1) {
    const Encoding& encoding = row.encoding->channels.front();
    json["min"] = Finite(encoding.min);
    json["max"] = Finite(encoding.max);
  }
  return json;
}

Json WorstJson(const Row& row) {
  Json json = Json::array();
  for (std::size_t i = 0; i < std::min(kShownElements, row.worst.size()); ++i) {
    const verify::WorstElement& element = row.worst[i];
    json.push_back({element.index, Coordinates(element.index, row.dims), Finite(element.golden),
                    Finite(element.target)});
  }
  return json;
}

Json ChannelsJson(const Distribution& distribution) {
  Json json = Json::array();
  for (const ChannelError& channel : distribution.worst_channels) {
    json.push_back({channel.channel, Finite(channel.sqnr_db), Finite(channel.noise_share),
                    Finite(channel.golden_min), Finite(channel.golden_max),
                    Finite(channel.target_min), Finite(channel.target_max)});
  }
  return json;
}

Json DistributionJson(const Row& row) {
  if (!row.distribution) return nullptr;
  const Distribution& distribution = *row.distribution;
  return {{"low", Finite(distribution.bins.low)},
          {"width", Finite(distribution.bins.width)},
          {"golden", distribution.bins.golden},
          {"target", distribution.bins.target},
          {"golden_outside", distribution.golden_outside},
          {"channel_count", distribution.channel_count},
          {"worst_channels", ChannelsJson(distribution)}};
}

Json CellNotes(const Row& row) {
  Json json = Json::array();
  for (const auto& cell : row.cells) json.push_back(cell ? Printable(cell->note) : "");
  return json;
}

Json DetailsJson(const Row& row) {
  return {{"statistics", StatisticsJson(row)},
          {"encoding", EncodingJson(row)},
          {"worst", WorstJson(row)},
          {"distribution", DistributionJson(row)},
          {"notes", CellNotes(row)},
          {"inspection", Printable(row.inspection)},
          {"reason", Printable(row.reason)},
          {"note", Printable(row.note)},
          {"layout", row.layout},
          {"is_output", row.is_output},
          {"is_equal", row.sums.count > 0 && verify::Identical(row.sums)}};
}

Json GraphJson(const std::optional<Graph>& graph) {
  if (!graph) return nullptr;
  Json nodes = Json::array();
  for (const GraphNode& node : graph->nodes) {
    Json outputs = Json::array();
    for (const std::string& output : node.outputs) outputs.push_back(Printable(output));
    nodes.push_back({{"name", Printable(node.name)},
                     {"type", Printable(node.type)},
                     {"outputs", std::move(outputs)},
                     {"inputs", node.inputs},
                     {"rows", node.rows},
                     {"absence", Printable(node.absence)}});
  }
  return {{"nodes", std::move(nodes)}};
}

}  // namespace

Json ReportJson(Json json, const Summary& summary, const DepthGrowth& growth) {
  Json details = Json::array();
  for (const Row& row : summary.rows) details.push_back(DetailsJson(row));
  json["details"] = std::move(details);
  json["target_graph"] = GraphJson(summary.target_graph);
  json["golden_graph"] = GraphJson(summary.golden_graph);
  json["growth"] = {{"depth", growth.depth},
                    {"first_db", growth.first_db ? Json(*growth.first_db) : Json(nullptr)},
                    {"counted", growth.counted}};
  json["command"] = Json::array();
  for (const std::string& word : summary.command) json["command"].push_back(Printable(word));
  json["golden_command"] = Json::array();
  for (const std::string& word : summary.golden_command) {
    json["golden_command"].push_back(Printable(word));
  }
  return json;
}

}  // namespace acc::report
