// SPDX-License-Identifier: BSD-3-Clause
#include "store/dissection.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "store/decibels_json.h"

namespace acc::store {
namespace {

using Field = std::optional<double> LayerErrors::*;

constexpr std::array<std::pair<std::string_view, Field>, 14> kErrors = {{
    {"accumulated", &LayerErrors::accumulated},
    {"isolated", &LayerErrors::isolated},
    {"inherited", &LayerErrors::inherited},
    {"own", &LayerErrors::own},
    {"alone", &LayerErrors::alone},
    {"alone_at_least", &LayerErrors::alone_at_least},
    {"without", &LayerErrors::without},
    {"conversion", &LayerErrors::conversion},
    {"inputs", &LayerErrors::inputs},
    {"weights", &LayerErrors::weights},
    {"bias", &LayerErrors::bias},
    {"output", &LayerErrors::output},
    {"arithmetic", &LayerErrors::arithmetic},
    {"capture", &LayerErrors::capture},
}};

constexpr std::array<std::pair<ErrorPart, std::string_view>, 8> kParts = {{
    {ErrorPart::kNone, ""},
    {ErrorPart::kConversion, "conversion"},
    {ErrorPart::kInput, "input"},
    {ErrorPart::kWeights, "weights"},
    {ErrorPart::kBias, "bias"},
    {ErrorPart::kOutput, "output"},
    {ErrorPart::kArithmetic, "arithmetic"},
    {ErrorPart::kCapture, "capture"},
}};

Json ToJson(const LayerErrors& layer) {
  Json json = {{"tensor", layer.tensor},       {"node", layer.node},
               {"op_type", layer.op_type},     {"group", layer.group},
               {"processor", layer.processor}, {"has_golden", layer.has_golden}};
  for (const auto& [name, field] : kErrors) json[std::string(name)] = DecibelsToJson(layer.*field);
  json["worst_input"] = layer.worst_input;
  json["reason"] = layer.reason;
  json["lines"] = Json::array();
  for (const LayerAtLine& at : layer.lines) {
    json["lines"].push_back({{"line", at.line},
                             {"accumulated", DecibelsToJson(at.accumulated)},
                             {"isolated", DecibelsToJson(at.isolated)},
                             {"inherited", DecibelsToJson(at.inherited)},
                             {"own", DecibelsToJson(at.own)}});
  }
  return json;
}

Json ToJson(const std::vector<LineOutput>& lines) {
  Json json = Json::array();
  for (const LineOutput& line : lines) {
    json.push_back({{"line", line.line}, {"output_db", DecibelsToJson(line.output_db)}});
  }
  return json;
}

std::vector<LineOutput> LinesFrom(const Json& json) {
  std::vector<LineOutput> lines;
  for (const Json& line : json) {
    lines.push_back({.line = line.at("line"), .output_db = DecibelsFromJson(line.at("output_db"))});
  }
  return lines;
}

LayerErrors LayerFrom(const Json& json) {
  LayerErrors layer{.tensor = json.at("tensor"),
                    .node = json.at("node"),
                    .op_type = json.at("op_type"),
                    .group = json.at("group"),
                    .processor = json.at("processor"),
                    .has_golden = json.at("has_golden"),
                    .worst_input = json.at("worst_input"),
                    .reason = json.at("reason")};
  for (const auto& [name, field] : kErrors)
    layer.*field = DecibelsFromJson(json.at(std::string(name)));
  for (const Json& at : json.at("lines")) {
    layer.lines.push_back({.line = at.at("line"),
                           .accumulated = DecibelsFromJson(at.at("accumulated")),
                           .isolated = DecibelsFromJson(at.at("isolated")),
                           .inherited = DecibelsFromJson(at.at("inherited")),
                           .own = DecibelsFromJson(at.at("own"))});
  }
  return layer;
}

Json ToJson(const Cause& cause) {
  Json json = {
      {"tensor", cause.tensor},      {"op_type", cause.op_type},
      {"part", Name(cause.part)},    {"kind", cause.kind},
      {"proof", cause.proof},        {"output_db", DecibelsToJson(std::optional(cause.output_db))},
      {"share", cause.share},        {"without_db", DecibelsToJson(cause.without_db)},
      {"remedy", nullptr},           {"line", cause.line},
      {"lines", ToJson(cause.lines)}};
  if (cause.remedy) {
    json["remedy"] = {{"what", cause.remedy->what},
                      {"flag", cause.remedy->flag},
                      {"after_db", DecibelsToJson(std::optional(cause.remedy->after_db))}};
  }
  return json;
}

double Needed(const std::optional<double>& db) {
  if (!db) throw std::invalid_argument("a number of decibels is missing");
  return *db;
}

Cause CauseFrom(const Json& json) {
  const std::string name = json.at("part");
  const auto* part =
      std::ranges::find(kParts, name, &std::pair<ErrorPart, std::string_view>::second);
  if (part == kParts.end()) throw std::invalid_argument("'" + Printable(name) + "' is no part");
  Cause cause{.tensor = json.at("tensor"),
              .op_type = json.at("op_type"),
              .part = part->first,
              .kind = json.at("kind"),
              .proof = json.at("proof"),
              .output_db = Needed(DecibelsFromJson(json.at("output_db"))),
              .share = json.at("share"),
              .without_db = DecibelsFromJson(json.at("without_db")),
              .line = json.at("line"),
              .lines = LinesFrom(json.at("lines"))};
  if (const Json& remedy = json.at("remedy"); !remedy.is_null()) {
    cause.remedy = {.what = remedy.at("what"),
                    .flag = remedy.at("flag"),
                    .after_db = Needed(DecibelsFromJson(remedy.at("after_db")))};
  }
  return cause;
}

}  // namespace

std::string_view Name(ErrorPart part) {
  return std::ranges::find(kParts, part, &std::pair<ErrorPart, std::string_view>::first)->second;
}

Status WriteDissection(const std::filesystem::path& file, const Dissection& dissection) {
  Json json = {{"line", dissection.line},
               {"lines", ToJson(dissection.lines)},
               {"output_db", DecibelsToJson(dissection.output_db)},
               {"all_errors_db", DecibelsToJson(dissection.all_errors_db)},
               {"mended_db", DecibelsToJson(dissection.mended_db)},
               {"cause_note", dissection.cause_note},
               {"cuts", Json::array()},
               {"causes", Json::array()},
               {"layers", Json::array()}};
  for (const Cut& cut : dissection.cuts) {
    json["cuts"].push_back(
        {{"tensor", cut.tensor}, {"output_db", DecibelsToJson(std::optional(cut.output_db))}});
  }
  for (const Cause& cause : dissection.causes) json["causes"].push_back(ToJson(cause));
  for (const LayerErrors& layer : dissection.layers) json["layers"].push_back(ToJson(layer));
  return WriteJson(file, json);
}

Result<Dissection> ReadDissection(const std::filesystem::path& file) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(file));
  try {
    Dissection dissection{.line = json.at("line"),
                          .lines = LinesFrom(json.at("lines")),
                          .output_db = DecibelsFromJson(json.at("output_db")),
                          .all_errors_db = DecibelsFromJson(json.at("all_errors_db")),
                          .mended_db = DecibelsFromJson(json.at("mended_db")),
                          .cause_note = json.at("cause_note")};
    for (const Json& cut : json.at("cuts")) {
      dissection.cuts.push_back(
          {.tensor = cut.at("tensor"), .output_db = Needed(DecibelsFromJson(cut.at("output_db")))});
    }
    for (const Json& cause : json.at("causes")) dissection.causes.push_back(CauseFrom(cause));
    for (const Json& layer : json.at("layers")) dissection.layers.push_back(LayerFrom(layer));
    return dissection;
  } catch (const std::exception& exception) {
    return Failure("'" + Printable(file.native()) +
                   "' does not describe a dissection: " + Printable(exception.what()));
  }
}

}  // namespace acc::store
