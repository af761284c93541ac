// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <list>
#include <optional>

#include "base/text.h"
#include "base/threads.h"
#include "quantize/algorithms.h"
#include "quantize/calibrator.h"
#include "quantize/encoding.h"
#include "quantize/overrides.h"
#include "quantize/params.h"
#include "quantize/qdq.h"
#include "quantize/quantize.h"
#include "quantize/ranges.h"

namespace acc::quantize {
namespace {

Status CheckOptions(const Options& options) {
  struct Row {
    std::string_view what;
    int bitwidth;
    std::vector<int> possible;
  };
  for (const Row& row : {Row{"activations", options.activation_bitwidth, {8, 16}},
                         Row{"weights", options.weight_bitwidth, {4, 8, 16}},
                         Row{"biases", options.bias_bitwidth, {8, 32}}}) {
    if (std::find(row.possible.begin(), row.possible.end(), row.bitwidth) == row.possible.end()) {
      return UsageError(fmt::format("a bitwidth of {} is not possible for {}; {} are", row.bitwidth,
                                    row.what, fmt::join(row.possible, ", ")));
    }
  }
  return OkStatus();
}

Status CheckActivationOverride(const std::string& tensor, const TensorEncoding& given) {
  if (given.is_float) return OkStatus();
  std::string why;
  if (given.channels.size() != 1) why = "activations have one encoding, not one per channel";
  const int bitwidth = given.channels.front().bitwidth;
  if (bitwidth != 8 && bitwidth != 16) {
    why = fmt::format("{} bits are not possible for an activation; 8 and 16 are", bitwidth);
  }
  if (why.empty()) return OkStatus();
  return UsageError(fmt::format("the encoding given for '{}': {}", Printable(tensor), why));
}

class GraphQuantizer : public Quantizer {
 public:
  GraphQuantizer(const model::Graph& graph, const Types& types, OverrideLookup overrides,
                 const Options& options)
      : graph_(graph),
        types_(types),
        overrides_(std::move(overrides)),
        options_(options),
        plan_(Plan()) {}

  Status Prepare() {
    ACC_RETURN_IF_ERROR(ApplyOverrides());
    ApplyFixedRanges();
    for (const std::string& tensor : plan_.stored) {
      const std::string& root = plan_.RootOf(tensor);
      if (roots_.contains(root)) continue;
      if (tensor == root || Contains(plan_.also_holds, root, tensor)) wanted_.push_back(tensor);
    }
    return OkStatus();
  }

  const std::vector<std::string>& stored() const override { return plan_.stored; }
  const std::vector<std::string>& wanted() const override { return wanted_; }
  bool wants_histograms() const override { return InfoOf(options_.activations).needs_histogram; }

  Result<QuantizedGraph> Finish(const Calibrator& calibrator) override {
    std::map<std::string, TensorEncoding> roots = roots_;
    ACC_RETURN_IF_ERROR(EncodeCalibrated(calibrator, roots));
    QuantizedGraph result;
    std::vector<std::string> with_pair;
    for (const std::string& tensor : plan_.stored) {
      const TensorEncoding& encoding = roots.at(plan_.RootOf(tensor));
      result.activations[tensor] = encoding;
      if (!encoding.is_float) with_pair.push_back(tensor);
    }
    ACC_ASSIGN_OR_RETURN(QuantizedParams params, QuantizeParams(graph_, types_, result.activations,
                                                                plan_.fused, overrides_, options_));
    for (const QuantizedParam& param : params.params) Report(param, result);
    if (!options_.quantize_weights) params.params.clear();
    QdqGraph inserted = InsertQdq(graph_, with_pair, result.activations, params.params);
    result.graph = std::move(inserted.graph);
    result.quantized_name = std::move(inserted.quantized_name);
    result.shares_range_with = plan_.shares_range_with;
    result.fused = plan_.fused;
    result.unknown_overrides = overrides_.UnknownIn(graph_);
    AddNotes(result.notes,
             {plan_.notes, notes_, calibrator.NotesOnNonFinite(wanted_), params.notes});
    return result;
  }

 private:
  ActivationPlan Plan() const {
    if (!options_.given_encodings_only) {
      return PlanActivations(graph_, types_,
                             [this](const model::Node& node) { return Converts(node); });
    }
    return PlanGivenActivations(graph_, types_, [this](const std::string& tensor) {
      return overrides_.Activation(tensor);
    });
  }

  // An Identity between two tensors that have different encodings: a DLC's Convert, Quantize or
  // Dequantize.
  bool Converts(const model::Node& node) const {
    if (node.op_type != "Identity") return false;
    const TensorEncoding* from = overrides_.Activation(node.inputs.front());
    const TensorEncoding* to = overrides_.Activation(node.outputs.front());
    return from != nullptr && to != nullptr &&
           (from->is_float != to->is_float || !HaveEqualScales(*from, *to));
  }

  static bool Contains(const std::map<std::string, std::vector<std::string>>& lists,
                       const std::string& key, const std::string& word) {
    const auto list = lists.find(key);
    return list != lists.end() && std::ranges::find(list->second, word) != list->second.end();
  }

  // One override decides for all tensors of a range: the root's own, or else the first one.
  Status ApplyOverrides() {
    for (const std::string& tensor : plan_.stored) {
      const TensorEncoding* given = overrides_.Activation(tensor);
      if (given == nullptr) continue;
      ACC_RETURN_IF_ERROR(CheckActivationOverride(tensor, *given));
      const std::string& root = plan_.RootOf(tensor);
      const auto [place, is_first] = roots_.emplace(root, *given);
      if (!is_first && !HaveEqualScales(place->second, *given)) {
        notes_.push_back(fmt::format(
            "the encoding given for '{}' is not used: it shares the range of '{}', which has one",
            Printable(tensor), Printable(root)));
      }
    }
    for (const auto& [tensor, reason] : plan_.fused) {
      const bool is_told = options_.given_encodings_only;
      if (is_told || overrides_.Activation(tensor) == nullptr) continue;
      notes_.push_back(fmt::format("the encoding given for '{}' is not used: it is {}",
                                   Printable(tensor), reason));
    }
    return OkStatus();
  }

  void ApplyFixedRanges() {
    for (const model::Node& node : graph_.nodes) {
      if (node.outputs.empty()) continue;
      const std::string& output = node.outputs.front();
      const auto given = roots_.find(output);
      const bool is_given = given != roots_.end() && !given->second.is_float;
      const int bitwidth =
          is_given ? given->second.channels.front().bitwidth : options_.activation_bitwidth;
      const auto encoding = FixedEncoding(node, bitwidth);
      if (!encoding || plan_.also_holds.contains(plan_.RootOf(output))) continue;
      const TensorEncoding fixed{.channels = {*encoding}};
      if (TargetFixesEncoding(node, bitwidth)) {
        FixByTarget(node, fixed);
      } else if (options_.fixed_ranges) {
        roots_.emplace(output, fixed);
      }
    }
  }

  void FixByTarget(const model::Node& node, const TensorEncoding& fixed) {
    const std::string& output = node.outputs.front();
    const auto [place, is_new] = roots_.emplace(output, fixed);
    if (is_new || place->second.is_float || HaveEqualScales(place->second, fixed)) return;
    place->second = fixed;
    notes_.push_back(fmt::format(
        "the encoding given for '{}' is not used: the target stores a 16-bit {} with a step of {}",
        Printable(output), node.op_type, FormatDouble(fixed.channels.front().scale)));
  }

  Status EncodeCalibrated(const Calibrator& calibrator,
                          std::map<std::string, TensorEncoding>& roots) const {
    const AlgorithmInfo& algorithm = InfoOf(options_.activations);
    const EncodingRequest request{.bitwidth = options_.activation_bitwidth,
                                  .percentile = options_.percentile};
    std::vector<std::string> encoded;
    std::vector<Observation> observations;
    std::list<Observer> merged;  // What the observations refer to stays where it is.
    for (const std::string& tensor : wanted_) {
      if (plan_.RootOf(tensor) != tensor) continue;
      ACC_ASSIGN_OR_RETURN(const Observer* observer, calibrator.ObserverOf(tensor));
      const auto more = plan_.also_holds.find(tensor);
      if (more != plan_.also_holds.end()) {
        merged.push_back(*observer);
        ACC_RETURN_IF_ERROR(AddAll(calibrator, more->second, merged.back()));
        observer = &merged.back();
      }
      encoded.push_back(tensor);
      observations.push_back(ObservationOf(*observer));
    }
    std::vector<Encoding> encodings(encoded.size());
    ParallelFor(encoded.size(),
                [&](std::size_t i) { encodings[i] = algorithm.encode(observations[i], request); });
    for (std::size_t i = 0; i < encoded.size(); ++i) roots[encoded[i]].channels = {encodings[i]};
    return OkStatus();
  }

  Status AddAll(const Calibrator& calibrator, const std::vector<std::string>& tensors,
                Observer& sum) const {
    for (const std::string& tensor : tensors) {
      const auto constant = graph_.initializers.find(tensor);
      if (constant == graph_.initializers.end()) {
        ACC_ASSIGN_OR_RETURN(const Observer* observer, calibrator.ObserverOf(tensor));
        sum.Merge(*observer);
        continue;
      }
      ACC_ASSIGN_OR_RETURN(const auto values, ToFloats(constant->second.view()));
      sum.Add(values);
    }
    return OkStatus();
  }

  // A constant that is read in several ways is reported as a weight or bias, if it is one.
  static void Report(const QuantizedParam& param, QuantizedGraph& result) {
    const auto [place, is_new] = result.params.emplace(param.tensor, param.encoding);
    if (is_new || HaveEqualScales(place->second, param.encoding)) return;
    if (param.role == InputRole::kWeight) place->second = param.encoding;
    result.notes.push_back(fmt::format(
        "'{}' is read in several ways, each with an encoding of its own; one is reported",
        Printable(param.tensor)));
  }

  static void AddNotes(std::vector<std::string>& notes,
                       const std::vector<std::vector<std::string>>& more) {
    for (const std::vector<std::string>& some : more) {
      notes.insert(notes.end(), some.begin(), some.end());
    }
  }

  const model::Graph graph_;
  const Types types_;
  const OverrideLookup overrides_;
  const Options options_;
  const ActivationPlan plan_;
  std::map<std::string, TensorEncoding> roots_;  // Known before calibration.
  std::vector<std::string> notes_;
  std::vector<std::string> wanted_;
};

}  // namespace

Calibrator CalibratorFor(std::span<Quantizer* const> quantizers) {
  std::set<std::string> tensors;
  std::set<std::string> histograms;
  for (const Quantizer* quantizer : quantizers) {
    const std::vector<std::string>& wanted = quantizer->wanted();
    tensors.insert(wanted.begin(), wanted.end());
    if (quantizer->wants_histograms()) histograms.insert(wanted.begin(), wanted.end());
  }
  return {tensors, histograms};
}

Result<std::unique_ptr<Quantizer>> CreateQuantizer(
    const model::Graph& graph, const Types& types,
    const std::map<std::string, std::string>& source_name, const Overrides& overrides,
    const Options& options) {
  ACC_RETURN_IF_ERROR(CheckOptions(options));
  auto quantizer = std::make_unique<GraphQuantizer>(
      graph, types, OverrideLookup(overrides, source_name), options);
  ACC_RETURN_IF_ERROR(quantizer->Prepare());
  return std::unique_ptr<Quantizer>(std::move(quantizer));
}

}  // namespace acc::quantize
