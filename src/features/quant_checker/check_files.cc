// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/check_files.h"

#include <fmt/format.h>

#include "base/log.h"
#include "report/assets.h"
#include "report/csv.h"
#include "report/report.h"

namespace acc::features {
namespace {

std::string AssetsFromPage() { return "../" + std::string(report::kAssetFolder); }

std::string InputPage(const std::string& option, std::size_t line) {
  return fmt::format("{}_input_{}.html", option, line);
}

std::span<const std::byte> BytesOf(const report::CsvTable& csv) {
  return std::as_bytes(std::span<const char>(csv.content()));
}

void LogFailures(const std::string& option, const report::CheckTable& table) {
  const std::string failures = report::FailureTable(option, table);
  if (!failures.empty()) LogDebug("{}", failures);
}

}  // namespace

Result<CheckFiles> CheckFiles::Create(Options options) {
  ACC_RETURN_IF_ERROR(CreateFolders(options.results / "html"));
  if (options.csv) ACC_RETURN_IF_ERROR(CreateFolders(options.results / "csv"));
  ACC_RETURN_IF_ERROR(report::WriteAssets(options.results));
  return CheckFiles(std::move(options));
}

Status CheckFiles::WriteParams(const std::string& option, const report::CheckTable& weights,
                               const report::CheckTable& biases) {
  report::CheckPage page{.title = option,
                         .subtitle = options_.model,
                         .links = {{"all options", "../overview.html"}},
                         .tables = {&weights, &biases},
                         .assets = AssetsFromPage()};
  for (std::size_t line = 0; line < options_.inputs.size(); ++line) {
    page.links.push_back({fmt::format("activations of input {}", line), InputPage(option, line)});
  }
  ACC_RETURN_IF_ERROR(
      WriteFile(options_.results / "html" / (option + ".html"), report::CheckPageHtml(page)));
  for (const report::CheckTable* table : {&weights, &biases}) {
    LogFailures(option, *table);
    if (!options_.csv) continue;
    report::CsvTable csv;
    report::AppendCheckHeader(table->kind, csv);
    report::AppendCheckRows(*table, csv);
    const auto path =
        options_.results / "csv" / fmt::format("{}_{}.csv", option, report::PluralOf(table->kind));
    ACC_RETURN_IF_ERROR(WriteFile(path, csv.content()));
  }
  if (!options_.csv) return OkStatus();
  ACC_ASSIGN_OR_RETURN(FileWriter writer, FileWriter::Create(options_.results / "csv" /
                                                             (option + "_activations.csv")));
  report::CsvTable header;
  report::AppendCheckHeader(report::Checked::kActivation, header);
  ACC_RETURN_IF_ERROR(writer.Append(BytesOf(header)));
  activations_.emplace(option, std::move(writer));
  return OkStatus();
}

Status CheckFiles::WriteActivations(const std::string& option, std::size_t line,
                                    const report::CheckTable& activations,
                                    const report::CheckTable& inputs) {
  report::CheckPage page{
      .title = fmt::format("{}, input {}", option, line),
      .subtitle = options_.inputs[line],
      .links = {{"all options", "../overview.html"}, {"weights and biases", option + ".html"}},
      .tables = {&activations, &inputs},
      .assets = AssetsFromPage()};
  if (line > 0) page.links.push_back({"previous input", InputPage(option, line - 1)});
  if (line + 1 < options_.inputs.size()) {
    page.links.push_back({"next input", InputPage(option, line + 1)});
  }
  ACC_RETURN_IF_ERROR(
      WriteFile(options_.results / "html" / InputPage(option, line), report::CheckPageHtml(page)));
  if (activations.failures() > 0) LogDebug("input {}: {}", line, options_.inputs[line]);
  LogFailures(option, activations);
  if (!options_.csv) return OkStatus();
  report::CsvTable csv;
  report::AppendCheckRows(activations, csv);
  return activations_.at(option).Append(BytesOf(csv));
}

Status CheckFiles::WriteInputs(const std::vector<report::CheckTable>& inputs) const {
  report::CsvTable csv;
  report::AppendCheckHeader(report::Checked::kInput, csv);
  for (const report::CheckTable& table : inputs) {
    LogFailures({}, table);
    report::AppendCheckRows(table, csv);
  }
  return options_.csv ? WriteFile(options_.results / "csv" / "inputs.csv", csv.content())
                      : OkStatus();
}

Status CheckFiles::Close() {
  for (auto& [option, writer] : activations_) ACC_RETURN_IF_ERROR(writer.Close());
  activations_.clear();
  return OkStatus();
}

}  // namespace acc::features
