// SPDX-License-Identifier: BSD-3-Clause
// How one option quantized a model, and what that costs.
#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/quant_checker/checked_graph.h"
#include "features/quant_checker/float_run.h"
#include "features/quant_checker/option.h"
#include "inspect/quantization_facts.h"
#include "quantize/quantize.h"
#include "target/engine.h"
#include "tensor/encoding.h"

namespace acc::features {

struct ParamResult {
  std::optional<TensorEncoding> encoding;  // Nothing: it stays float.
  inspect::QuantizationFacts facts;
};

// What a tensor's own rounding adds to the output's relative noise, if it passes through the layers
// behind as the signal does.
struct NoiseShare {
  std::string tensor;
  std::optional<std::size_t> param;  // Its index in CheckedGraph::params; nothing: an activation.
  double noise = 0;                  // Against the signal, both as powers; 0.01 is 20 dB.
};

// An output of the quantized graph against the float graph's.
struct OutputError {
  std::string output;
  double sqnr_db = 0;  // Over all measured lines.
  double worst_line_db = std::numeric_limits<double>::infinity();
  std::size_t worst_line = 0;
};

struct OptionResult {
  QuantizationOption option;
  std::size_t graph = 0;  // Which of the checked graphs it quantized.
  std::map<std::string, TensorEncoding> activations;
  std::map<std::string, TensorEncoding> encoded_params;
  std::map<std::string, std::string> shares_range_with;
  std::vector<ParamResult> params;  // As CheckedGraph::params.
  std::vector<NoiseShare> shares;   // The largest first.
  double expected_db = 0;           // -10*log10 of the sum of all shares.
  std::vector<OutputError> outputs;
  double measured_db = 0;  // The lowest of the outputs.
};

// Takes what `quantized` says of tensors and computes everything but the outputs.
// Shares: for an activation with a range of its own the expected noise on its histogram; for a
// weight the noise of its elements; for a bias the noise of its elements against the mean square of
// what its operator makes.
OptionResult JudgeOption(const QuantizationOption& option, const CheckedGraph& graph,
                         const quantize::QuantizedGraph& quantized,
                         const quantize::Calibrator& calibrator, bool with_entropy);

// Whether `quantized` has the encodings of `result`, so that its elements and outputs are the same.
bool HasEncodingsOf(const quantize::QuantizedGraph& quantized, const OptionResult& result);

// Runs the quantized graph over the lines that `floats` has. Outputs that are no float32 take part
// only where no output is. `what` names the work in the progress bar.
Result<std::vector<OutputError>> MeasureOutputs(const convert::TargetGraph& target,
                                                const quantize::QuantizedGraph& quantized,
                                                const InputLines& lines, const FloatOutputs& floats,
                                                target::Engine& engine, std::string_view what);

// The lowest SQNR of the outputs; NaN where none has one.
double LowestOf(const std::vector<OutputError>& outputs);

double NoiseToDecibels(double noise);

// Whether the same values fall on the same codes and those mean the same.
bool SameGrids(const TensorEncoding& a, const TensorEncoding& b);

}  // namespace acc::features
