// SPDX-License-Identifier: BSD-3-Clause
#include "report/hazards.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/html.h"
#include "report/row_text.h"
#include "verify/comparison.h"

namespace acc::report {

using store::HazardRecord;

bool IsProven(const HazardRecord& hazard) {
  return hazard.processor != "CPU" && hazard.on_target && *hazard.on_target < verify::kFaithfulDb;
}

std::string EvidenceText(const HazardRecord& hazard) {
  if (!hazard.reason.empty()) return "it did not run alone: " + Printable(hazard.reason);
  if (hazard.processor == "CPU") return "the CPU computed it here, which gets it right";
  std::string text =
      hazard.isolated ? fmt::format("alone it has {}", DbText(*hazard.isolated)) : "alone it ran";
  if (!hazard.on_target) return text + ", and was not compared with the host";
  return text + fmt::format(", and {} against the host with the same codes: {}",
                            DbText(*hazard.on_target),
                            IsProven(hazard) ? "it is wrong here" : "it is right on this input");
}

std::string HazardLine(const HazardRecord& hazard) {
  return fmt::format("{} '{}' {} Measured: {}.", Printable(hazard.op_type), Printable(hazard.node),
                     Printable(hazard.text), EvidenceText(hazard));
}

std::string HazardsHtml(const std::vector<HazardRecord>& hazards) {
  if (hazards.empty()) return {};
  std::vector<HazardRecord> rows = hazards;
  std::stable_partition(rows.begin(), rows.end(), IsProven);
  std::string html =
      "<section id=\"hazards\"><h2>What this chip is known to get wrong</h2><div class=\"scroll\">"
      "<table><thead><tr><th>Node</th><th>Known</th><th>Measured here, alone</th></tr></thead>"
      "<tbody>";
  for (const HazardRecord& hazard : rows) {
    Append(html,
           "<tr><td><b class=\"name\">{}</b> <span class=\"tag\">{}</span></td><td>{}</td>"
           "<td>{}</td></tr>",
           ShortName(Printable(hazard.node), 100), hazard.op_type, hazard.text,
           EvidenceText(hazard));
  }
  return html + "</tbody></table></div></section>";
}

}  // namespace acc::report
