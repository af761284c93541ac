// SPDX-License-Identifier: BSD-3-Clause
// Calibrates and quantizes a converted graph.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/source_model/input_lines.h"
#include "features/source_model/options.h"
#include "ort/capture.h"
#include "quantize/quantize.h"

namespace acc::features {

// Fewer inputs than this rarely show the ranges that real data have.
inline constexpr std::size_t kAdvisedInputs = 50;

// Runs the float graph over all input lines, once, and inserts quantization. `source_params` are
// the names of the source's weights and biases, under which overrides may name them. Overrides of
// unknown tensors are reported in the log.
//
// A model that its framework quantized keeps its encodings: they stand before those of
// --quantization_overrides, and only what has neither is calibrated. With override_params they
// count for nothing.
Result<quantize::QuantizedGraph> QuantizeModel(const convert::TargetGraph& target,
                                               const std::vector<std::string>& source_params,
                                               const InputLines& lines,
                                               const QuantizationOptions& options,
                                               std::uint64_t memory_budget_bytes);

// The file of --quantization_overrides. Blockwise encodings (PER_BLOCK, LPBQ) are not used: one
// warning names them, and their tensors are quantized as if the file lacked them.
Result<quantize::Overrides> ReadGivenOverrides(const std::filesystem::path& path);

// A usage error where flags of quantization exclude each other.
Status CheckQuantization(const QuantizationOptions& options);

// What quantization reached, as sentences for store::Manifest::statements: the compute nodes that
// stayed float, or that none did (quantize/coverage.h), and how many tensors have encodings.
std::vector<std::string> StatementsOf(const model::Graph& graph, const quantize::Types& types,
                                      const quantize::QuantizedGraph& quantized,
                                      bool weights_stay_float);

// The same of a calibrated model. Fails, with the reason, where nothing was quantized: no compute
// node, or in a model without any no tensor. Its scores would be those of a float run.
Result<std::vector<std::string>> CheckedStatementsOf(const convert::TargetGraph& target,
                                                     const quantize::QuantizedGraph& quantized,
                                                     const QuantizationOptions& options);

// A quantizer of a converted graph; overrides may name the source's tensors, and its params as
// `source_params` has them.
Result<std::unique_ptr<quantize::Quantizer>> QuantizerOf(
    const convert::TargetGraph& target, const std::vector<std::string>& source_params,
    const quantize::Overrides& overrides, const quantize::Options& options);

// Input lines that are run: `count` of them from `first` on.
struct LineRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Runs the float graph and hands `tensors` on; `sink` gets numbers of the whole list's lines.
// `what` names the work in the progress bar.
Status RunFloat(const convert::TargetGraph& target, const std::vector<std::string>& tensors,
                const InputLines& lines, LineRange range, std::uint64_t memory_budget_bytes,
                const ort::CaptureSink& sink, std::string_view what);

// Whether quantize::SourceEncodings() has any.
bool HasSourceEncodings(const model::Graph& graph);

// With the encodings that came with the model and no others; nothing runs. `types` has all tensors
// of the graph.
Result<quantize::QuantizedGraph> QuantizeAsGiven(const model::Graph& graph,
                                                 const quantize::Types& types,
                                                 const quantize::Overrides& encodings);

}  // namespace acc::features
