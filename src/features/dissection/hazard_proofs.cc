// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/hazard_proofs.h"

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include "features/dissection/layer_errors.h"
#include "features/dissection/line_values.h"

namespace acc::features {
namespace {

using Layers = std::vector<store::LayerErrors>;

Result<Layers> RunLayers(const HazardSources& sources, const std::set<std::string>& nodes) {
  ACC_ASSIGN_OR_RETURN(const LineValues values,
                       LineValues::Create({.model = sources.model,
                                           .lines = sources.lines,
                                           .line = sources.line,
                                           .golden = {},
                                           .target = {},
                                           .scratch = sources.scratch,
                                           .memory_budget_bytes = sources.memory_budget_bytes}));
  return MeasureNodes({.model = sources.model,
                       .values = values,
                       .engine = sources.engine,
                       .is_host = false,
                       .scratch = sources.scratch,
                       .memory_budget_bytes = sources.memory_budget_bytes},
                      nodes);
}

void AddProof(const Layers& layers, store::HazardRecord& record) {
  const auto layer = std::ranges::find_if(layers, [&](const store::LayerErrors& row) {
    return std::ranges::count(row.group, record.node) > 0;
  });
  if (layer == layers.end()) {
    record.reason = "no layer that the target stores holds this node";
    return;
  }
  record.tensor = layer->tensor;
  record.processor = layer->processor;
  record.isolated = layer->isolated;
  record.on_target = layer->arithmetic;
  record.reason = layer->reason;
}

}  // namespace

Result<std::vector<store::HazardRecord>> ProveHazards(const HazardSources& sources,
                                                      const std::vector<target::Hazard>& hazards) {
  std::vector<store::HazardRecord> records;
  std::set<std::string> nodes;
  for (const target::Hazard& hazard : hazards) {
    records.push_back(
        {.rule = hazard.rule, .node = hazard.node, .op_type = hazard.op_type, .text = hazard.text});
    nodes.insert(hazard.node);
  }
  if (records.empty()) return records;
  const auto layers = RunLayers(sources, nodes);
  std::error_code ignored;
  std::filesystem::remove_all(sources.scratch, ignored);
  if (layers.status().code() == StatusCode::kInterrupted) return layers.status();
  for (store::HazardRecord& record : records) {
    if (layers.ok()) {
      AddProof(*layers, record);
    } else {
      record.reason = layers.status().message();
    }
  }
  return records;
}

}  // namespace acc::features
