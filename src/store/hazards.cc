// SPDX-License-Identifier: BSD-3-Clause
#include "store/hazards.h"

#include "base/json.h"
#include "base/text.h"
#include "store/decibels_json.h"

namespace acc::store {

Status WriteHazards(const std::filesystem::path& file, const std::vector<HazardRecord>& hazards) {
  Json json = Json::array();
  for (const HazardRecord& hazard : hazards) {
    json.push_back({{"rule", hazard.rule},
                    {"node", hazard.node},
                    {"op_type", hazard.op_type},
                    {"text", hazard.text},
                    {"tensor", hazard.tensor},
                    {"processor", hazard.processor},
                    {"isolated", DecibelsToJson(hazard.isolated)},
                    {"on_target", DecibelsToJson(hazard.on_target)},
                    {"reason", hazard.reason}});
  }
  return WriteJson(file, {{"hazards", json}});
}

Result<std::vector<HazardRecord>> ReadHazards(const std::filesystem::path& file) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(file));
  try {
    std::vector<HazardRecord> hazards;
    for (const Json& hazard : json.at("hazards")) {
      hazards.push_back({.rule = hazard.at("rule"),
                         .node = hazard.at("node"),
                         .op_type = hazard.at("op_type"),
                         .text = hazard.at("text"),
                         .tensor = hazard.at("tensor"),
                         .processor = hazard.at("processor"),
                         .isolated = DecibelsFromJson(hazard.at("isolated")),
                         .on_target = DecibelsFromJson(hazard.at("on_target")),
                         .reason = hazard.at("reason")});
    }
    return hazards;
  } catch (const std::exception& exception) {
    return Failure("'" + Printable(file.native()) +
                   "' does not describe hazards: " + Printable(exception.what()));
  }
}

}  // namespace acc::store
