// SPDX-License-Identifier: BSD-3-Clause
#include "report/node_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "base/text.h"

namespace acc::report {
namespace {

constexpr double kExactDb = 100;

// Up to so many dB, this colour.
struct Band {
  double up_to_db;
  const char* colour;
  const char* text_colour;
};

// The last one is above every value.
constexpr Band kBands[] = {{5, "#b3261e", "#ffffff"},  {15, "#e0713c", "#000000"},
                           {25, "#f0b14a", "#000000"}, {32, "#e6dc6a", "#000000"},
                           {40, "#a8d37c", "#000000"}, {kExactDb, "#3f9e6c", "#ffffff"}};

Json Thresholds() {
  Json thresholds = Json::array();
  for (const Band& band : kBands) {
    thresholds.push_back(
        {{"value", band.up_to_db}, {"bgColor", band.colour}, {"textColor", band.text_colour}});
  }
  return thresholds;
}

}  // namespace

Json NodeDataJson(const Summary& summary, const Findings& findings) {
  std::map<std::string, double> worst;
  for (std::size_t i = 0; i < summary.rows.size(); ++i) {
    const Row& row = summary.rows[i];
    if (std::isnan(row.sqnr_db)) continue;
    const double value = findings.swallowed[i] ? 0 : std::clamp(row.sqnr_db, 0.0, kExactDb);
    const auto [found, is_new] = worst.emplace(Printable(row.golden_name), value);
    if (!is_new) found->second = std::min(found->second, value);
  }
  Json results = Json::object();
  auto& members = results.get_ref<Json::object_t&>();
  for (const auto& [name, value] : worst) members.push_back({name, {{"value", value}}});
  return {{"name", "SQNR dB"}, {"results", std::move(results)}, {"thresholds", Thresholds()}};
}

}  // namespace acc::report
