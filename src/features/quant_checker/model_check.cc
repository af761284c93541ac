// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/model_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/counted.h"
#include "base/json.h"
#include "base/log.h"
#include "base/name_list.h"
#include "base/text.h"
#include "features/quant_checker/activation_checks.h"
#include "features/quant_checker/check_files.h"
#include "features/quant_checker/check_rows.h"
#include "features/quant_checker/float_run.h"
#include "features/quant_checker/golden_check.h"
#include "features/quant_checker/noise_search.h"
#include "features/quant_checker/option_result.h"
#include "features/quant_checker/param_plots.h"
#include "features/quant_checker/remedies.h"
#include "features/source_model/conversion.h"
#include "features/source_model/quantization.h"
#include "features/source_model/source_model.h"
#include "model/onnx/quantization.h"
#include "model/random_numbers.h"
#include "quantize/algorithms.h"
#include "quantize/encodings_file.h"
#include "quantize/overrides.h"
#include "report/option_overview.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostCauses = 5;
constexpr std::size_t kNoisiest = 3;
constexpr std::size_t kMostRuns = 64;

// An option with what will quantize it.
struct Candidate {
  QuantizationOption option;
  std::size_t graph = 0;
  std::unique_ptr<quantize::Quantizer> quantizer;
};

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
    ACC_RETURN_IF_ERROR(Prepare());
    ACC_RETURN_IF_ERROR(RunFloats());
    ACC_RETURN_IF_ERROR(JudgeOptions());
    ACC_RETURN_IF_ERROR(WriteTables());
    if (options_.generate_plots || options_.per_channel_plots) {
      ACC_RETURN_IF_ERROR(
          WriteParamPlots(graphs_, results_, options_.per_channel_plots, results_folder_));
    }
    return Conclude();
  }

 private:
  std::uint64_t budget() const { return options_.memory_budget_mb << 20; }

  Status Prepare() {
    ACC_ASSIGN_OR_RETURN(source_, ReadSourceModel(options_.model));
    model::ClampToRanges(source_.graph);
    notes_ = SourceStatements(source_);
    if (!options_.quantization_overrides.empty()) {
      ACC_ASSIGN_OR_RETURN(overrides_, ReadGivenOverrides(options_.quantization_overrides));
    }
    auto options = OptionsOf(config_);
    if (HasSourceEncodings(source_.graph)) {
      const QuantizationOption given = OptionAsGiven(config_);
      notes_.push_back(fmt::format(
          "The option {} has the encodings that the model brings, and the others calibrate anew; "
          "all are measured against the model in real numbers, with the weights that its codes "
          "stand for. What the model leaves out is quantized as by {}.",
          given.name, given.variation.name));
      options.insert(options.begin(), given);
    }
    needs_ = Joined(Joined(NeedsOf(config_.weights), NeedsOf(config_.biases)),
                    NeedsOf(config_.activations));
    ACC_RETURN_IF_ERROR(AddGraph({}));
    ACC_RETURN_IF_ERROR(CheckRepeatable());
    ACC_ASSIGN_OR_RETURN(
        lines_,
        InputLines::Open(options_.input_list, InputsOf(source_, graphs_.front().target, false)));
    if (!options_.golden_output_reference_directory.empty()) {
      ACC_ASSIGN_OR_RETURN(auto note, CompareWithGoldens(options_.golden_output_reference_directory,
                                                         graphs_.front(), lines_, budget()));
      LogInfo("{}", note);
      notes_.push_back(std::move(note));
    }
    NoteSaturation();
    const bool equalizes = std::ranges::any_of(options, &QuantizationOption::equalize);
    if (equalizes) ACC_RETURN_IF_ERROR(AddEqualizedGraph());
    for (const QuantizationOption& option : options) ACC_RETURN_IF_ERROR(AddCandidate(option));
    if (lines_.size() < kAdvisedInputs) {
      notes_.push_back(
          fmt::format("Calibrated with {}; {} or more that are typical give better ranges.",
                      Counted(lines_.size(), "input"), kAdvisedInputs));
    }
    return OkStatus();
  }

  Status AddGraph(const std::vector<std::string>& algorithms) {
    ACC_ASSIGN_OR_RETURN(auto target,
                         ConvertModel(source_, options_.model.output_tensors, algorithms));
    const int widest = std::max(options_.weights_width, options_.bias_width);
    graphs_.push_back(CheckedGraphOf(std::move(target), inspect::WantedFor(needs_, widest)));
    return OkStatus();
  }

  // Options are ranked by the error of the output, which random numbers would be a part of.
  Status CheckRepeatable() const {
    const convert::TargetGraph& target = graphs_.front().target;
    const auto random = model::RandomTensors(target.graph);
    for (const ValueInfo& output : target.graph.outputs) {
      const auto found = random.find(output.name);
      if (found == random.end()) continue;
      return Failure(fmt::format(
          "the output '{}' depends on random numbers ('{}'), so that nothing tells what "
          "quantization does to it. --input_tensor with the name of what draws them gives it "
          "numbers that stay; --output_tensor chooses another output",
          Printable(output.name), Printable(found->second)));
    }
    return OkStatus();
  }

  void NoteSaturation() {
    for (const ValueInfo& output : graphs_.front().target.graph.outputs) {
      const std::string& type = graphs_.front().maker.at(output.name).type;
      if (type != "Softmax" && type != "Sigmoid") continue;
      notes_.push_back(
          fmt::format("The output '{}' is that of a {}, which hides errors where it saturates. To "
                      "see them, name what it reads as --output_tensor.",
                      output.name, type));
    }
  }

  // Where nothing can be equalized, cle options have the first graph, and the report says so.
  Status AddEqualizedGraph() {
    ACC_RETURN_IF_ERROR(AddGraph({"cle"}));
    const convert::Equalization& equalization = graphs_.back().target.equalization;
    if (equalization.chains.empty()) {
      notes_.push_back(fmt::format("Options with cle are equal to those without: {}.",
                                   convert::Summary(equalization)));
      graphs_.pop_back();
      return OkStatus();
    }
    notes_.push_back(fmt::format("cle: {}.", convert::Summary(equalization)));
    return OkStatus();
  }

  Status AddCandidate(const QuantizationOption& option) {
    Candidate candidate{
        .option = option, .graph = option.equalize ? graphs_.size() - 1 : 0, .quantizer = nullptr};
    LogDebug("option {}: activations {}, weights {}, per channel {}, equalized {}, bits {}/{}/{}",
             option.name, quantize::InfoOf(option.variation.activations).name,
             quantize::InfoOf(option.variation.weights).name, option.per_channel, option.equalize,
             options_.activation_width, options_.weights_width, options_.bias_width);
    ACC_ASSIGN_OR_RETURN(candidate.quantizer, QuantizerFor(candidate, OverridesOf(option)));
    candidates_.push_back(std::move(candidate));
    return OkStatus();
  }

  // As in the inference engine, what the model brings stands before what the user gives.
  quantize::Overrides OverridesOf(const QuantizationOption& option) const {
    if (!option.as_given) return overrides_;
    quantize::Overrides own = quantize::SourceEncodings(graphs_.front().target.graph);
    own.activations.insert(overrides_.activations.begin(), overrides_.activations.end());
    own.params.insert(overrides_.params.begin(), overrides_.params.end());
    return own;
  }

  Result<std::unique_ptr<quantize::Quantizer>> QuantizerFor(
      const Candidate& candidate, const quantize::Overrides& overrides) const {
    return QuantizerOf(graphs_[candidate.graph].target, ParamNames(source_.graph), overrides,
                       QuantizeOptionsOf(candidate.option, options_));
  }

  Status RunFloats() {
    FloatRunPlan plan{.stored = {},
                      .checked = {},
                      .wanted_facts = ActivationFacts(),
                      .memory_budget_bytes = budget()};
    for (const Candidate& candidate : candidates_) {
      plan.stored.insert(candidate.quantizer->stored().begin(),
                         candidate.quantizer->stored().end());
    }
    if (!config_.activations.empty()) plan.checked = plan.stored;
    ACC_ASSIGN_OR_RETURN(floats_, RunFloatGraphs(graphs_, lines_, plan));
    if (floats_.outputs.lines < lines_.size()) {
      notes_.push_back(fmt::format(
          "The output error is measured on the first {} of {} inputs: the outputs of more do not "
          "fit --memory_budget_mb.",
          floats_.outputs.lines, lines_.size()));
    }
    return OkStatus();
  }

  inspect::WantedFacts ActivationFacts() const {
    return inspect::WantedFor(NeedsOf(config_.activations), options_.activation_width);
  }

  Status JudgeOptions() {
    ACC_ASSIGN_OR_RETURN(engine_, target::CreateEngine({.runtime = "cpu",
                                                        .architecture = "x86_64-linux-clang",
                                                        .htp_socs = {},
                                                        .quantized = true,
                                                        .memory_budget_bytes = budget()}));
    for (const Candidate& candidate : candidates_) {
      if (const OptionResult* same = SameOption(candidate)) {
        results_.push_back(Renamed(*same, candidate));
        continue;
      }
      ACC_ASSIGN_OR_RETURN(OptionResult result, Judge(candidate, *candidate.quantizer));
      results_.push_back(std::move(result));
    }
    return OkStatus();
  }

  // An earlier option that differs by an equalization that found nothing.
  const OptionResult* SameOption(const Candidate& candidate) const {
    const auto same = std::ranges::find_if(results_, [&](const OptionResult& other) {
      return other.graph == candidate.graph && other.option.as_given == candidate.option.as_given &&
             other.option.per_channel == candidate.option.per_channel &&
             other.option.variation.name == candidate.option.variation.name;
    });
    return same == results_.end() ? nullptr : &*same;
  }

  Result<OptionResult> Judge(const Candidate& candidate, quantize::Quantizer& quantizer) const {
    const CheckedGraph& graph = graphs_[candidate.graph];
    ACC_ASSIGN_OR_RETURN(const auto quantized, quantizer.Finish(*floats_.calibrator));
    if (const OptionResult* twin = TwinOf(candidate, quantized)) return Renamed(*twin, candidate);
    OptionResult result =
        JudgeOption(candidate.option, graph, quantized, *floats_.calibrator, needs_.entropy);
    result.graph = candidate.graph;
    ACC_ASSIGN_OR_RETURN(result.outputs,
                         MeasureOutputs(graph.target, quantized, lines_, floats_.outputs, *engine_,
                                        "outputs of " + candidate.option.name));
    result.measured_db = LowestOf(result.outputs);
    for (const std::string& note : quantized.notes) {
      LogDebug("{}: {}", candidate.option.name, note);
    }
    LogInfo("{}: {:.1f} dB measured at the output, {:.1f} dB expected", candidate.option.name,
            result.measured_db, result.expected_db);
    return result;
  }

  // An earlier option that came to the same encodings of the same graph, as tf and asymmetric do.
  const OptionResult* TwinOf(const Candidate& candidate,
                             const quantize::QuantizedGraph& quantized) const {
    const auto twin = std::ranges::find_if(results_, [&](const OptionResult& other) {
      return other.graph == candidate.graph && HasEncodingsOf(quantized, other);
    });
    return twin == results_.end() ? nullptr : &*twin;
  }

  static OptionResult Renamed(const OptionResult& twin, const Candidate& candidate) {
    LogInfo("{}: the same as {}", candidate.option.name, twin.option.name);
    OptionResult result = twin;
    result.option = candidate.option;
    return result;
  }

  Status WriteTables() {
    std::vector<std::string> inputs;
    for (const auto& line : lines_.list().lines) inputs.push_back(FilesOf(line));
    ACC_ASSIGN_OR_RETURN(CheckFiles files,
                         CheckFiles::Create({.results = results_folder_,
                                             .model = options_.model.model_path.native(),
                                             .inputs = inputs,
                                             .csv = options_.generate_csv}));
    for (const OptionResult& result : results_) {
      const CheckedGraph& graph = graphs_[result.graph];
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
    std::vector<report::CheckTable> tables(lines_.size(),
                                           {.kind = report::Checked::kInput, .rows = {}});
    if (config_.inputs.empty()) return tables;
    const auto wanted = inspect::WantedFor(NeedsOf(config_.inputs), options_.activation_width);
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      ACC_ASSIGN_OR_RETURN(const auto tensors, lines_.Read(line));
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
    for (const Candidate& candidate : candidates_) stored.push_back(candidate.quantizer->stored());
    const ActivationSources sources{.checks = config_.activations,
                                    .graphs = graphs_,
                                    .results = results_,
                                    .stored = stored,
                                    .lines = lines_,
                                    .inputs = files.options().inputs,
                                    .facts = floats_.facts.get(),
                                    .wanted_facts = ActivationFacts(),
                                    .memory_budget_bytes = budget()};
    const auto write = [&](std::size_t option, std::size_t line,
                           const report::CheckTable& table) -> Status {
      Count(results_[option], 0, table);
      return files.WriteActivations(results_[option].option.name, line, table, input_tables[line]);
    };
    return CheckActivations(sources, write);
  }

  void Count(const OptionResult& result, std::size_t kind, const report::CheckTable& table) {
    OptionCounts& counts = counts_[result.option.name];
    counts.failures[kind] += table.failures();
    counts.checks[kind] += table.rows.size();
    if (table.failures() > 0) thresholds_met_ = false;
  }

  // Indices of results_, the best first. Of equal ones, what is expected to be better, and then
  // what changes the model less.
  std::vector<std::size_t> Ranking() const {
    std::vector<std::size_t> order(results_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    const auto measured = [&](std::size_t i) {
      const double db = results_[i].measured_db;
      return std::isnan(db) ? -std::numeric_limits<double>::infinity() : db;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (measured(a) != measured(b)) return measured(a) > measured(b);
      if (results_[a].expected_db != results_[b].expected_db) {
        return results_[a].expected_db > results_[b].expected_db;
      }
      return !results_[a].option.equalize && results_[b].option.equalize;
    });
    return order;
  }

  report::OptionRow RowOfOption(const OptionResult& result) const {
    report::OptionRow row{.name = result.option.name,
                          .expected_db = result.expected_db,
                          .measured_db = result.measured_db,
                          .worst_output = {},
                          .worst_line = {},
                          .noisiest = {}};
    for (const OutputError& output : result.outputs) {
      if (output.sqnr_db != result.measured_db) continue;
      row.worst_output = output.output;
      row.worst_line_db = output.worst_line_db;
      row.worst_line = FilesOf(lines_.list().lines[output.worst_line]);
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
    NoteSingleValues(results_[order.front()]);
    report::OptionOverview overview{.model = options_.model.model_path.native(),
                                    .inputs = lines_.size(),
                                    .measured_inputs = floats_.outputs.lines,
                                    .rows = {},
                                    .causes = {},
                                    .overrides_file = {},
                                    .overrides_flags = {},
                                    .remedies_file = {},
                                    .remedies_flags = {},
                                    .remedies_db = {},
                                    .notes = notes_,
                                    .command = Join(options_.common.command, " ")};
    for (const std::size_t i : order) overview.rows.push_back(RowOfOption(results_[i]));
    ACC_RETURN_IF_ERROR(AdviseOn(order.front(), overview));
    ACC_RETURN_IF_ERROR(
        WriteFile(results_folder_ / "overview.html", report::OverviewHtml(overview)));
    ACC_RETURN_IF_ERROR(
        WriteJson(results_folder_ / "overview.json", report::OverviewJson(overview)));
    ModelCheckOutcome outcome{.thresholds_met = thresholds_met_,
                              .summary_lines = report::OverviewLines(overview)};
    if (HasSourceEncodings(source_.graph)) {
      outcome.summary_lines.push_back(
          OptionAsGiven(config_).name +
          " is the model as its file quantizes it; the other options calibrate anew.");
    }
    if (!single_values_.empty()) outcome.summary_lines.push_back(single_values_);
    outcome.summary_lines.push_back(
        fmt::format("Report: {}", (results_folder_ / "overview.html").native()));
    return outcome;
  }

  // Activations and params of the best option that have one value: any encoding is exact there.
  void NoteSingleValues(const OptionResult& result) {
    std::vector<std::string> single;
    for (const auto& [tensor, encoding] : result.activations) {
      const auto observer = floats_.calibrator->ObserverOf(tensor);
      if (!observer.ok() || encoding.is_float || result.shares_range_with.contains(tensor))
        continue;
      const quantize::Observation seen = quantize::ObservationOf(**observer);
      if (seen.min == seen.max) single.push_back(tensor);
    }
    const CheckedGraph& graph = graphs_[result.graph];
    for (std::size_t i = 0; i < graph.params.size(); ++i) {
      const CheckedParam& param = graph.params[i];
      const bool is_judged = i < result.params.size() && result.params[i].encoding.has_value();
      if (is_judged && param.facts.min == param.facts.max) single.push_back(param.tensor);
    }
    if (single.empty()) return;
    constexpr std::size_t kShown = 5;
    single_values_ = fmt::format(
        "{} tensor{} one value in all inputs, at which the calibrated range ends; that rounding "
        "leaves it exact proves nothing: {}.",
        single.size(), single.size() == 1 ? " has" : "s have", FewNames(single, kShown));
    notes_.push_back(single_values_);
  }

  // Overrides of the best option, what costs most in it, and how it does with the remedies.
  Status AdviseOn(std::size_t best, report::OptionOverview& overview) {
    const OptionResult& result = results_[best];
    const CheckedGraph& graph = graphs_[result.graph];
    ACC_RETURN_IF_ERROR(CreateFolders(results_folder_ / "overrides"));
    quantize::Overrides encodings{.activations = result.activations,
                                  .params = result.encoded_params};
    std::erase_if(encodings.activations, [&](const auto& entry) {
      return result.shares_range_with.contains(entry.first);
    });
    overview.overrides_file = "overrides/" + result.option.name + ".json";
    overview.overrides_flags = result.option.as_given ? std::string("--inference_engine …")
                                                      : FlagsFor(result, overview.overrides_file);
    ACC_RETURN_IF_ERROR(quantize::WriteEncodings(results_folder_ / overview.overrides_file,
                                                 InSourceNames(encodings, graph)));
    // Nothing to explain: no error, or no output other than zero.
    if (!std::isfinite(result.measured_db)) return OkStatus();
    IsolatedQuantization isolated(graph, lines_, floats_.outputs, *engine_);
    ACC_ASSIGN_OR_RETURN(const auto noise,
                         FindNoise(graph, result, isolated, kMostCauses, kMostRuns));
    const OptionResult* equalized = EqualizedTwin(result);
    ACC_ASSIGN_OR_RETURN(
        const auto causes,
        CausesOf({.graph = graph,
                  .result = result,
                  .isolated = noise,
                  .equalized = equalized,
                  .equalized_graph = equalized == nullptr ? nullptr : &graphs_[equalized->graph],
                  .calibrator = *floats_.calibrator,
                  .measuring = isolated}));
    LogInfo("{}: {} runs of parts of it found {} tensors that make most of its error",
            result.option.name, isolated.runs(), causes.size());
    bool mends = false;
    for (const Cause& cause : causes) {
      overview.causes.push_back(cause.text);
      if (!cause.remedy) continue;
      auto& side = cause.share.param ? encodings.params : encodings.activations;
      side[cause.share.tensor] = *cause.remedy;
      mends = true;
    }
    return mends ? MeasureRemedies(best, encodings, overview) : OkStatus();
  }

  // Biases follow their weights and inputs, so those without a remedy are left to the quantizer.
  Status MeasureRemedies(std::size_t best, const quantize::Overrides& encodings,
                         report::OptionOverview& overview) {
    Candidate candidate{
        .option = results_[best].option, .graph = results_[best].graph, .quantizer = nullptr};
    candidate.option.name += " with remedies";
    ACC_ASSIGN_OR_RETURN(const auto quantizer, QuantizerFor(candidate, encodings));
    ACC_ASSIGN_OR_RETURN(const OptionResult remedied, Judge(candidate, *quantizer));
    overview.remedies_db = remedied.measured_db;
    overview.remedies_file = "overrides/remedies.json";
    overview.remedies_flags = FlagsFor(results_[best], overview.remedies_file);
    return quantize::WriteEncodings(results_folder_ / overview.remedies_file,
                                    InSourceNames(encodings, graphs_[candidate.graph]));
  }

  // The option that differs from `result` by equalization alone, if that changed the graph.
  const OptionResult* EqualizedTwin(const OptionResult& result) const {
    if (result.option.equalize || result.option.as_given) return nullptr;
    const auto twin = std::ranges::find_if(results_, [&](const OptionResult& other) {
      return other.option.equalize && other.graph != result.graph &&
             other.option.per_channel == result.option.per_channel &&
             other.option.variation.name == result.option.variation.name;
    });
    return twin == results_.end() ? nullptr : &*twin;
  }

  std::string FlagsFor(const OptionResult& result, const std::string& file) const {
    const bool replaces = HasSourceEncodings(source_.graph);
    return fmt::format("--inference_engine … --quantization_overrides {}{}{}",
                       (results_folder_ / file).native(), replaces ? " --override_params" : "",
                       EngineFlags(result.option, options_));
  }

  // Under the source's names, where there is one.
  static quantize::Overrides InSourceNames(const quantize::Overrides& encodings,
                                           const CheckedGraph& graph) {
    quantize::Overrides renamed{.activations = {}, .params = encodings.params};
    for (const auto& [name, encoding] : encodings.activations) {
      const auto tensor = graph.target.tensors.find(name);
      const bool has_source =
          tensor != graph.target.tensors.end() && !tensor->second.source.empty();
      renamed.activations[has_source ? tensor->second.source : name] = encoding;
    }
    return renamed;
  }

  struct OptionCounts {
    std::size_t failures[3] = {};  // Of activations, weights, biases.
    std::size_t checks[3] = {};
  };

  const QuantCheckerOptions& options_;
  const CheckerConfig& config_;
  const fs::path results_folder_;
  SourceModel source_;
  quantize::Overrides overrides_;
  InputLines lines_;
  inspect::CheckNeeds needs_;
  std::vector<CheckedGraph> graphs_;
  std::vector<Candidate> candidates_;
  FloatRun floats_;
  std::unique_ptr<target::Engine> engine_;
  std::vector<OptionResult> results_;
  std::map<std::string, OptionCounts> counts_;
  std::vector<std::string> notes_;
  std::string
      single_values_;  // Of the best option, the note about them; empty where there is none.
  bool thresholds_met_ = true;
};

}  // namespace

Result<ModelCheckOutcome> CheckModel(const QuantCheckerOptions& options,
                                     const CheckerConfig& config, const fs::path& results) {
  return ModelCheck(options, config, results).Run();
}

}  // namespace acc::features
