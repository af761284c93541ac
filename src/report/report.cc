// SPDX-License-Identifier: BSD-3-Clause
#include "report/report.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/threads.h"
#include "report/assets.h"
#include "report/depth_growth.h"
#include "report/detail_page.h"
#include "report/node_data.h"
#include "report/report_json.h"
#include "report/report_page.h"
#include "report/summary_json.h"
#include "report/summary_page.h"
#include "store/tensor_writer.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> PagePaths(const Summary& summary) {
  store::FileNames names;
  std::vector<std::string> pages;
  pages.reserve(summary.rows.size());
  for (const Row& row : summary.rows) pages.push_back(names.PathFor(row.name));
  return pages;
}

// Once for each folder: a page then costs one open, write and close.
Status CreatePageFolders(const fs::path& directory, const Summary& summary,
                         const std::vector<std::string>& pages) {
  std::set<fs::path> folders;
  for (const Column& column : summary.columns) {
    for (const std::string& page : pages) {
      folders.insert((directory / column.title / page).parent_path());
    }
  }
  for (const fs::path& folder : folders) ACC_RETURN_IF_ERROR(CreateFolders(folder));
  return OkStatus();
}

Status WriteTensorPages(const fs::path& directory, const Summary& summary, const Findings& findings,
                        const std::vector<std::string>& pages, std::size_t row) {
  const DetailPages detail(summary, findings, pages, row);
  for (std::size_t column = 0; column < summary.columns.size(); ++column) {
    if (!summary.rows[row].cells[column]) continue;
    const std::string path = (directory / summary.columns[column].title / pages[row]).native();
    ACC_RETURN_IF_ERROR(WriteFile(path + ".html", detail.Html(column)));
    ACC_RETURN_IF_ERROR(WriteFile(path + ".csv", detail.Csv(column)));
  }
  return OkStatus();
}

Status WriteSummaries(const fs::path& directory, const Summary& summary, const Findings& findings,
                      const std::vector<std::string>& pages) {
  if (!summary.unmatched_golden.empty() || !summary.unmatched_target.empty()) {
    ACC_RETURN_IF_ERROR(WriteFile(directory / "unmatched.csv", UnmatchedCsv(summary)));
  }
  const Json json = SummaryJson(summary, findings, pages);
  ACC_RETURN_IF_ERROR(WriteJson(directory / "summary.json", json));
  ACC_RETURN_IF_ERROR(WriteFile(directory / "summary.csv", SummaryCsv(summary)));
  ACC_RETURN_IF_ERROR(WriteJson(directory / "node_data.json", NodeDataJson(summary, findings)));
  ACC_RETURN_IF_ERROR(
      WriteFile(directory / "summary.html", SummaryHtml(summary, findings, pages, json)));
  const Json report = ReportJson(json, summary, DepthGrowthOf(summary, findings));
  return WriteFile(directory / "report.html", ReportHtml(summary, findings, report));
}

}  // namespace

Status WriteAssets(const fs::path& directory) {
  const fs::path folder = directory / kAssetFolder;
  ACC_RETURN_IF_ERROR(CreateFolders(folder));
  for (const Asset& asset : Assets()) {
    ACC_RETURN_IF_ERROR(WriteFile(folder / asset.file_name, asset.content));
  }
  return OkStatus();
}

Status WriteReport(const fs::path& directory, const Summary& summary, const Findings& findings) {
  const std::vector<std::string> pages = PagePaths(summary);
  ACC_RETURN_IF_ERROR(WriteAssets(directory));
  ACC_RETURN_IF_ERROR(CreatePageFolders(directory, summary, pages));
  std::mutex mutex;
  Status first_failure;
  // The summaries, one item of work, go first: they take longer than any tensor's pages.
  ParallelFor(1 + summary.rows.size(), [&](std::size_t item) {
    Status status = item == 0 ? WriteSummaries(directory, summary, findings, pages)
                              : WriteTensorPages(directory, summary, findings, pages, item - 1);
    if (status.ok()) return;
    const std::lock_guard lock(mutex);
    if (first_failure.ok()) first_failure = std::move(status);
  });
  return first_failure;
}

}  // namespace acc::report
