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
#include "features/dissection/whole_run.h"
#include "features/shared/noise_halving.h"
#include "verify/comparison.h"

namespace acc::features {
namespace {

using store::ErrorPart;

constexpr std::size_t kMostCauses = 5;
constexpr std::size_t kMostRuns = 40;
constexpr std::size_t kMostLeftOut = 3;  // Each is a run of the whole model on the target.

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
    ACC_ASSIGN_OR_RETURN(const Parts parts, PartsOfSuspects(halving));
    for (const SourceNoise& source : halving.sources) {
      if (source.output_db >= verify::kFaithfulDb) continue;
      const store::LayerErrors& row = RowOf(dissection, tensors_[source.source]);
      store::Cause cause{.tensor = row.tensor,
                         .op_type = row.op_type,
                         .output_db = source.output_db,
                         .share = std::min(source.part, 1.0)};
      ACC_RETURN_IF_ERROR(Explain(parts, row.group, cause));
      if (dissection.causes.size() < kMostLeftOut) ACC_RETURN_IF_ERROR(LeaveOut(row.group, cause));
      dissection.causes.push_back(std::move(cause));
    }
    std::ranges::stable_sort(dissection.causes, std::ranges::greater(), &store::Cause::share);
    return remedies_;
  }

 private:
  Result<double> MeasureOwn(std::size_t first, std::size_t count, store::Dissection& dissection) {
    Errors errors;
    for (std::size_t i = first; i < first + count; ++i) {
      ACC_ASSIGN_OR_RETURN(errors[tensors_[i]], OwnError(tensors_[i]));
    }
    ACC_ASSIGN_OR_RETURN(const double db, injection_.Measure(errors));
    LogDebug("own errors of {} from '{}' on: {:.1f} dB at the output", Counted(count, "layer"),
             Printable(tensors_[first]), db);
    if (count == 1) RowOf(dissection, tensors_[first]).alone = db;
    return db;
  }

  static store::LayerErrors& RowOf(store::Dissection& dissection, const std::string& tensor) {
    return *std::ranges::find(dissection.layers, tensor, &store::LayerErrors::tensor);
  }

  Result<ErrorOfTensor> OwnError(const std::string& tensor) const {
    const MeasuredLayers::Files& files = sources_.measured.own_errors.at(tensor);
    const Shape& dims = sources_.layers.values.InfoOf(tensor).dims;
    ErrorOfTensor error;
    ACC_ASSIGN_OR_RETURN(error.from, ReadTensor(files.from, ElementType::kFloat32, dims));
    ACC_ASSIGN_OR_RETURN(error.to, ReadTensor(files.to, ElementType::kFloat32, dims));
    return error;
  }

  Result<Parts> PartsOfSuspects(const NoiseHalving& halving) const {
    std::set<std::string> suspects;
    for (const SourceNoise& source : halving.sources) suspects.insert(tensors_[source.source]);
    Parts parts;
    if (suspects.empty()) return parts;
    ACC_RETURN_IF_ERROR(PartsOf(
        sources_.layers, suspects,
        [&](const std::string& tensor, ErrorPart part, const ErrorOfTensor& error) -> Status {
          if (part != ErrorPart::kNone) parts[tensor][part] = error;
          return OkStatus();
        }));
    return parts;
  }

  // The part with which alone the output is worst, and what mends that.
  Status Explain(const Parts& parts, const std::vector<std::string>& nodes, store::Cause& cause) {
    const auto found = parts.find(cause.tensor);
    if (found == parts.end()) return OkStatus();
    double worst = 0;
    for (const auto& [part, error] : found->second) {
      ACC_ASSIGN_OR_RETURN(const double db, injection_.Measure({{cause.tensor, error}}));
      if (std::isinf(db) || (cause.part != ErrorPart::kNone && db >= worst)) continue;
      cause.part = part;
      worst = db;
    }
    if (cause.part == ErrorPart::kNone) return OkStatus();
    ACC_ASSIGN_OR_RETURN(const Tensor reference, sources_.layers.values.Reference(cause.tensor));
    const auto try_error = [&](const ErrorOfTensor& error) {
      return injection_.Measure({{cause.tensor, error}});
    };
    ACC_ASSIGN_OR_RETURN(const auto encodings,
                         ExplainPart({.layers = sources_.layers,
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
    if (!sources_.layers.model.quantized) return OkStatus();
    ACC_ASSIGN_OR_RETURN(auto quantized, QuantizedWithout(sources_.layers, cause.tensor, nodes));
    ACC_ASSIGN_OR_RETURN(
        cause.without_db,
        OutputOnTarget(sources_.layers, sources_.inputs, std::move(quantized), "a layer in float"));
    return OkStatus();
  }

  const CauseSources& sources_;
  const ErrorInjection& injection_;
  const std::vector<std::string> tensors_;  // In the graph's order.
  std::map<std::string, TensorEncoding> remedies_;
};

// The lowest SQNR of what the converted model gives in float, against golden.
Result<std::optional<double>> FloatOutput(const CauseSources& sources,
                                          const std::vector<store::LayerErrors>& layers) {
  std::optional<double> lowest;
  const LineValues& values = sources.layers.values;
  for (const store::LayerErrors& layer : layers) {
    const bool is_output = model::IsGraphOutput(sources.layers.model.converted.graph, layer.tensor);
    if (!is_output || !layer.has_golden) continue;
    ACC_ASSIGN_OR_RETURN(const Tensor golden, values.Reference(layer.tensor));
    ACC_ASSIGN_OR_RETURN(const Tensor in_float, values.InFloat(layer.tensor));
    const auto db = SqnrOf(golden, in_float);
    if (db) lowest = std::min(lowest.value_or(*db), *db);
  }
  return lowest;
}

// Layers that the converted model gets wrong in float already. What that does to the output is seen
// of all of them together.
Status AddConversions(const CauseSources& sources, store::Dissection& dissection) {
  ACC_ASSIGN_OR_RETURN(const auto output_db, FloatOutput(sources, dissection.layers));
  if (!output_db || !dissection.output_db || *output_db >= verify::kFaithfulDb) return OkStatus();
  const double share = std::pow(10, (*dissection.output_db - *output_db) / 10);
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
         .share = std::min(1.0, share)});
    if (dissection.causes.size() == kMostCauses) break;
  }
  return OkStatus();
}

// Those with an own error, in the graph's order. Where not all of these fit the memory together,
// the ones with the lowest own SQNR that do.
std::vector<std::string> LayersToTry(const CauseSources& sources, store::Dissection& dissection) {
  std::vector<const store::LayerErrors*> layers;
  for (const store::LayerErrors& layer : dissection.layers) {
    if (sources.measured.own_errors.contains(layer.tensor)) layers.push_back(&layer);
  }
  std::vector<const store::LayerErrors*> loudest = layers;
  std::ranges::stable_sort(loudest, {}, [](const store::LayerErrors* layer) {
    return layer->own.value_or(std::numeric_limits<double>::infinity());
  });
  std::set<std::string> fits;
  std::uint64_t bytes = 0;
  for (const store::LayerErrors* layer : loudest) {
    const Shape& dims = sources.layers.values.InfoOf(layer->tensor).dims;
    bytes += 2 * ByteSize(ElementType::kFloat32, ElementCount(dims).value_or(0));
    if (bytes > sources.layers.memory_budget_bytes) break;
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

}  // namespace

Result<std::map<std::string, TensorEncoding>> FindCauses(const CauseSources& sources,
                                                         store::Dissection& dissection) {
  const std::map<std::string, TensorEncoding> none;
  if (dissection.output_db.value_or(0) >= verify::kFaithfulDb) {
    dissection.cause_note = "the output is faithful: no cause is looked for";
    return none;
  }
  ACC_RETURN_IF_ERROR(AddConversions(sources, dissection));
  const std::vector<std::string> tensors = LayersToTry(sources, dissection);
  if (tensors.empty()) {
    dissection.cause_note = "no layer has an error of its own";
    return none;
  }
  const auto injection =
      ErrorInjection::Create(sources.layers.model.converted.graph, tensors, sources.inputs);
  if (!injection.ok()) {
    if (injection.status().code() == StatusCode::kInterrupted) return injection.status();
    dissection.cause_note = injection.status().message();
    return none;
  }
  return Finder(sources, *injection, tensors).Run(dissection);
}

}  // namespace acc::features
