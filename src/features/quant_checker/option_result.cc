// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/option_result.h"

#include <algorithm>
#include <cmath>

#include "base/threads.h"
#include "features/shared/noise_sums.h"
#include "features/target_run/target_run.h"
#include "quantize/ranges.h"
#include "quantize/value_density.h"

namespace acc::features {
namespace {

// Of values with that encoding, as a power ratio; nothing where there is no signal.
std::optional<double> ExpectedNoise(const quantize::Observer& observer, const Encoding& encoding) {
  if (observer.histogram() == nullptr) return std::nullopt;
  const quantize::ValueDensity density(*observer.histogram(), observer.few_values());
  const double power = density.MeanSquare();
  if (!(power > 0)) return std::nullopt;
  return density.MeanSquaredError(encoding) / power;
}

class Judge {
 public:
  Judge(const CheckedGraph& graph, const quantize::QuantizedGraph& quantized,
        const quantize::Calibrator& calibrator, bool with_entropy)
      : graph_(graph),
        quantized_(quantized),
        calibrator_(calibrator),
        with_entropy_(with_entropy) {}

  std::vector<ParamResult> Params() const {
    std::vector<ParamResult> results(graph_.params.size());
    ParallelFor(results.size(), [&](std::size_t i) {
      const std::string& tensor = graph_.params[i].tensor;
      const auto encoding = quantized_.params.find(tensor);
      if (encoding == quantized_.params.end() || encoding->second.is_float) return;
      const Tensor& values = graph_.target.graph.initializers.at(tensor);
      results[i].encoding = encoding->second;
      results[i].facts =
          inspect::FactsOf(values.values<float>(), values.dims(), encoding->second, with_entropy_);
    });
    return results;
  }

  std::vector<NoiseShare> Shares(const std::vector<ParamResult>& params) const {
    std::vector<NoiseShare> shares = ActivationShares();
    for (std::size_t i = 0; i < params.size(); ++i) {
      if (const auto noise = ParamNoise(graph_.params[i], params[i])) {
        shares.push_back({.tensor = graph_.params[i].tensor, .param = i, .noise = *noise});
      }
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const NoiseShare& a, const NoiseShare& b) { return a.noise > b.noise; });
    return shares;
  }

 private:
  std::vector<NoiseShare> ActivationShares() const {
    std::vector<std::string> tensors;
    for (const auto& [tensor, encoding] : quantized_.activations) {
      const bool has_own_range = !quantized_.shares_range_with.contains(tensor);
      if (has_own_range && !encoding.is_float) tensors.push_back(tensor);
    }
    std::vector<std::optional<double>> noise(tensors.size());
    ParallelFor(tensors.size(), [&](std::size_t i) {
      const auto observer = calibrator_.ObserverOf(tensors[i]);
      if (!observer.ok()) return;
      noise[i] = ExpectedNoise(**observer, quantized_.activations.at(tensors[i]).channels.front());
    });
    std::vector<NoiseShare> shares;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (noise[i]) shares.push_back({.tensor = tensors[i], .noise = *noise[i]});
    }
    return shares;
  }

  std::optional<double> ParamNoise(const CheckedParam& param, const ParamResult& result) const {
    if (!result.encoding || !(result.facts.signal > 0)) return std::nullopt;
    if (param.is_bias) {
      if (const auto power = PowerOf(param.effects)) {
        return result.facts.noise / static_cast<double>(param.facts.count) / *power;
      }
    }
    return result.facts.noise / result.facts.signal;
  }

  // The mean square of the first of `tensors` that was seen.
  std::optional<double> PowerOf(const std::vector<std::string>& tensors) const {
    for (const std::string& tensor : tensors) {
      const auto observer = calibrator_.ObserverOf(tensor);
      if (!observer.ok() || (*observer)->histogram() == nullptr) continue;
      const double power = quantize::ValueDensity(*(*observer)->histogram()).MeanSquare();
      if (power > 0) return power;
    }
    return std::nullopt;
  }

  const CheckedGraph& graph_;
  const quantize::QuantizedGraph& quantized_;
  const quantize::Calibrator& calibrator_;
  bool with_entropy_;
};

bool EqualEncodings(const std::map<std::string, TensorEncoding>& some,
                    const std::map<std::string, TensorEncoding>& others) {
  const auto equal = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.is_float == b.second.is_float &&
           SameGrids(a.second, b.second);
  };
  return std::ranges::equal(some, others, equal);
}

std::vector<std::string> ComparedOutputs(const model::Graph& graph) {
  std::vector<std::string> floats;
  std::vector<std::string> all;
  for (const ValueInfo& output : graph.outputs) {
    all.push_back(output.name);
    if (output.type == ElementType::kFloat32) floats.push_back(output.name);
  }
  return floats.empty() ? all : floats;
}

}  // namespace

bool SameGrids(const TensorEncoding& a, const TensorEncoding& b) {
  return a.axis == b.axis && quantize::HaveEqualScales(a, b);
}

bool HasEncodingsOf(const quantize::QuantizedGraph& quantized, const OptionResult& result) {
  return EqualEncodings(quantized.activations, result.activations) &&
         EqualEncodings(quantized.params, result.encoded_params);
}

double NoiseToDecibels(double noise) {
  return noise > 0 ? -10 * std::log10(noise) : std::numeric_limits<double>::infinity();
}

OptionResult JudgeOption(const QuantizationOption& option, const CheckedGraph& graph,
                         const quantize::QuantizedGraph& quantized,
                         const quantize::Calibrator& calibrator, bool with_entropy) {
  const Judge judge(graph, quantized, calibrator, with_entropy);
  OptionResult result{.option = option,
                      .activations = quantized.activations,
                      .encoded_params = quantized.params,
                      .shares_range_with = quantized.shares_range_with,
                      .params = judge.Params()};
  result.shares = judge.Shares(result.params);
  double noise = 0;
  for (const NoiseShare& share : result.shares) noise += share.noise;
  result.expected_db = NoiseToDecibels(noise);
  return result;
}

Result<std::vector<OutputError>> MeasureOutputs(const convert::TargetGraph& target,
                                                const quantize::QuantizedGraph& quantized,
                                                const InputLines& lines, const FloatOutputs& floats,
                                                target::Engine& engine, std::string_view what) {
  TargetModel model;
  model.converted = target;
  model.quantized = quantized;
  const std::vector<std::string> outputs = ComparedOutputs(target.graph);
  std::map<std::string, std::vector<NoiseSums>> sums;
  for (const std::string& output : outputs) sums[output].resize(floats.lines);
  const auto compare = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                           const TensorView& /*stored*/) -> Status {
    const auto place = sums.find(tap.tensor);
    if (place == sums.end()) return OkStatus();
    ACC_ASSIGN_OR_RETURN(const auto values, ToFloats(value));
    const std::vector<float>& golden = floats.values.at(tap.tensor)[line];
    // Dims that follow from the data, as of a list of detections, may differ: all is lost then.
    const std::vector<float> nothing(golden.size(), 0.0F);
    place->second[line] = SumsOf(golden, values.size() == golden.size() ? values : nothing);
    return OkStatus();
  };
  const auto read = [&](std::size_t line) { return lines.Read(line); };
  const auto unreadable = [](const std::string&, const std::string&) {};
  ACC_RETURN_IF_ERROR(
      engine.Run(ProgramOf(model, true), floats.lines, read, compare, unreadable, what));
  std::vector<OutputError> errors;
  for (const std::string& output : outputs) {
    OutputError error{.output = output};
    NoiseSums all;
    for (std::size_t line = 0; line < floats.lines; ++line) {
      const NoiseSums& of_line = sums.at(output)[line];
      all.signal += of_line.signal;
      all.noise += of_line.noise;
      if (of_line.sqnr_db() < error.worst_line_db) {
        error.worst_line_db = of_line.sqnr_db();
        error.worst_line = line;
      }
    }
    error.sqnr_db = all.sqnr_db();
    errors.push_back(error);
  }
  return errors;
}

double LowestOf(const std::vector<OutputError>& outputs) {
  double lowest = std::numeric_limits<double>::quiet_NaN();
  for (const OutputError& output : outputs) {
    if (!std::isnan(output.sqnr_db) && !(output.sqnr_db >= lowest)) lowest = output.sqnr_db;
  }
  return lowest;
}

}  // namespace acc::features
