// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "features/compare_encodings/compared_encoding.h"
#include "features/compare_encodings/encoding_costs.h"
#include "features/compare_encodings/encodings_workbook.h"
#include "features/compare_encodings/feature.h"
#include "features/compare_encodings/node_report.h"
#include "features/encodings/model_differences.h"
#include "features/encodings/model_encodings.h"
#include "features/shared/feature_run.h"
#include "quantize/encodings_file.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::array kSections = {Section::kActivation, Section::kParam};

// One of the two files. ComparedFile points into the rest, which stays where it is when moved.
struct Side {
  fs::path path;
  dlc::Model model;          // Empty for a file of encodings.
  ModelEncodings encodings;  // The same.
  quantize::Overrides given;
  quantize::OverridesDetails details;
  std::vector<std::vector<quantize::StatedRange>> stated;  // Of a model's tensors.
  ComparedFile file;
};

// The ends of each channel as the model's file has them.
std::vector<quantize::StatedRange> StatedBy(const dlc::Tensor& tensor) {
  std::vector<quantize::StatedRange> stated;
  if (!tensor.encoding || tensor.encoding->is_float) return stated;
  for (const Encoding& channel : tensor.encoding->channels) {
    stated.push_back({channel.min, channel.max});
  }
  return stated;
}

Result<Side> ReadModelSide(const fs::path& path) {
  Side side;
  side.path = path;
  ACC_ASSIGN_OR_RETURN(side.model, ReadModelFile(path));
  side.encodings = EncodingsOf(side.model);
  for (const auto* notes : {&side.model.notes, &side.encodings.notes}) {
    for (const std::string& note : *notes) LogWarn("{}: {}", Printable(path.string()), note);
  }
  side.file.is_model = true;
  for (const EncodedTensor& entry : side.encodings.tensors) {
    side.file.entries.push_back(
        {entry.tensor->name, entry.is_param ? Section::kParam : Section::kActivation});
    side.file.encodings.push_back(&entry.encoding);
    side.stated.push_back(StatedBy(*entry.tensor));
  }
  for (const auto& stated : side.stated) side.file.stated.push_back(&stated);
  return side;
}

Result<Side> ReadEncodingsSide(const fs::path& path) {
  Side side;
  side.path = path;
  ACC_ASSIGN_OR_RETURN(side.given, quantize::ReadOverrides(path, side.details));
  const auto add = [&](std::map<std::string, TensorEncoding>& encodings,
                       const std::map<std::string, std::vector<quantize::StatedRange>>& stated,
                       Section section) {
    for (auto& [name, encoding] : encodings) {
      encoding = quantize::Normalized(std::move(encoding));
      side.file.entries.push_back({name, section});
      side.file.encodings.push_back(&encoding);
      const auto ends = stated.find(name);
      side.file.stated.push_back(ends != stated.end() ? &ends->second : nullptr);
    }
  };
  const auto& [unread, activations, params] = side.details;
  if (side.given.sections_known) {
    add(side.given.activations, activations, Section::kActivation);
    add(side.given.params, params, Section::kParam);
  } else {
    add(side.given.activations, activations, Section::kUnknown);
  }
  if (side.file.entries.empty()) {
    return Failure(unread.empty()
                       ? fmt::format("{} holds no encoding", Printable(path.string()))
                       : fmt::format("{} holds no encoding that can be read; that of "
                                     "'{}': {}",
                                     Printable(path.string()), Printable(unread.front().name),
                                     unread.front().why));
  }
  return side;
}

SideNames NamesOf(const CompareEncodingsOptions& options) {
  if (!options.aimet_encodings_json.empty()) return {"DLC", "AIMET"};
  constexpr std::size_t kMostBytes = 24;  // Titles of columns hold them.
  const SideNames names = {Printable(options.input.filename().string()),
                           Printable(options.input2.filename().string())};
  const bool usable = names.first != names.second &&
                      std::max(names.first.size(), names.second.size()) <= kMostBytes;
  return usable ? names : SideNames{"input", "input2"};
}

struct Comparison {
  Side first;
  Side second;
  SideNames names;
  std::vector<ComparedEncoding> rows;
  std::vector<ModelDifference> differences;
  std::size_t unread = 0;  // Entries of the second file that could not be compared.
};

bool IsWanted(const CompareEncodingsOptions& options, Section section) {
  return section == Section::kParam ? !options.activations_only : !options.params_only;
}

// Entries of `--aimet_encodings_json` that cannot be read: each is named, and its twin in the model
// is not called single.
void LeaveOutUnread(const CompareEncodingsOptions& options, Comparison& comparison) {
  std::vector<NamedEntry> unread;
  for (const quantize::UnreadEntry& entry : comparison.second.details.unread) {
    const bool known = comparison.second.given.sections_known;
    const Section section = !known           ? Section::kUnknown
                            : entry.is_param ? Section::kParam
                                             : Section::kActivation;
    if (known && !IsWanted(options, section)) continue;
    unread.push_back({entry.name, section});
    LogWarn("{}: the encoding of '{}' is not compared: {}",
            Printable(comparison.second.path.string()), Printable(entry.name), entry.why);
  }
  comparison.unread = unread.size();
  const auto pairs = PairEntries(comparison.first.file.entries, unread);
  std::set<std::string_view> twins;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i]) twins.insert(comparison.first.file.entries[i].name);
  }
  std::erase_if(comparison.rows, [&](const ComparedEncoding& row) {
    return row.second == nullptr && twins.contains(row.first_name);
  });
}

Status CheckEncodings(const Side& side) {
  if (!side.file.entries.empty()) return OkStatus();
  return Failure(fmt::format("{} holds no encoding: it is a float model. Quantize it first.",
                             Printable(side.path.string())));
}

Result<Comparison> ReadAndCompare(const CompareEncodingsOptions& options) {
  Comparison comparison;
  comparison.names = NamesOf(options);
  ACC_ASSIGN_OR_RETURN(comparison.first, ReadModelSide(options.input));
  const bool two_models = options.aimet_encodings_json.empty();
  if (two_models) {
    ACC_ASSIGN_OR_RETURN(comparison.second, ReadModelSide(options.input2));
    comparison.differences = CompareModels(comparison.first.model, comparison.second.model);
  } else {
    ACC_RETURN_IF_ERROR(CheckEncodings(comparison.first));
    ACC_ASSIGN_OR_RETURN(comparison.second, ReadEncodingsSide(options.aimet_encodings_json));
  }
  comparison.rows = CompareFiles(comparison.first.file, comparison.second.file,
                                 {.decimals = options.precision, .compare_axis = two_models});
  std::erase_if(comparison.rows,
                [&](const ComparedEncoding& row) { return !IsWanted(options, row.section); });
  LeaveOutUnread(options, comparison);
  return comparison;
}

Status AddCosts(const CompareEncodingsOptions& options, Comparison& comparison) {
  std::map<std::string_view, const dlc::Tensor*> tensors;
  for (const EncodedTensor& entry : comparison.first.encodings.tensors) {
    tensors.emplace(entry.tensor->name, entry.tensor);
  }
  const fs::path& directory = options.golden_output_reference_directory;
  if (directory.empty()) return FillCosts(comparison.rows, tensors, nullptr);
  GoldenData golden{directory, {}};
  ACC_ASSIGN_OR_RETURN(golden.manifest, store::ListTensors(directory));
  return FillCosts(comparison.rows, tensors, &golden);
}

// The log file has a line for each, the terminal for the first ones.
void WarnOfSingleEncodings(const Comparison& comparison) {
  constexpr std::size_t kShown = 10;
  std::size_t count = 0;
  for (const ComparedEncoding& row : comparison.rows) {
    if (row.first != nullptr && row.second != nullptr) continue;
    const bool in_first = row.first != nullptr;
    Log(++count > kShown ? LogLevel::kDebug : LogLevel::kWarn,
        fmt::format("{} '{}' has an encoding in {} and none in {}",
                    row.section == Section::kParam ? "param" : "activation", Printable(row.name()),
                    in_first ? comparison.names.first : comparison.names.second,
                    in_first ? comparison.names.second : comparison.names.first));
  }
  if (count > kShown) {
    LogWarn("{} more encodings are on one side only; log.txt and the sheets name them",
            count - kShown);
  }
}

using Counts = std::array<std::size_t, kEncodingStatuses>;

Counts CountsOf(const Comparison& comparison, Section section) {
  Counts counts = {};
  for (const ComparedEncoding& row : comparison.rows) {
    if (row.section == section) ++counts[static_cast<std::size_t>(row.status)];
  }
  return counts;
}

std::size_t MatchedBy(const Comparison& comparison, Section section, NameRule rule) {
  return static_cast<std::size_t>(
      std::ranges::count_if(comparison.rows, [&](const ComparedEncoding& row) {
        return row.first != nullptr && row.second != nullptr && row.section == section &&
               row.rule == rule;
      }));
}

report::XlsxCell Count(std::size_t count) { return {static_cast<double>(count)}; }

std::vector<SummaryRow> SummaryRows(const CompareEncodingsOptions& options,
                                    const Comparison& comparison) {
  std::vector<SummaryRow> rows = {
      {comparison.names.first, {comparison.first.path.string()}, {}},
      {comparison.names.second, {comparison.second.path.string()}, {}},
      {"decimal places compared", Count(static_cast<std::size_t>(options.precision)), {}}};
  const Counts activations = CountsOf(comparison, Section::kActivation);
  const Counts params = CountsOf(comparison, Section::kParam);
  for (std::size_t i = 0; i < kEncodingStatuses; ++i) {
    rows.push_back({StatusText(static_cast<EncodingStatus>(i), comparison.names),
                    Count(activations[i]), Count(params[i])});
  }
  for (std::size_t i = 0; i < kNameRules; ++i) {
    const auto rule = static_cast<NameRule>(i);
    rows.push_back({fmt::format("matched by: {}", Name(rule)),
                    Count(MatchedBy(comparison, Section::kActivation, rule)),
                    Count(MatchedBy(comparison, Section::kParam, rule))});
  }
  return rows;
}

void AppendCounts(const CompareEncodingsOptions& options, const Comparison& comparison,
                  std::vector<std::string>& lines) {
  const std::string first = "only in " + comparison.names.first;
  const std::string second = "only in " + comparison.names.second;
  lines.push_back(fmt::format("{:<12}{:>8}{:>9}  {}  {}", "", "equal", "differs", first, second));
  for (const Section section : kSections) {
    if (!IsWanted(options, section)) continue;
    const Counts counts = CountsOf(comparison, section);
    lines.push_back(fmt::format("{:<12}{:>8}{:>9}  {:>{}}  {:>{}}",
                                section == Section::kParam ? "params" : "activations", counts[0],
                                counts[1], counts[2], first.size(), counts[3], second.size()));
  }
  if (comparison.unread > 0) {
    lines.push_back(
        fmt::format("{} entries of {} cannot be read and are not compared; log.txt says why",
                    comparison.unread, comparison.names.second));
  }
  for (std::size_t i = 1; i < kNameRules; ++i) {
    const auto rule = static_cast<NameRule>(i);
    const std::size_t count = MatchedBy(comparison, Section::kActivation, rule) +
                              MatchedBy(comparison, Section::kParam, rule);
    if (count > 0) lines.push_back(fmt::format("{} names match by: {}", count, Name(rule)));
  }
}

void AppendCosts(const Comparison& comparison, std::vector<std::string>& lines) {
  constexpr std::size_t kShown = 10;
  const std::vector<const ComparedEncoding*> costs = ByCost(comparison.rows);
  if (costs.empty()) return;
  lines.emplace_back("Costliest differences (SQNR of quantizing with one instead of the other):");
  for (std::size_t i = 0; i < std::min(costs.size(), kShown); ++i) {
    lines.push_back(fmt::format("{:>12}  {}  ({})", CostText(costs[i]->cost),
                                Printable(costs[i]->name()),
                                FieldsText(costs[i]->difference.differing)));
  }
}

Status WriteFiles(const CompareEncodingsOptions& options, const Comparison& comparison,
                  const fs::path& directory) {
  const std::vector<SummaryRow> summary = SummaryRows(options, comparison);
  ACC_RETURN_IF_ERROR(WriteWorkbook(directory / "encodings_diff.xlsx",
                                    {.sides = comparison.names,
                                     .activations = IsWanted(options, Section::kActivation),
                                     .params = IsWanted(options, Section::kParam),
                                     .structure = comparison.second.file.is_model,
                                     .summary = summary,
                                     .encodings = comparison.rows,
                                     .differences = comparison.differences}));
  ACC_RETURN_IF_ERROR(quantize::WriteEncodings(directory / "extracted_encodings.json",
                                               AsOverrides(comparison.first.encodings)));
  if (!comparison.second.file.is_model) return OkStatus();
  return quantize::WriteEncodings(directory / "extracted_encodings_input2.json",
                                  AsOverrides(comparison.second.encodings));
}

}  // namespace

Result<Outcome> RunCompareEncodings(const CompareEncodingsOptions& options) {
  ACC_ASSIGN_OR_RETURN(FeatureRun run, FeatureRun::Open(options.common, CompareEncodings()));
  ACC_ASSIGN_OR_RETURN(Comparison comparison, ReadAndCompare(options));
  std::vector<std::string> node_lines;
  ACC_RETURN_IF_ERROR(AddCosts(options, comparison));
  if (!options.specific_node.empty()) {
    ACC_ASSIGN_OR_RETURN(node_lines, NodeReport(options.specific_node, comparison.first.model,
                                                comparison.rows, comparison.names));
  }
  WarnOfSingleEncodings(comparison);
  ACC_RETURN_IF_ERROR(WriteFiles(options, comparison, run.path()));
  Outcome outcome{.directory = run.path()};
  AppendCounts(options, comparison, outcome.summary_lines);
  AppendCosts(comparison, outcome.summary_lines);
  if (comparison.second.file.is_model) {
    outcome.summary_lines.push_back(fmt::format(
        "{} differences of structure, dims, types and values", comparison.differences.size()));
  }
  std::ranges::move(node_lines, std::back_inserter(outcome.summary_lines));
  outcome.summary_lines.push_back(
      fmt::format("The comparison is in {}", (run.path() / "encodings_diff.xlsx").string()));
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace acc::features
