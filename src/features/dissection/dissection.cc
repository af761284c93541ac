// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/dissection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "convert/convert.h"
#include "features/dissection/causes.h"
#include "features/dissection/layer_errors.h"
#include "features/dissection/line_values.h"
#include "features/dissection/reproducer.h"
#include "features/dissection/whole_run.h"
#include "quantize/encodings_file.h"
#include "report/dissection.h"
#include "store/dissection.h"
#include "store/file_names.h"
#include "store/manifest.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

std::map<std::string, store::TensorRecord> ByName(store::Manifest manifest) {
  std::map<std::string, store::TensorRecord> records;
  for (store::TensorRecord& record : manifest.tensors) {
    std::string name = record.name;
    records.emplace(std::move(name), std::move(record));
  }
  return records;
}

// Where the layer of --only is written.
fs::path FolderOf(const DissectionSources& sources) {
  return sources.run / store::FileNames().PathFor("layer_" + convert::SanitizedName(sources.only));
}

// The golden tensors, under the names of their twins.
Result<TensorFiles> GoldenOf(const DissectionSources& sources) {
  ACC_ASSIGN_OR_RETURN(store::Manifest manifest, store::ListTensors(sources.golden));
  const auto golden = ByName(std::move(manifest));
  TensorFiles files{.directory = sources.golden};
  for (const auto& [target, source] : sources.mapping) {
    if (const auto found = golden.find(source); found != golden.end()) {
      files.records.emplace(target, found->second);
    }
  }
  return files;
}

Result<TensorFiles> TargetOf(const DissectionSources& sources) {
  const fs::path directory = sources.run / "output" / fmt::format("Result_{}", sources.line);
  ACC_ASSIGN_OR_RETURN(store::Manifest manifest, store::ReadManifest(directory));
  return TensorFiles{.directory = directory, .records = ByName(std::move(manifest))};
}

std::string WithoutGolden(const std::vector<store::LayerErrors>& layers, const fs::path& golden) {
  std::vector<std::string> names;
  for (const store::LayerErrors& layer : layers) {
    if (!layer.has_golden) names.push_back(layer.tensor);
  }
  if (names.empty()) return "";
  constexpr std::size_t kShown = 5;
  return fmt::format(
      "{} of {} tensors have no golden in '{}' ({}): what the converted model makes of them in "
      "float stands in",
      names.size(), layers.size(), Printable(golden.native()), FewNames(names, kShown));
}

// The lowest of the outputs in the whole run.
std::optional<double> OutputOf(const model::Graph& graph,
                               const std::vector<store::LayerErrors>& layers) {
  std::optional<double> lowest;
  for (const store::LayerErrors& layer : layers) {
    if (!model::IsGraphOutput(graph, layer.tensor) || !layer.accumulated) continue;
    lowest = std::min(lowest.value_or(*layer.accumulated), *layer.accumulated);
  }
  return lowest;
}

// The whole model on the target with the ranges of all remedies, which are written for
// --quantization_overrides.
Status TryRemedies(const CauseSources& causes,
                   const std::map<std::string, TensorEncoding>& remedies, const fs::path& run,
                   store::Dissection& dissection) {
  if (remedies.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(auto quantized, QuantizedWith(causes.layers.model, remedies));
  quantize::Overrides overrides;
  for (const auto& [name, encoding] : remedies) {
    (quantized.params.contains(name) ? overrides.params : overrides.activations)[name] = encoding;
  }
  ACC_ASSIGN_OR_RETURN(
      dissection.mended_db,
      OutputOnTarget(causes.layers, causes.inputs, std::move(quantized), "all remedies together"));
  return quantize::WriteEncodings(run / "dissection_overrides.json", overrides);
}

Result<store::Dissection> Measure(const DissectionSources& sources, const fs::path& scratch) {
  ACC_ASSIGN_OR_RETURN(TensorFiles golden, GoldenOf(sources));
  ACC_ASSIGN_OR_RETURN(TensorFiles target, TargetOf(sources));
  TargetModel whole = sources.model;
  whole.selected.clear();
  std::vector<std::string> tensors;
  for (const target::Tap& tap : ProgramOf(whole, false).taps) tensors.push_back(tap.tensor);
  ACC_ASSIGN_OR_RETURN(const LineValues values,
                       LineValues::Create({.model = sources.model,
                                           .lines = sources.lines,
                                           .line = sources.line,
                                           .golden = std::move(golden),
                                           .target = std::move(target),
                                           .scratch = scratch,
                                           .memory_budget_bytes = sources.memory_budget_bytes},
                                          tensors));
  const LayersToMeasure layers{.model = sources.model,
                               .values = values,
                               .engine = sources.engine,
                               .is_host = sources.is_host,
                               .scratch = scratch,
                               .memory_budget_bytes = sources.memory_budget_bytes};
  if (!sources.only.empty()) {
    ACC_RETURN_IF_ERROR(WriteLayer(layers, sources.only, sources.engine_words, FolderOf(sources)));
  }
  ACC_ASSIGN_OR_RETURN(MeasuredLayers measured, MeasureLayers(layers));
  store::Dissection dissection{.line = sources.line, .layers = std::move(measured.layers)};
  dissection.output_db = OutputOf(sources.model.converted.graph, dissection.layers);
  ACC_ASSIGN_OR_RETURN(const auto inputs, sources.lines.Read(sources.line));
  const CauseSources causes{.layers = layers, .measured = measured, .inputs = inputs};
  ACC_ASSIGN_OR_RETURN(const auto remedies, FindCauses(causes, dissection));
  ACC_RETURN_IF_ERROR(TryRemedies(causes, remedies, sources.run, dissection));
  return dissection;
}

}  // namespace

Result<std::vector<std::string>> Dissect(const DissectionSources& sources) {
  LogInfo("taking the target run of inference {} apart", sources.line);
  const fs::path scratch = sources.run / "dissection_values";
  const auto dissection = Measure(sources, scratch);
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  ACC_RETURN_IF_ERROR(dissection.status());
  ACC_RETURN_IF_ERROR(store::WriteDissection(sources.run / "dissection.json", *dissection));
  ACC_RETURN_IF_ERROR(
      WriteFileAtomically(sources.run / "dissection.csv", report::DissectionCsv(*dissection)));
  std::vector<std::string> lines = report::DissectionLines(*dissection);
  const std::string missing = WithoutGolden(dissection->layers, sources.golden);
  if (!missing.empty()) lines.push_back(missing);
  if (!sources.only.empty()) {
    lines.push_back(fmt::format("the layer of '{}' as a model of its own: {}",
                                Printable(sources.only), Printable(FolderOf(sources).native())));
  }
  return lines;
}

}  // namespace acc::features
