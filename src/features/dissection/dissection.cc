// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/dissection.h"

#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <map>
#include <span>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "convert/convert.h"
#include "features/dissection/causes.h"
#include "features/dissection/cuts.h"
#include "features/dissection/layer_errors.h"
#include "features/dissection/line_values.h"
#include "features/dissection/measured_lines.h"
#include "features/dissection/model_variants.h"
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
Result<TensorFiles> GoldenOf(const DissectionSources& sources, std::size_t line) {
  TensorFiles files{.directory = sources.golden};
  if (line != sources.chosen.front()) return files;
  ACC_ASSIGN_OR_RETURN(store::Manifest manifest, store::ListTensors(sources.golden));
  const auto golden = ByName(std::move(manifest));
  for (const auto& [target, source] : sources.mapping) {
    if (const auto found = golden.find(source); found != golden.end()) {
      files.records.emplace(target, found->second);
    }
  }
  return files;
}

Result<TensorFiles> TargetOf(const DissectionSources& sources, std::size_t line) {
  const fs::path directory = sources.run / "output" / fmt::format("Result_{}", line);
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

// The whole model on the target with the ranges of all remedies, which are written for
// --quantization_overrides.
Status TryRemedies(const CauseSources& causes,
                   const std::map<std::string, TensorEncoding>& remedies, const fs::path& run,
                   store::Dissection& dissection) {
  if (remedies.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(auto quantized, QuantizedWith(causes.lines.front().layers.model, remedies));
  quantize::Overrides overrides;
  for (const auto& [name, encoding] : remedies) {
    (quantized.params.contains(name) ? overrides.params : overrides.activations)[name] = encoding;
  }
  ACC_ASSIGN_OR_RETURN(
      dissection.mended_db,
      OutputOnTarget(causes.lines, causes.inputs, std::move(quantized), "all remedies together"));
  return quantize::WriteEncodings(run / "dissection_overrides.json", overrides);
}

// Where along the model the output gets bad. Of an output that is faithful only where every cut is
// asked for.
Status AddCuts(const DissectionSources& sources, std::span<const MeasuredLine> lines,
               store::Dissection& dissection) {
  if (!dissection.output_db) return OkStatus();
  if (!sources.every_cut && AreFaithful(dissection.lines)) return OkStatus();
  auto cuts =
      sources.every_cut ? CutEverywhere(lines, sources.lines) : BisectCuts(lines, sources.lines);
  if (cuts.status().code() == StatusCode::kInterrupted) return cuts.status();
  if (cuts.ok()) {
    dissection.cuts = std::move(*cuts);
  } else {
    LogInfo("the model is not cut: {}", cuts.status().message());
  }
  return OkStatus();
}

Result<LineValues> ValuesOf(const DissectionSources& sources, std::size_t line,
                            const fs::path& scratch) {
  ACC_ASSIGN_OR_RETURN(TensorFiles golden, GoldenOf(sources, line));
  ACC_ASSIGN_OR_RETURN(TensorFiles target, TargetOf(sources, line));
  return LineValues::Create({.model = sources.model,
                             .lines = sources.lines,
                             .line = line,
                             .golden = std::move(golden),
                             .target = std::move(target),
                             .scratch = scratch,
                             .memory_budget_bytes = sources.memory_budget_bytes});
}

LayersToMeasure LayersOf(const DissectionSources& sources, const LineValues& values,
                         const fs::path& scratch) {
  return {.model = sources.model,
          .values = values,
          .engine = sources.engine,
          .is_host = sources.is_host,
          .scratch = scratch,
          .memory_budget_bytes = sources.memory_budget_bytes};
}

// Runs the layers of all chosen lines, one line after the other.
class LinesApart {
 public:
  explicit LinesApart(const DissectionSources& sources) : sources_(sources) {}

  Status Measure(const fs::path& scratch) {
    for (const std::size_t line : sources_.chosen) {
      const fs::path folder = scratch / std::to_string(line);
      ACC_ASSIGN_OR_RETURN(LineValues created, ValuesOf(sources_, line, folder));
      const LineValues& values = values_.emplace_back(std::move(created));
      const LayersToMeasure& layers = layers_.emplace_back(LayersOf(sources_, values, folder));
      if (line == sources_.chosen.front() && !sources_.only.empty()) {
        ACC_RETURN_IF_ERROR(
            WriteLayer(layers, sources_.only, sources_.engine_words, FolderOf(sources_)));
      }
      ACC_ASSIGN_OR_RETURN(measured_.emplace_back(), MeasureLayers(layers));
      lines_.push_back({.line = line, .layers = layers, .measured = measured_.back()});
    }
    return OkStatus();
  }

  std::span<const MeasuredLine> lines() const { return lines_; }

 private:
  const DissectionSources& sources_;
  // Lists: the lines hold references to their elements.
  std::list<LineValues> values_;
  std::list<LayersToMeasure> layers_;
  std::list<MeasuredLayers> measured_;
  std::vector<MeasuredLine> lines_;
};

Result<store::Dissection> Measure(const DissectionSources& sources, const fs::path& scratch) {
  LinesApart apart(sources);
  ACC_RETURN_IF_ERROR(apart.Measure(scratch));
  const model::Graph& graph = sources.model.converted.graph;
  store::Dissection dissection{.line = sources.chosen.front(),
                               .lines = OutputsOf(graph, apart.lines()),
                               .layers = PooledLayers(apart.lines())};
  dissection.output_db = PooledOutput(dissection.lines);
  const CauseSources causes{.lines = apart.lines(), .inputs = sources.lines};
  ACC_ASSIGN_OR_RETURN(const auto remedies, FindCauses(causes, dissection));
  ACC_RETURN_IF_ERROR(TryRemedies(causes, remedies, sources.run, dissection));
  ACC_RETURN_IF_ERROR(AddCuts(sources, apart.lines(), dissection));
  return dissection;
}

}  // namespace

Result<std::vector<std::string>> Dissect(const DissectionSources& sources) {
  LogInfo("taking the target run of {} apart", Counted(sources.chosen.size(), "inference"));
  const fs::path scratch = sources.run / "dissection_values";
  const auto dissection = Measure(sources, scratch);
  std::error_code ignored;
  fs::remove_all(scratch, ignored);
  ACC_RETURN_IF_ERROR(dissection.status());
  ACC_RETURN_IF_ERROR(store::WriteDissection(sources.run / "dissection.json", *dissection));
  ACC_RETURN_IF_ERROR(
      WriteFileAtomically(sources.run / "dissection.csv", report::DissectionCsv(*dissection)));
  if (sources.chosen.size() > 1) {
    ACC_RETURN_IF_ERROR(WriteFileAtomically(sources.run / "dissection_lines.csv",
                                            report::DissectionLinesCsv(*dissection)));
  }
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
