// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/dissection/cause_kinds.h"
#include "features/dissection/error_injection.h"
#include "features/dissection/model_variants.h"
#include "features/dissection/tensor_errors.h"
#include "features/dissection/whole_run.h"
#include "features/shared/noise_halving.h"
#include "features/shared/noise_sums.h"
#include "verify/comparison.h"

namespace acc::features {
namespace {

using store::ErrorPart;

constexpr std::size_t kMostCauses = 5;
constexpr std::size_t kMostRuns = 40;
constexpr std::size_t kMostLeftOut = 3;  // Each is a run of the whole model on the target.

// Where most of the noise is there in float already, conversion comes first: ranges that were
// calibrated on wrong values clip the right ones.
double RankOf(const store::Cause& cause) {
  constexpr double kMost = 0.5;
  const bool leads = cause.part == ErrorPart::kConversion && cause.share >= kMost;
  return leads ? 1 + cause.share : cause.share;
}

using Parts = std::map<std::string, std::map<ErrorPart, ErrorOfTensor>>;

class Finder {
 public:
  Finder(const CauseSources& sources, const ErrorInjection& injection,
         std::vector<std::string> tensors)
      : sources_(sources), injection_(injection), tensors_(std::move(tensors)) {}

  Result<std::map<std::string, TensorEncoding>> Run(store::Dissection& dissection) {
    const auto measure = [&](std::size_t first, std::size_t count) {
      return MeasureOwn(first, count, dissection);
    };
    ACC_ASSIGN_OR_RETURN(const NoiseHalving halving,
                         HalveNoise(tensors_.size(), measure, kMostCauses, kMostRuns));
    dissection.all_errors_db = halving.all_db;
    for (const SourceNoise& source : halving.sources) {
      ACC_ASSIGN_OR_RETURN(const auto decibels, OutputsWith([&](std::size_t tensor) {
                             return tensor != source.source;
                           }));
      RowOf(dissection, tensors_[source.source]).without = MeanNoiseDb(decibels);
    }
    ACC_ASSIGN_OR_RETURN(const Parts parts, PartsOfSuspects(halving));
    for (const SourceNoise& source : halving.sources) {
      const store::LayerErrors& row = RowOf(dissection, tensors_[source.source]);
      const std::size_t worst = WorstLine(row.tensor);
      if (alone_.at(row.tensor)[worst] >= verify::kFaithfulDb) continue;
      store::Cause cause{.tensor = row.tensor,
                         .op_type = row.op_type,
                         .output_db = source.output_db,
                         .share = std::min(source.part, 1.0),
                         .line = sources_.lines[worst].line};
      if (sources_.lines.size() > 1) cause.lines = LinesOf(row.tensor);
      ACC_RETURN_IF_ERROR(Explain(worst, parts, row.group, cause));
      if (dissection.causes.size() < kMostLeftOut) ACC_RETURN_IF_ERROR(LeaveOut(row.group, cause));
      dissection.causes.push_back(std::move(cause));
    }
    std::ranges::stable_sort(dissection.causes, std::ranges::greater(), &RankOf);
    return remedies_;
  }

 private:
  // The output of each line with the own errors of the tensors that are `wanted`.
  Result<std::vector<double>> OutputsWith(
      const std::function<bool(std::size_t tensor)>& wanted) const {
    std::vector<double> decibels;
    for (std::size_t line = 0; line < sources_.lines.size(); ++line) {
      Errors errors;
      for (std::size_t i = 0; i < tensors_.size(); ++i) {
        if (!wanted(i) || !HasOwn(line, tensors_[i])) continue;
        ACC_ASSIGN_OR_RETURN(errors[tensors_[i]], OwnError(line, tensors_[i]));
      }
      ACC_ASSIGN_OR_RETURN(decibels.emplace_back(), injection_.Measure(line, errors));
    }
    return decibels;
  }

  Result<double> MeasureOwn(std::size_t first, std::size_t count, store::Dissection& dissection) {
    ACC_ASSIGN_OR_RETURN(std::vector<double> decibels, OutputsWith([&](std::size_t tensor) {
                           return tensor >= first && tensor < first + count;
                         }));
    const double db = MeanNoiseDb(decibels);
    LogDebug("own errors of {} from '{}' on: {:.1f} dB at the output", Counted(count, "layer"),
             Printable(tensors_[first]), db);
    for (std::size_t i = first; i < first + count; ++i) {
      store::LayerErrors& row = RowOf(dissection, tensors_[i]);
      row.alone_at_least = std::max(row.alone_at_least.value_or(db), db);
      if (count == 1) row.alone = db;
    }
    if (count == 1) alone_[tensors_[first]] = std::move(decibels);
    return db;
  }

  // The place of the line with which a layer alone leaves the output worst.
  std::size_t WorstLine(const std::string& tensor) const {
    const std::vector<double>& decibels = alone_.at(tensor);
    return static_cast<std::size_t>(std::ranges::min_element(decibels) - decibels.begin());
  }

  std::vector<store::LineOutput> LinesOf(const std::string& tensor) const {
    std::vector<store::LineOutput> outputs;
    for (std::size_t line = 0; line < sources_.lines.size(); ++line) {
      outputs.push_back({sources_.lines[line].line, alone_.at(tensor)[line]});
    }
    return outputs;
  }

  bool HasOwn(std::size_t line, const std::string& tensor) const {
    return sources_.lines[line].measured.own_errors.contains(tensor);
  }

  static store::LayerErrors& RowOf(store::Dissection& dissection, const std::string& tensor) {
    return *std::ranges::find(dissection.layers, tensor, &store::LayerErrors::tensor);
  }

  Result<ErrorOfTensor> OwnError(std::size_t line, const std::string& tensor) const {
    const MeasuredLine& at = sources_.lines[line];
    const MeasuredLayers::Files& files = at.measured.own_errors.at(tensor);
    const Shape& dims = at.layers.values.InfoOf(tensor).dims;
    ErrorOfTensor error;
    ACC_ASSIGN_OR_RETURN(error.from, ReadTensor(files.from, ElementType::kFloat32, dims));
    ACC_ASSIGN_OR_RETURN(error.to, ReadTensor(files.to, ElementType::kFloat32, dims));
    return error;
  }

  // Each on the line where it does most harm.
  Result<Parts> PartsOfSuspects(const NoiseHalving& halving) const {
    std::map<std::size_t, std::set<std::string>> suspects;
    for (const SourceNoise& source : halving.sources) {
      const std::string& tensor = tensors_[source.source];
      suspects[WorstLine(tensor)].insert(tensor);
    }
    Parts parts;
    for (const auto& [line, tensors] : suspects) {
      ACC_RETURN_IF_ERROR(PartsOf(
          sources_.lines[line].layers, tensors,
          [&](const std::string& tensor, ErrorPart part, const ErrorOfTensor& error) -> Status {
            if (part != ErrorPart::kNone) parts[tensor][part] = error;
            return OkStatus();
          }));
    }
    return parts;
  }

  // The part with which alone the output is worst, and what mends that.
  Status Explain(std::size_t line, const Parts& parts, const std::vector<std::string>& nodes,
                 store::Cause& cause) {
    const LayersToMeasure& layers = sources_.lines[line].layers;
    const auto found = parts.find(cause.tensor);
    if (found == parts.end()) return OkStatus();
    double worst = 0;
    for (const auto& [part, error] : found->second) {
      ACC_ASSIGN_OR_RETURN(const double db, injection_.Measure(line, {{cause.tensor, error}}));
      if (std::isinf(db) || (cause.part != ErrorPart::kNone && db >= worst)) continue;
      cause.part = part;
      worst = db;
    }
    if (cause.part == ErrorPart::kNone) return OkStatus();
    ACC_ASSIGN_OR_RETURN(const Tensor reference, layers.values.Reference(cause.tensor));
    const auto try_error = [&](const ErrorOfTensor& error) {
      return injection_.Measure(line, {{cause.tensor, error}});
    };
    ACC_ASSIGN_OR_RETURN(const auto encodings,
                         ExplainPart({.layers = layers,
                                      .nodes = nodes,
                                      .reference = reference,
                                      .value = found->second.at(cause.part).to,
                                      .alone_db = worst,
                                      .output_db = try_error},
                                     cause));
    for (const auto& [tensor, encoding] : encodings) {
      const auto [known, is_new] = remedies_.emplace(tensor, encoding);
      const double scale = encoding.channels.front().scale;
      if (!is_new && known->second.channels.front().scale < scale) known->second = encoding;
    }
    return OkStatus();
  }

  // The run of the whole model in which this layer alone computes in float.
  Status LeaveOut(const std::vector<std::string>& nodes, store::Cause& cause) const {
    const LayersToMeasure& layers = sources_.lines.front().layers;
    if (!layers.model.quantized) return OkStatus();
    ACC_ASSIGN_OR_RETURN(auto quantized, QuantizedWithout(layers.model, cause.tensor, nodes));
    ACC_ASSIGN_OR_RETURN(
        cause.without_db,
        OutputOnTarget(sources_.lines, sources_.inputs, std::move(quantized), "a layer in float"));
    return OkStatus();
  }

  const CauseSources& sources_;
  const ErrorInjection& injection_;
  const std::vector<std::string> tensors_;            // In the graph's order.
  std::map<std::string, std::vector<double>> alone_;  // The output of each line with it alone.
  std::map<std::string, TensorEncoding> remedies_;
};

// The lowest SQNR of what the converted model gives in float, against golden.
Result<std::optional<double>> FloatOutput(const CauseSources& sources,
                                          const std::vector<store::LayerErrors>& layers) {
  std::optional<double> lowest;
  const LayersToMeasure& golden = sources.lines.front().layers;
  const LineValues& values = golden.values;
  for (const store::LayerErrors& layer : layers) {
    const bool is_output = model::IsGraphOutput(golden.model.converted.graph, layer.tensor);
    if (!is_output || !layer.has_golden) continue;
    ACC_ASSIGN_OR_RETURN(const Tensor exact, values.Reference(layer.tensor));
    ACC_ASSIGN_OR_RETURN(const Tensor in_float, values.InFloat(layer.tensor));
    const auto db = SqnrOf(exact, in_float);
    if (db) lowest = std::min(lowest.value_or(*db), *db);
  }
  return lowest;
}

// Layers that the converted model gets wrong in float already. What that does to the output is seen
// of all of them together.
Status AddConversions(const CauseSources& sources, store::Dissection& dissection) {
  ACC_ASSIGN_OR_RETURN(const auto output_db, FloatOutput(sources, dissection.layers));
  const auto run_db = dissection.lines.front().output_db;
  if (!output_db || !run_db || *output_db >= verify::kFaithfulDb) return OkStatus();
  const double share = std::pow(10, (*run_db - *output_db) / 10);
  if (share < kLeastPart) return OkStatus();
  for (const store::LayerErrors& layer : dissection.layers) {
    if (!layer.has_golden || layer.conversion.value_or(verify::kFaithfulDb) >= verify::kFaithfulDb)
      continue;
    dissection.causes.push_back(
        {.tensor = layer.tensor,
         .op_type = layer.op_type,
         .part = ErrorPart::kConversion,
         .kind = "conversion",
         .proof = fmt::format("in float, on golden inputs, it gives {:.1f} dB against golden",
                              *layer.conversion),
         .output_db = *output_db,
         .share = std::min(1.0, share),
         .line = dissection.line});
    if (dissection.causes.size() == kMostCauses) break;
  }
  return OkStatus();
}

// Outputs that capturing changed: what ships is another.
void AddCaptures(store::Dissection& dissection) {
  if (!dissection.output_db) return;
  for (const store::LayerErrors& layer : dissection.layers) {
    if (layer.capture.value_or(verify::kFaithfulDb) >= verify::kFaithfulDb) continue;
    const double share = std::pow(10, (*dissection.output_db - *layer.capture) / 10);
    if (share < kLeastPart) continue;
    dissection.causes.push_back(
        {.tensor = layer.tensor,
         .op_type = layer.op_type,
         .part = ErrorPart::kCapture,
         .kind = "capture",
         .proof = fmt::format("the run without capture gives another output, against which this "
                              "one has {:.1f} dB",
                              *layer.capture),
         .output_db = *layer.capture,
         .share = std::min(1.0, share),
         .line = dissection.line});
  }
}

// Those with an own error, in the graph's order. Where not all of these fit the memory together,
// the ones with the lowest own SQNR that do.
std::vector<std::string> LayersToTry(const CauseSources& sources, store::Dissection& dissection) {
  std::vector<const store::LayerErrors*> layers;
  for (const store::LayerErrors& layer : dissection.layers) {
    const bool has_own = std::ranges::any_of(sources.lines, [&](const MeasuredLine& line) {
      return line.measured.own_errors.contains(layer.tensor);
    });
    if (has_own) layers.push_back(&layer);
  }
  std::vector<const store::LayerErrors*> loudest = layers;
  std::ranges::stable_sort(loudest, {}, [](const store::LayerErrors* layer) {
    return layer->own.value_or(std::numeric_limits<double>::infinity());
  });
  const LayersToMeasure& measured = sources.lines.front().layers;
  std::set<std::string> fits;
  std::uint64_t bytes = 0;
  for (const store::LayerErrors* layer : loudest) {
    const Shape& dims = measured.values.InfoOf(layer->tensor).dims;
    bytes += 2 * ByteSize(ElementType::kFloat32, ElementCount(dims).value_or(0));
    if (bytes > measured.memory_budget_bytes) break;
    fits.insert(layer->tensor);
  }
  if (fits.size() < layers.size()) {
    dissection.cause_note = fmt::format(
        "causes were looked for among the {} layers with the largest own errors, of {}: more do "
        "not "
        "fit --memory_budget_mb",
        fits.size(), layers.size());
  }
  std::vector<std::string> tensors;
  for (const store::LayerErrors* layer : layers) {
    if (fits.contains(layer->tensor)) tensors.push_back(layer->tensor);
  }
  return tensors;
}

Result<ErrorInjection> InjectionOf(const CauseSources& sources,
                                   const std::vector<std::string>& tensors) {
  const model::Graph& graph = sources.lines.front().layers.model.converted.graph;
  ACC_ASSIGN_OR_RETURN(ErrorInjection injection,
                       ErrorInjection::Create(graph, tensors, InjectionKind::kErrors));
  for (const MeasuredLine& line : sources.lines) {
    const auto read = [&sources, number = line.line] { return sources.inputs.Read(number); };
    ACC_RETURN_IF_ERROR(injection.AddLine(read));
  }
  return injection;
}

}  // namespace

Result<std::map<std::string, TensorEncoding>> FindCauses(const CauseSources& sources,
                                                         store::Dissection& dissection) {
  const std::map<std::string, TensorEncoding> none;
  if (AreFaithful(dissection.lines)) {
    dissection.cause_note = "the output is faithful, so that none is looked for";
    return none;
  }
  ACC_RETURN_IF_ERROR(AddConversions(sources, dissection));
  AddCaptures(dissection);
  const std::vector<std::string> tensors = LayersToTry(sources, dissection);
  if (tensors.empty()) {
    dissection.cause_note = "no layer has an error of its own";
    return none;
  }
  const auto injection = InjectionOf(sources, tensors);
  if (!injection.ok()) {
    if (injection.status().code() == StatusCode::kInterrupted) return injection.status();
    dissection.cause_note = injection.status().message();
    return none;
  }
  return Finder(sources, *injection, tensors).Run(dissection);
}

}  // namespace acc::features
