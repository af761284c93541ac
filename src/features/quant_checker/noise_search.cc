// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/noise_search.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/log.h"

namespace acc::features {
namespace {

// Louder noise is clipped and cancelled on its way.
constexpr double kSmallNoiseDb = 15;

using Tensors = std::span<const std::pair<std::string, TensorEncoding>>;

struct Part {
  Tensors tensors;
  double output_db = 0;
};

// With a range or values of their own. Params lie where they are read, so that halves are regions
// of the graph.
std::vector<std::pair<std::string, TensorEncoding>> QuantizedTensors(const model::Graph& graph,
                                                                     const OptionResult& result) {
  std::vector<std::pair<std::string, TensorEncoding>> tensors;
  std::set<std::string> seen;
  const auto take = [&](const std::string& tensor) {
    const auto param = result.encoded_params.find(tensor);
    const auto activation = result.activations.find(tensor);
    const bool is_activation = activation != result.activations.end();
    if (param == result.encoded_params.end() && !is_activation) return;
    const TensorEncoding& encoding = is_activation ? activation->second : param->second;
    const bool is_own = !encoding.is_float && !result.shares_range_with.contains(tensor);
    if (is_own && seen.insert(tensor).second) tensors.emplace_back(tensor, encoding);
  };
  for (const ValueInfo& input : graph.inputs) take(input.name);
  for (const model::Node& node : graph.nodes) {
    for (const std::string& input : node.inputs) take(input);
    for (const std::string& output : node.outputs) take(output);
  }
  return tensors;
}

Result<Part> Measured(Tensors tensors, IsolatedQuantization& isolated) {
  ACC_ASSIGN_OR_RETURN(const double db, isolated.Measure({tensors.begin(), tensors.end()}));
  LogDebug("quantized alone: {} tensors from '{}' on: {:.1f} dB at the output", tensors.size(),
           tensors.front().first, db);
  return Part{tensors, db};
}

}  // namespace

Result<std::vector<IsolatedNoise>> FindNoise(const CheckedGraph& graph, const OptionResult& result,
                                             IsolatedQuantization& isolated, std::size_t most,
                                             std::size_t most_runs) {
  std::vector<IsolatedNoise> found;
  const auto tensors = QuantizedTensors(graph.target.graph, result);
  if (tensors.empty()) return found;
  ACC_ASSIGN_OR_RETURN(const Part whole, Measured(tensors, isolated));
  const auto part_of = [&](double db) { return std::pow(10, (whole.output_db - db) / 10); };
  const bool adds_up = whole.output_db >= kSmallNoiseDb;
  std::vector<Part> open = {whole};
  LogInfo("searching {} for the tensors that make most of its error", result.option.name);
  while (!open.empty() && found.size() < most && isolated.runs() < most_runs) {
    const auto noisiest = std::ranges::min_element(open, {}, &Part::output_db);
    const Part part = *noisiest;
    open.erase(noisiest);
    if (part.tensors.size() == 1) {
      found.push_back({.tensor = part.tensors.front().first,
                       .output_db = part.output_db,
                       .part = part_of(part.output_db)});
      continue;
    }
    // Small noise adds up, nearly: where one half makes that of both, the other is not worth a run.
    double left = part_of(part.output_db);
    const std::size_t half = part.tensors.size() / 2;
    for (const Tensors side : {part.tensors.first(half), part.tensors.subspan(half)}) {
      if (adds_up && left < kLeastPart) break;
      ACC_ASSIGN_OR_RETURN(const Part measured, Measured(side, isolated));
      left -= part_of(measured.output_db);
      if (part_of(measured.output_db) >= kLeastPart) open.push_back(measured);
    }
  }
  // A half can make less noise than one of its tensors, which is then found late.
  std::ranges::stable_sort(found, std::ranges::greater(), &IsolatedNoise::part);
  return found;
}

}  // namespace acc::features
