// SPDX-License-Identifier: BSD-3-Clause
// Inspects pairs in the pass that compares them, and writes what is to be seen of each.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "match/match.h"
#include "report/inspection.h"
#include "report/tensor_csv.h"
#include "store/file_names.h"
#include "tensor/encoding.h"
#include "verify/comparison.h"

namespace acc::features {

// What other reports show of an inspected pair.
struct InspectionShown {
  std::optional<report::Distribution> distribution;
  std::string folder;  // As store::FileNames writes it, with the inspector's own folder before it.
};

class TensorInspector {
 public:
  // Below `directory`, which is made where it is missing.
  TensorInspector(std::filesystem::path directory, report::InspectionStyle style);
  ~TensorInspector();

  // The observer of a pair, which lives as long as this. The files of the pair's tensor are written
  // as soon as it is compared, on the thread that compared it, and what other reports show of it is
  // put into `shown`. `matched`, `requests` and `shown` must outlive the comparison.
  verify::PairObserver* Observe(const match::Pair& matched, const PairSource& source,
                                const std::optional<TensorEncoding>& encoding,
                                std::span<const verify::Request> requests, std::string data_note,
                                InspectionShown* shown);

  // After the comparison: the elements of each inspected pair as CSV, index.html, summary.csv.
  // Fails with what went wrong at any tensor, and where none could be inspected.
  Status Finish(const report::Summary& summary);

 private:
  class Observer;

  // From any thread.
  void Add(const std::string& name, Result<report::InspectionEntry> entry,
           const PairSource& source);

  std::filesystem::path directory_;
  report::InspectionStyle style_;
  store::FileNames names_;
  std::vector<std::unique_ptr<Observer>> observers_;
  std::mutex mutex_;
  Status status_;
  report::InspectionEntries entries_;
  std::vector<report::TensorCsvJob> csv_jobs_;
};

}  // namespace acc::features
