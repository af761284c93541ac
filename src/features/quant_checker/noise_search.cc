// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/noise_search.h"

#include <map>
#include <set>
#include <span>
#include <utility>

#include "base/log.h"
#include "features/shared/noise_halving.h"

namespace acc::features {
namespace {

using Tensors = std::span<const std::pair<std::string, TensorEncoding>>;

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

}  // namespace

Result<std::vector<IsolatedNoise>> FindNoise(const CheckedGraph& graph, const OptionResult& result,
                                             IsolatedQuantization& isolated, std::size_t most,
                                             std::size_t most_runs) {
  const auto tensors = QuantizedTensors(graph.target.graph, result);
  const auto measure = [&](std::size_t first, std::size_t count) -> Result<double> {
    const Tensors part = Tensors(tensors).subspan(first, count);
    ACC_ASSIGN_OR_RETURN(const double db, isolated.Measure({part.begin(), part.end()}));
    LogDebug("quantized alone: {} tensors from '{}' on: {:.1f} dB at the output", count,
             part.front().first, db);
    return db;
  };
  if (!tensors.empty()) {
    LogInfo("searching {} for the tensors that make most of its error", result.option.name);
  }
  ACC_ASSIGN_OR_RETURN(const NoiseHalving halving,
                       HalveNoise(tensors.size(), measure, most, most_runs));
  std::vector<IsolatedNoise> found;
  for (const SourceNoise& source : halving.sources) {
    found.push_back({.tensor = tensors[source.source].first,
                     .output_db = source.output_db,
                     .part = source.part});
  }
  return found;
}

}  // namespace acc::features
