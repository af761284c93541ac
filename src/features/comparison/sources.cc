// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dlc/model_net.h"
#include "dlc/read.h"
#include "features/comparison/mapping_model.h"
#include "features/encodings/model_encodings.h"
#include "features/shared/run_folder.h"
#include "features/target_run/dlc_graph_struct.h"
#include "match/names.h"
#include "quantize/quantize.h"
#include "store/manifest.h"
#include "store/raw_files.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamed = 5;  // Tensors in a message.
constexpr std::string_view kGraphStructSuffix = "_graph_struct.json";

// The graph struct that an inference_engine run keeps two folders above its results; nothing where
// there is none or more than one.
fs::path GraphStructBeside(const fs::path& target_directory) {
  std::error_code error;
  const fs::path run = fs::weakly_canonical(target_directory, error).parent_path().parent_path();
  fs::path found;
  for (fs::directory_iterator entry(run, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!entry->path().filename().native().ends_with(kGraphStructSuffix)) continue;
    if (!found.empty()) return {};
    found = entry->path();
  }
  return found;
}

fs::path ModelPath(const ComparisonOptions& options) {
  return Resolved(options.dlc_path.empty() ? options.qnn_model_json_path : options.dlc_path,
                  options.common.working_dir);
}

// The graph of the golden run, which may itself be an inference_engine run. It is only drawn, so a
// file that cannot be read costs no more than the drawing.
std::optional<store::GraphStruct> GoldenGraph(const fs::path& golden_directory) {
  std::error_code ignored;
  fs::path path = golden_directory / store::kGoldenGraphStruct;
  if (!fs::exists(path, ignored)) path = GraphStructBeside(golden_directory);
  if (path.empty()) return std::nullopt;
  auto graph = store::ReadGraphStruct(path);
  if (graph.ok()) return *std::move(graph);
  LogWarn("the report goes without the golden graph: {}", graph.status().message());
  return std::nullopt;
}

Status ReadGraph(const ComparisonOptions& options, VerificationSources& sources) {
  fs::path path = Resolved(options.graph_struct, options.common.working_dir);
  if (path.empty() && ModelPath(options).empty()) {
    path = GraphStructBeside(sources.target_directory);
    if (path.empty()) return OkStatus();
    LogInfo("--graph_struct is not given: using '{}'", Printable(path.native()));
  }
  if (path.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(sources.graph, store::ReadGraphStruct(path));
  return OkStatus();
}

// The DLC or net JSON of the target, or nothing.
Result<std::optional<dlc::Model>> ReadModel(const ComparisonOptions& options) {
  const fs::path path = ModelPath(options);
  if (path.empty()) return std::optional<dlc::Model>();
  ACC_ASSIGN_OR_RETURN(dlc::Model model,
                       options.dlc_path.empty() ? dlc::ReadModelNet(path) : dlc::Read(path));
  for (const std::string& note : model.notes) LogWarn("{}: {}", Printable(path.native()), note);
  return std::optional<dlc::Model>(std::move(model));
}

std::vector<std::string> NamesOf(const store::GraphStruct& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.inputs) names.push_back(input.name);
  for (const auto& node : graph.nodes) {
    for (const auto& output : node.outputs) names.push_back(output.name);
  }
  return names;
}

// A model of which the run holds nothing is another model's.
Status CheckSharedNames(const fs::path& model, const store::GraphStruct& graph,
                        const store::Manifest& target) {
  const std::vector<std::string> described = NamesOf(graph);
  std::set<std::string> keys;
  for (const std::string& name : described) keys.insert(match::NameKey(name));
  std::vector<std::string> results;
  for (const auto& tensor : target.tensors) results.push_back(tensor.name);
  const auto shared = std::ranges::count_if(
      results, [&](const std::string& name) { return keys.contains(match::NameKey(name)); });
  const std::string path = Printable(model.native());
  if (shared == 0) {
    return Failure(fmt::format(
        "'{}' and --inference_results have no tensor in common. The model has {}; the results have "
        "{}. Give the model that made the results.",
        path, FewNames(described, kNamed), FewNames(results, kNamed)));
  }
  if (static_cast<std::size_t>(shared) < results.size()) {
    LogWarn(
        "'{}' describes {} of {} tensors of --inference_results; it tells nothing of the others",
        path, shared, results.size());
  }
  return OkStatus();
}

// --graph_struct decides; the model fills what it leaves out.
Status AddModelGraph(const fs::path& path, store::GraphStruct graph, const store::Manifest& target,
                     VerificationSources& sources) {
  ACC_RETURN_IF_ERROR(CheckSharedNames(path, graph, target));
  if (sources.graph) {
    FillFrom(graph, *sources.graph);
  } else {
    sources.graph = std::move(graph);
  }
  return OkStatus();
}

// The run's own encodings are nearer to what was computed than those of the file.
void AddModelEncodings(const dlc::Model& model, std::vector<match::Pair>& pairs) {
  const ModelEncodings encodings = EncodingsOf(model);
  for (const std::string& note : encodings.notes) LogWarn("{}", note);
  std::map<std::string, const TensorEncoding*> known;
  for (const EncodedTensor& entry : encodings.tensors) {
    if (!entry.is_param) known.emplace(match::NameKey(entry.tensor->name), &entry.encoding);
  }
  for (match::Pair& pair : pairs) {
    const auto found = known.find(match::NameKey(pair.target.name));
    if (!pair.target.encoding && found != known.end()) pair.target.encoding = *found->second;
  }
}

Status ReadEncodings(const fs::path& path, VerificationSources& sources) {
  if (path.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(quantize::Overrides overrides, quantize::ReadOverrides(path));
  for (auto& [name, encoding] : overrides.activations) {
    sources.encoded_names.push_back(name);
    sources.encodings.emplace(match::NameKey(name), encoding);
    sources.encodings.insert_or_assign(name, std::move(encoding));
  }
  return OkStatus();
}

// Where golden is itself a target run, both may say the same.
std::vector<std::string> StatementsOf(const store::Manifest& golden,
                                      const store::Manifest& target) {
  std::vector<std::string> statements = golden.statements;
  for (const std::string& statement : target.statements) {
    if (!std::ranges::count(statements, statement)) statements.push_back(statement);
  }
  return statements;
}

// --tensor_mapping, or what --model_path and --framework make of it, or nothing.
Result<std::optional<store::TensorMapping>> ReadMapping(const ComparisonOptions& options,
                                                        const store::Manifest& golden,
                                                        const store::Manifest& target,
                                                        VerificationSources& sources) {
  std::optional<store::TensorMapping> mapping;
  if (const auto path = Resolved(options.tensor_mapping, options.common.working_dir);
      !path.empty()) {
    ACC_ASSIGN_OR_RETURN(mapping, store::ReadTensorMapping(path));
    return mapping;
  }
  if (options.model.model_path.empty() && options.model.framework.empty()) return mapping;
  ACC_ASSIGN_OR_RETURN(MappingModel model, ReadMappingModel(options.model, golden));
  ACC_RETURN_IF_ERROR(
      AddModelGraph(options.model.model_path, std::move(model.graph), target, sources));
  LogInfo("the tensor mapping of {} is made from '{}'", Counted(model.mapping.size(), "tensor"),
          Printable(options.model.model_path.native()));
  mapping = std::move(model.mapping);
  return mapping;
}

// How much of the target a comparison covers, where what is missing is not explained.
void StateCoverage(const match::Matches& matches, std::vector<std::string>& statements) {
  // Up to here the count at the end of the findings is enough.
  constexpr double kNearlyAll = 0.9;
  const auto lost = std::ranges::count_if(
      matches.unmatched_target, [](const match::Unmatched& tensor) { return !tensor.expected; });
  const std::size_t all = matches.pairs.size() + static_cast<std::size_t>(lost);
  const auto paired = static_cast<double>(matches.pairs.size());
  if (paired >= kNearlyAll * static_cast<double>(all)) return;
  statements.insert(
      statements.begin(),
      fmt::format("Only {} of {} target tensors have a golden twin ({:.0f} %); nothing is said of "
                  "the others.",
                  matches.pairs.size(), all, 100 * paired / static_cast<double>(all)));
}

// Files that somebody put beside a tensors.json may be meant to be compared.
Status StateUnlisted(std::string_view side, const fs::path& directory,
                     const store::Manifest& manifest, std::vector<std::string>& statements) {
  ACC_ASSIGN_OR_RETURN(const auto files, store::UnlistedRawFiles(directory, manifest));
  if (files.empty()) return OkStatus();
  statements.push_back(
      fmt::format("{} has {} that its tensors.json does not list and nobody compares: {}.", side,
                  Counted(files.size(), ".raw file"), FewNames(files, kNamed)));
  return OkStatus();
}

// Flags that are accepted for the contract's sake and change nothing.
void WarnOfUnusedFlags(const ComparisonOptions& options) {
  const bool has_model = !options.model.model_path.empty() || !options.model.framework.empty();
  if (has_model && !options.tensor_mapping.empty() && options.model.input_tensors.empty()) {
    LogWarn("--model_path and --framework are not used: --tensor_mapping is given");
  }
}

Status MatchTensors(const ComparisonOptions& options, VerificationSources& sources) {
  WarnOfUnusedFlags(options);
  ACC_ASSIGN_OR_RETURN(const auto model, ReadModel(options));
  ACC_ASSIGN_OR_RETURN(const auto golden, store::ListTensors(sources.golden_directory));
  ACC_ASSIGN_OR_RETURN(auto target, store::ListTensors(sources.target_directory));
  sources.statements = StatementsOf(golden, target);
  ACC_RETURN_IF_ERROR(
      StateUnlisted("Golden", sources.golden_directory, golden, sources.statements));
  ACC_RETURN_IF_ERROR(
      StateUnlisted("The target", sources.target_directory, target, sources.statements));
  for (store::TensorRecord& record : target.tensors) {
    // A directory that describes itself has no sizes, and says the types as well.
    if (record.file_bytes && options.data_type) record.type = *options.data_type;
  }
  if (model) {
    ACC_RETURN_IF_ERROR(AddModelGraph(ModelPath(options), GraphStructOf(*model), target, sources));
  }
  ACC_ASSIGN_OR_RETURN(const auto mapping, ReadMapping(options, golden, target, sources));
  ACC_ASSIGN_OR_RETURN(sources.matches,
                       match::Match({&golden, &target, mapping ? &*mapping : nullptr,
                                     sources.graph ? &*sources.graph : nullptr}));
  StateCoverage(sources.matches, sources.statements);
  if (model) AddModelEncodings(*model, sources.matches.pairs);
  return OkStatus();
}

// Encodings that belong to no compared tensor are named; where none belongs, the file is the wrong
// one.
Status CheckEncodings(const fs::path& path, const VerificationSources& sources) {
  std::set<std::string> known;
  for (const match::Pair& pair : sources.matches.pairs) {
    known.insert(match::NameKey(pair.target.name));
    known.insert(match::NameKey(pair.golden.name));
  }
  std::vector<std::string> strangers;
  for (const std::string& name : sources.encoded_names) {
    if (!known.contains(match::NameKey(name))) strangers.push_back(name);
  }
  if (strangers.empty()) return OkStatus();
  const std::size_t count = strangers.size();
  const std::string names = FewNames(strangers, kNamed);
  if (count == sources.encoded_names.size()) {
    return Failure(fmt::format(
        "none of the {} encodings of '{}' belongs to a compared tensor: {}. Check that the file is "
        "of the same model.",
        count, Printable(path.native()), names));
  }
  LogWarn("{} of {} encodings of '{}' belong to no compared tensor: {}", count,
          sources.encoded_names.size(), Printable(path.native()), names);
  return OkStatus();
}

Status FindTargetFiles(const ComparisonOptions& options, VerificationSources& sources) {
  std::error_code ignored;
  const bool has_manifest = fs::exists(sources.target_directory / "tensors.json", ignored);
  for (const match::Pair& pair : sources.matches.pairs) {
    ACC_ASSIGN_OR_RETURN(TargetFile file, TargetFileOf(pair.target, has_manifest, options.data_type,
                                                       EncodingOf(sources, pair)));
    sources.target_files.push_back(std::move(file));
  }
  const auto integers = std::ranges::count_if(sources.target_files, &TargetFile::stays_integer);
  if (integers > 0) {
    LogWarn(
        "{} of {} target tensors are {} and compared as integers: no encoding says which real "
        "numbers they stand for (--target_encodings)",
        integers, sources.target_files.size(),
        Name(options.data_type.value_or(ElementType::kUndefined)));
  }
  return OkStatus();
}

// The elements of each pair's golden file; 0 for one that cannot be read.
std::vector<std::uint64_t> GoldenCounts(const VerificationSources& sources) {
  std::vector<std::uint64_t> counts;
  for (const match::Pair& pair : sources.matches.pairs) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(sources.golden_directory / pair.golden.file, error);
    counts.push_back(error ? 0 : bytes / sizeof(float));
  }
  return counts;
}

}  // namespace

Status CheckVerifierConfig(const ComparisonOptions& options) {
  const fs::path path = Resolved(options.verifier_config, options.common.working_dir);
  return path.empty() ? OkStatus() : ReadVerifierConfig(path).status();
}

std::optional<TensorEncoding> EncodingOf(const VerificationSources& sources,
                                         const match::Pair& pair) {
  for (const std::string& name :
       {pair.target.name, pair.golden.name, match::NameKey(pair.target.name),
        match::NameKey(pair.golden.name)}) {
    const auto found = sources.encodings.find(name);
    if (found != sources.encodings.end()) return found->second;
  }
  return pair.target.encoding;
}

bool AsksFor(const std::vector<PlannedColumn>& columns, std::string_view verifier) {
  return std::any_of(columns.begin(), columns.end(), [&](const PlannedColumn& planned) {
    return planned.column.request.info->name == verifier;
  });
}

Status CheckScaledDiff(const ComparisonOptions& options, const std::vector<PlannedColumn>& columns,
                       const GraphFlags& graph_flags) {
  const bool is_told = !options.graph_struct.empty() || !ModelPath(options).empty() ||
                       !options.model.model_path.empty();
  if (is_told || !AsksFor(columns, "ScaledDiff")) return OkStatus();
  const fs::path& working_dir = options.common.working_dir;
  const auto folders =
      FindRunFolders(Resolved(options.golden_output_reference_directory, working_dir),
                     Resolved(options.inference_results, working_dir));
  if (folders.ok() && !GraphStructBeside(folders->target).empty()) return OkStatus();
  return UsageError(fmt::format(
      "ScaledDiff needs {}, to know which tensors each layer reads. An inference_engine run keeps "
      "its graph struct in its folder, as <model>_graph_struct.json.",
      graph_flags.all));
}

Result<VerificationSources> ReadSources(const ComparisonOptions& options,
                                        std::vector<PlannedColumn> columns,
                                        const GraphFlags& graph_flags) {
  const fs::path& working_dir = options.common.working_dir;
  VerificationSources sources;
  sources.graph_flags = graph_flags;
  sources.columns = std::move(columns);
  ACC_ASSIGN_OR_RETURN(
      RunFolders folders,
      FindRunFolders(Resolved(options.golden_output_reference_directory, working_dir),
                     Resolved(options.inference_results, working_dir)));
  sources.golden_directory = std::move(folders.golden);
  sources.target_directory = std::move(folders.target);
  ACC_RETURN_IF_ERROR(ReadGraph(options, sources));
  sources.golden_graph = GoldenGraph(sources.golden_directory);
  const fs::path encodings = Resolved(options.target_encodings, working_dir);
  ACC_RETURN_IF_ERROR(ReadEncodings(encodings, sources));
  ACC_RETURN_IF_ERROR(MatchTensors(options, sources));
  ACC_RETURN_IF_ERROR(CheckEncodings(encodings, sources));
  ACC_RETURN_IF_ERROR(FindTargetFiles(options, sources));
  if (const auto path = Resolved(options.verifier_config, working_dir); !path.empty()) {
    ACC_ASSIGN_OR_RETURN(const VerifierConfig config, ReadVerifierConfig(path));
    ACC_RETURN_IF_ERROR(AddConfiguredColumns(config, sources.matches.pairs, GoldenCounts(sources),
                                             sources.columns));
    ACC_RETURN_IF_ERROR(CheckScaledDiff(options, sources.columns, graph_flags));
  }
  return sources;
}

}  // namespace acc::features
