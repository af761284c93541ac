// SPDX-License-Identifier: BSD-3-Clause
// Float graph to QDQ graph: which tensors are quantized, with which ranges, and the inserted
// QuantizeLinear/DequantizeLinear pairs.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "quantize/calibrator.h"
#include "tensor/encoding.h"

namespace acc::quantize {

enum class Algorithm {
  kTf,
  kAsymmetric,
  kSymmetric,
  kAdjusted,
  kEnhanced,
  kMse,
  kEntropy,
  kPercentile
};

inline constexpr double kUsualPercentile = 99.99;  // qairt-quantizer's.

struct Options {
  Algorithm activations = Algorithm::kTf;
  Algorithm weights = Algorithm::kTf;
  bool symmetric_weights = false;        // Whatever the algorithm.
  double percentile = kUsualPercentile;  // Of Algorithm::kPercentile: 90 to 100.
  int activation_bitwidth = 8;           // 8 or 16
  int weight_bitwidth = 8;               // 4, 8 or 16
  int bias_bitwidth = 8;                 // 8 or 32
  bool per_channel_weights = false;
  bool quantize_weights = true;  // False: --no_weight_quantization. All constants stay float in the
                                 // graph; their encodings are reported nevertheless.
  // Sigmoid, HardSigmoid, Softmax and Tanh by their formula, not by calibration. At 16 bits the
  // target does so for all of them but Softmax, and so does the quantizer.
  bool fixed_ranges = false;
  // The overrides are a file's own encodings and all there are: nothing is calibrated or fused, a
  // constant without one stays float, and so does a tensor, unless it only moves the data of one.
  bool given_encodings_only = false;
};

using Types = std::map<std::string, ValueInfo>;

// Encodings that the user gives, by tensor name (source or target spelling).
struct Overrides {
  std::map<std::string, TensorEncoding> activations;
  std::map<std::string, TensorEncoding> params;
  bool sections_known = true;  // False: the source does not tell them apart; each holds all.
  // Those whose axis the file itself names, as files of AIMET 2.x do: it is taken before any other.
  std::set<std::string> own_axis = {};
};

// The ends that an entry states itself, beside those that follow from its scale and offset.
struct StatedRange {
  double min = 0;
  double max = 0;
};

// An entry that was left out, and why.
struct UnreadEntry {
  std::string name;
  std::string why;
  bool is_param = false;  // False too where the file does not tell.
  bool is_blockwise = false;
};

// What a file says beyond what is applied, for who judges it entry by entry.
struct OverridesDetails {
  std::vector<UnreadEntry> unread;
  // By tensor name, a range for each channel; of the entries that state all of theirs.
  std::map<std::string, std::vector<StatedRange>> stated_activations;
  std::map<std::string, std::vector<StatedRange>> stated_params;
};

// Reads AIMET encodings 0.4 to 0.6.1, 1.0.0 and 2.x, and our extracted_encodings.json. Positive and
// negative offsets are accepted. Fails with the entry's name for one that is incomplete or
// contradicts itself, and for blockwise encodings, unless `blockwise` takes their names. Where a
// file does not name the axis of a per-channel encoding (all but 2.x and ours), it is 0 here; the
// quantizer puts it on the operator's output channels.
Result<Overrides> ReadOverrides(const std::filesystem::path& path,
                                std::vector<std::string>* blockwise = nullptr);
// The same without the entries that cannot be read: `details` takes them.
Result<Overrides> ReadOverrides(const std::filesystem::path& path, OverridesDetails& details);

// What the target will hold.
struct QuantizedGraph {
  model::Graph graph;  // With QDQ pairs.
  // By tensor name of the float graph. A float encoding: given so, and not quantized.
  std::map<std::string, TensorEncoding> activations;
  std::map<std::string, TensorEncoding> params;  // Weights and biases.
  // The integer twin of an activation in `graph`: what the target stores. Reading it and applying
  // the encoding gives the tensor's value exactly.
  std::map<std::string, std::string> quantized_name;
  std::map<std::string, std::string> shares_range_with;  // Tensor to the tensor whose range it has.
  std::map<std::string, std::string> fused;  // Tensor that the target never stores, to the reason.
  std::vector<std::string> unknown_overrides;  // Names that no tensor has.
  std::vector<std::string> notes;              // For the log, one line each.
};

class Quantizer {
 public:
  virtual ~Quantizer() = default;
  // The float32 tensors that the target will store as integers, in the graph's order.
  virtual const std::vector<std::string>& stored() const = 0;
  // The tensors whose values it wants to know, in the graph's order. Tensors that only move
  // another's values, have a fixed range or an override are not among them.
  virtual const std::vector<std::string>& wanted() const = 0;
  virtual bool wants_histograms() const = 0;
  // After calibration. Fails where a wanted tensor was never observed or was NaN, naming it.
  virtual Result<QuantizedGraph> Finish(const Calibrator& calibrator) = 0;
};

// Observes what all of `quantizers` want, so that one run over the inputs serves them. They are
// quantizers of one graph.
Calibrator CalibratorFor(std::span<Quantizer* const> quantizers);

// `source_name` maps the graph's tensor names, initializers among them, to those of the source, for
// overrides. The quantizer keeps a copy of the graph (whose weights are shared). A usage error for
// bitwidths that do not exist and for overrides that do not fit their tensor.
Result<std::unique_ptr<Quantizer>> CreateQuantizer(
    const model::Graph& graph, const Types& types,
    const std::map<std::string, std::string>& source_name, const Overrides& overrides,
    const Options& options);

}  // namespace acc::quantize
