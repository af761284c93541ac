// SPDX-License-Identifier: BSD-3-Clause
// <Verifier>/<tensor path>.csv and .html: one tensor in depth. The pages are small and share the
// run's assets; the HTML works without scripts.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/csv.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// Makes the pages of one tensor; what they share over the verifiers is made once.
// The summary, findings and pages must outlive it.
class DetailPages {
 public:
  // `pages` as in report/summary_json.h.
  DetailPages(const Summary& summary, const Findings& findings,
              const std::vector<std::string>& pages, std::size_t row);

  // Only for columns whose cell is there.
  std::string Html(std::size_t column) const;
  std::string Csv(std::size_t column) const;

 private:
  std::string LinkTo(std::size_t row, std::size_t column) const;
  std::string Navigation(std::size_t column) const;
  std::string Cards(std::size_t column) const;
  std::string Inputs(std::size_t column) const;
  std::string WorstTable(std::size_t column) const;

  // A worst element in both tables, but for the last field, which is the verifier's.
  struct WorstRow {
    std::string html;
    CsvTable csv;
  };
  static std::vector<WorstRow> WorstRowsOf(const Row& row);

  const Summary& summary_;
  const Findings& findings_;
  const std::vector<std::string>& pages_;
  std::size_t index_;
  const Row& row_;
  std::string root_;             // "../" for each folder between the page and the run.
  std::string heading_;          // Shared HTML.
  std::string statistics_html_;  // Shared, as what follows.
  CsvTable statistics_csv_;
  std::vector<WorstRow> worst_;
};

}  // namespace acc::report
