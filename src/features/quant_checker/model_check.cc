// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/model_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "features/quant_checker/activation_checks.h"
#include "features/quant_checker/advise.h"
#include "features/quant_checker/check_files.h"
#include "features/quant_checker/check_rows.h"
#include "features/quant_checker/float_run.h"
#include "features/quant_checker/judge.h"
#include "features/quant_checker/option_result.h"
#include "features/quant_checker/param_plots.h"
#include "features/quant_checker/prepare.h"
#include "features/source_model/quantization.h"
#include "report/option_overview.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNoisiest = 3;

std::string FilesOf(const std::vector<store::InputList::Entry>& line) {
  std::vector<std::string> files;
  for (const auto& entry : line) {
    files.push_back((entry.input.empty() ? "" : entry.input + ":=") + entry.file.native());
  }
  return Join(files, " ");
}

class ModelCheck {
 public:
  ModelCheck(const QuantCheckerOptions& options, const CheckerConfig& config, fs::path results)
      : options_(options), config_(config), results_folder_(std::move(results)) {}

  Result<ModelCheckOutcome> Run() {
    ACC_ASSIGN_OR_RETURN(prepared_, PrepareCheck(options_, config_));
    ACC_RETURN_IF_ERROR(RunFloats());
    ACC_ASSIGN_OR_RETURN(judge_, Judge::Create(options_, prepared_, floats_));
    ACC_RETURN_IF_ERROR(judge_->JudgeAll());
    ACC_RETURN_IF_ERROR(WriteTables());
    if (options_.generate_plots || options_.per_channel_plots) {
      ACC_RETURN_IF_ERROR(WriteParamPlots(prepared_.graphs, results(), options_.per_channel_plots,
                                          results_folder_));
    }
    return Conclude();
  }

 private:
  const std::vector<OptionResult>& results() const { return judge_->results(); }

  Status RunFloats() {
    FloatRunPlan plan{.wanted_facts = ActivationFacts(),
                      .memory_budget_bytes = BudgetBytes(options_)};
    for (const Candidate& candidate : prepared_.candidates) {
      plan.stored.insert(candidate.quantizer->stored().begin(),
                         candidate.quantizer->stored().end());
    }
    if (!config_.activations.empty()) plan.checked = plan.stored;
    ACC_ASSIGN_OR_RETURN(floats_, RunFloatGraphs(prepared_.graphs, prepared_.lines, plan));
    if (floats_.outputs.lines < prepared_.lines.size()) {
      prepared_.notes.push_back(fmt::format(
          "The output error is measured on the first {} of {} inputs: the outputs of more do not "
          "fit --memory_budget_mb.",
          floats_.outputs.lines, prepared_.lines.size()));
    }
    return OkStatus();
  }

  inspect::WantedFacts ActivationFacts() const {
    return inspect::WantedFor(NeedsOf(config_.activations), options_.activation_width);
  }

  Status WriteTables() {
    std::vector<std::string> inputs;
    for (const auto& line : prepared_.lines.list().lines) inputs.push_back(FilesOf(line));
    ACC_ASSIGN_OR_RETURN(CheckFiles files,
                         CheckFiles::Create({.results = results_folder_,
                                             .model = options_.model.model_path.native(),
                                             .inputs = inputs,
                                             .csv = options_.generate_csv}));
    for (const OptionResult& result : results()) {
      const CheckedGraph& graph = prepared_.graphs[result.graph];
      const auto weights = ParamTable(config_.weights, graph, result, false);
      const auto biases = ParamTable(config_.biases, graph, result, true);
      Count(result, 1, weights);
      Count(result, 2, biases);
      ACC_RETURN_IF_ERROR(files.WriteParams(result.option.name, weights, biases));
    }
    ACC_ASSIGN_OR_RETURN(const auto input_tables, InputTables(inputs));
    for (const auto& table : input_tables)
      thresholds_met_ = thresholds_met_ && table.failures() == 0;
    ACC_RETURN_IF_ERROR(files.WriteInputs(input_tables));
    ACC_RETURN_IF_ERROR(WriteActivations(input_tables, files));
    return files.Close();
  }

  // Of every line, from the raw files.
  Result<std::vector<report::CheckTable>> InputTables(
      const std::vector<std::string>& inputs) const {
    std::vector<report::CheckTable> tables(prepared_.lines.size(),
                                           {.kind = report::Checked::kInput});
    if (config_.inputs.empty()) return tables;
    const auto wanted = inspect::WantedFor(NeedsOf(config_.inputs), options_.activation_width);
    for (std::size_t line = 0; line < prepared_.lines.size(); ++line) {
      ACC_ASSIGN_OR_RETURN(const auto tensors, prepared_.lines.Read(line));
      for (const auto& [name, tensor] : tensors) {
        ACC_ASSIGN_OR_RETURN(const auto values, ToFloats(tensor.view()));
        const auto facts = inspect::FactsOf(values, wanted);
        for (const WantedCheck& check : config_.inputs) {
          tables[line].rows.push_back(
              RowOf(check, {name, "Input"}, name, {facts, nullptr, options_.activation_width}));
          tables[line].rows.back().input = inputs[line];
        }
      }
    }
    return tables;
  }

  Status WriteActivations(const std::vector<report::CheckTable>& input_tables, CheckFiles& files) {
    std::vector<std::vector<std::string>> stored;
    for (const Candidate& candidate : prepared_.candidates)
      stored.push_back(candidate.quantizer->stored());
    const ActivationSources sources{.checks = config_.activations,
                                    .graphs = prepared_.graphs,
                                    .results = results(),
                                    .stored = stored,
                                    .lines = prepared_.lines,
                                    .inputs = files.options().inputs,
                                    .facts = floats_.facts.get(),
                                    .wanted_facts = ActivationFacts(),
                                    .memory_budget_bytes = BudgetBytes(options_)};
    const auto write = [&](std::size_t option, std::size_t line,
                           const report::CheckTable& table) -> Status {
      Count(results()[option], 0, table);
      return files.WriteActivations(results()[option].option.name, line, table, input_tables[line]);
    };
    return CheckActivations(sources, write);
  }

  void Count(const OptionResult& result, std::size_t kind, const report::CheckTable& table) {
    OptionCounts& counts = counts_[result.option.name];
    counts.failures[kind] += table.failures();
    counts.checks[kind] += table.rows.size();
    if (table.failures() > 0) thresholds_met_ = false;
  }

  // Indices of results(), the best first. Of equal ones, what is expected to be better, and then
  // what changes the model less.
  std::vector<std::size_t> Ranking() const {
    std::vector<std::size_t> order(results().size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto measured = [&](std::size_t i) {
      const double db = results()[i].measured_db;
      return std::isnan(db) ? -std::numeric_limits<double>::infinity() : db;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (measured(a) != measured(b)) return measured(a) > measured(b);
      if (results()[a].expected_db != results()[b].expected_db) {
        return results()[a].expected_db > results()[b].expected_db;
      }
      return !results()[a].option.equalize && results()[b].option.equalize;
    });
    return order;
  }

  report::OptionRow RowOfOption(const OptionResult& result) const {
    report::OptionRow row{.name = result.option.name,
                          .expected_db = result.expected_db,
                          .measured_db = result.measured_db};
    for (const OutputError& output : result.outputs) {
      if (output.sqnr_db != result.measured_db) continue;
      row.worst_output = output.output;
      row.worst_line_db = output.worst_line_db;
      row.worst_line = FilesOf(prepared_.lines.list().lines[output.worst_line]);
    }
    const OptionCounts& counts = counts_.at(result.option.name);
    std::copy(std::begin(counts.failures), std::end(counts.failures), row.failures);
    std::copy(std::begin(counts.checks), std::end(counts.checks), row.checks);
    for (const NoiseShare& share : result.shares) {
      if (row.noisiest.size() < kNoisiest) row.noisiest.push_back(share.tensor);
    }
    return row;
  }

  Result<ModelCheckOutcome> Conclude() {
    const auto order = Ranking();
    const OptionResult& best = results()[order.front()];
    const std::string single_values = SingleValuesNote(prepared_.graphs[best.graph], floats_, best);
    if (!single_values.empty()) prepared_.notes.push_back(single_values);
    report::OptionOverview overview{.model = options_.model.model_path.native(),
                                    .inputs = prepared_.lines.size(),
                                    .measured_inputs = floats_.outputs.lines,
                                    .notes = prepared_.notes,
                                    .command = Join(options_.common.origin.command, " ")};
    for (const std::size_t i : order) overview.rows.push_back(RowOfOption(results()[i]));
    ACC_RETURN_IF_ERROR(
        Advise({options_, prepared_, floats_, *judge_, results_folder_}, order.front(), overview));
    ACC_RETURN_IF_ERROR(
        WriteFile(results_folder_ / "overview.html", report::OverviewHtml(overview)));
    ACC_RETURN_IF_ERROR(
        WriteJson(results_folder_ / "overview.json", report::OverviewJson(overview)));
    ModelCheckOutcome outcome{.thresholds_met = thresholds_met_,
                              .summary_lines = report::OverviewLines(overview)};
    if (HasSourceEncodings(prepared_.source.graph)) {
      outcome.summary_lines.push_back(
          OptionAsGiven(config_).name +
          " is the model as its file quantizes it; the other options calibrate anew.");
    }
    if (!single_values.empty()) outcome.summary_lines.push_back(single_values);
    outcome.summary_lines.push_back(
        fmt::format("Report: {}", (results_folder_ / "overview.html").native()));
    return outcome;
  }

  struct OptionCounts {
    std::size_t failures[3] = {};  // Of activations, weights, biases.
    std::size_t checks[3] = {};
  };

  const QuantCheckerOptions& options_;
  const CheckerConfig& config_;
  const fs::path results_folder_;
  Preparation prepared_;
  FloatRun floats_;
  std::optional<Judge> judge_;  // Once the floats are there.
  std::map<std::string, OptionCounts> counts_;
  bool thresholds_met_ = true;
};

}  // namespace

Result<ModelCheckOutcome> CheckModel(const QuantCheckerOptions& options,
                                     const CheckerConfig& config, const fs::path& results) {
  return ModelCheck(options, config, results).Run();
}

}  // namespace acc::features
