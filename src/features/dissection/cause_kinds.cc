// SPDX-License-Identifier: BSD-3-Clause
// Constants are rounded by their own encodings: other ones are tried, each in a run of the layer
// alone.
//
// An output is rounded to a grid of its encoding. Where most of the error lies in elements beyond
// the ends of the grid, it is clipped; otherwise its step is too coarse for what its readers need,
// mostly because few elements stretch the range. Then a range without these is tried: below the
// widest gap between magnitudes, or of a share of the elements.
#include "features/dissection/cause_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "quantize/algorithms.h"
#include "quantize/encoding.h"
#include "quantize/operators.h"
#include "quantize/weights.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

using Encodings = std::map<std::string, TensorEncoding>;
using store::Cause;
using store::ErrorPart;

constexpr double kHelpfulDb = 3;
constexpr double kLittle = 0.125;      // Of a range.
constexpr std::size_t kMostTried = 3;  // On the chip.
constexpr float kHalfMax = 65504;
constexpr float kHalfLeastNormal = 6.104e-5F;

struct Candidate {
  Encoding encoding;
  std::string what;
  std::string flag;
};

struct Magnitudes {
  std::vector<float> sorted;  // Of the elements that are not zero.

  explicit Magnitudes(std::span<const float> values) {
    for (const float value : values) {
      if (std::isfinite(value) && value != 0) sorted.push_back(std::abs(value));
    }
    std::ranges::sort(sorted);
  }

  float Quantile(double share) const {
    if (sorted.empty()) return 0;
    return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
  }

  // The magnitude below the widest gap, as a ratio, above the median; nothing without one of 4.
  std::optional<float> BelowGap() const {
    constexpr float kGap = 4;
    std::optional<float> below;
    float widest = kGap;
    for (std::size_t i = sorted.size() / 4; i + 1 < sorted.size(); ++i) {
      const float ratio = sorted[i + 1] / sorted[i];
      if (ratio <= widest) continue;
      widest = ratio;
      below = sorted[i];
    }
    return below;
  }
};

ErrorOfTensor RoundingError(const Tensor& reference, const Encoding& encoding) {
  const auto values = reference.values<float>();
  return {reference, Tensor::FromFloats(reference.dims(), FakeQuantized(values, reference.dims(),
                                                                        {.channels = {encoding}}))};
}

std::string RangeText(const Encoding& encoding) {
  return fmt::format("[{:.4g}, {:.4g}]", encoding.min, encoding.max);
}

// Ranges up to some magnitude, each side no further than the tensor's own values.
std::vector<Candidate> CandidatesFor(const Tensor& reference, const Encoding& now) {
  const auto values = reference.values<float>();
  const Magnitudes magnitudes(values);
  double low = 0;
  double high = 0;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, double{value});
    high = std::max(high, double{value});
  }
  std::vector<Candidate> candidates;
  const auto add = [&](double least, double most, bool wider) {
    const Encoding encoding = quantize::AsymmetricEncoding(least, most, now.bitwidth);
    if (wider ? encoding.scale <= now.scale : encoding.scale >= now.scale) return;
    candidates.push_back(
        {encoding,
         fmt::format("give it the range {} instead of {}", RangeText(encoding), RangeText(now)),
         "--quantization_overrides"});
  };
  add(low, high, true);
  // A softmax behind it needs masked elements to be 20 below the others, no more.
  constexpr float kMasked = 20;
  std::vector<float> limits;
  if (const auto below = magnitudes.BelowGap()) limits = {*below + kMasked, 2 * *below};
  for (const double share : {0.9999, 0.999, 0.99}) limits.push_back(magnitudes.Quantile(share));
  for (const float limit : limits) {
    add(std::max(low, -double{limit}), std::min(high, double{limit}), false);
  }
  if (now.bitwidth < 16) {
    candidates.push_back({quantize::AsymmetricEncoding(now.min, now.max, 16),
                          "store it with 16 bits", "--act_bitwidth 16 for all"});
  }
  return candidates;
}

// The share of the error's energy in elements beyond the ends.
double ClippedShare(const PartOfCause& part, const Encoding& encoding) {
  const auto values = part.reference.values<float>();
  const auto rounded = part.value.values<float>();
  double all = 0;
  double beyond = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double error = double{rounded[i]} - values[i];
    const double energy = error * error;
    all += energy;
    if (values[i] < encoding.min - encoding.scale || values[i] > encoding.max + encoding.scale) {
      beyond += energy;
    }
  }
  return all > 0 ? beyond / all : 0;
}

std::string ProofOfStep(const PartOfCause& part, const Encoding& encoding) {
  const auto values = part.reference.values<float>();
  const Magnitudes magnitudes(values);
  std::size_t lost = 0;
  for (const float magnitude : magnitudes.sorted) lost += magnitude < encoding.scale / 2 ? 1 : 0;
  const auto largest = std::ranges::max_element(
      values, {}, [](float value) { return std::isfinite(value) ? std::abs(value) : 0.0F; });
  return fmt::format(
      "{} bits over {} are steps of {:.4g}; half of its elements lie within {:.4g} of zero, {} of "
      "{} round to zero, and the largest, element {}, is {:.4g}",
      encoding.bitwidth, RangeText(encoding), encoding.scale, magnitudes.Quantile(0.5), lost,
      magnitudes.sorted.size(), largest - values.begin(), *largest);
}

// A tensor whose range this one has, or that has this one's.
std::string SharesWith(const TargetModel& model, const std::string& tensor) {
  const auto& shares = model.quantized->shares_range_with;
  if (const auto own = shares.find(tensor); own != shares.end()) return own->second;
  for (const auto& [other, owner] : shares) {
    if (owner == tensor) return other;
  }
  return "";
}

// Of a Concat, where one of its inputs fills little of the range that they all get; or "".
Result<std::string> UnlikeParts(const PartOfCause& part, const std::string& tensor,
                                const Encoding& now) {
  const auto& nodes = part.layers.model.converted.graph.nodes;
  const auto maker = std::ranges::find_if(nodes, [&](const model::Node& node) {
    return node.op_type == "Concat" && std::ranges::count(node.outputs, tensor) > 0;
  });
  if (maker == nodes.end()) return std::string();
  const double range = std::max(std::abs(now.min), std::abs(now.max));
  for (const std::string& input : maker->inputs) {
    if (!part.layers.values.Knows(input)) continue;
    ACC_ASSIGN_OR_RETURN(const Tensor values, part.layers.values.Reference(input));
    const float reach = Magnitudes(values.values<float>()).Quantile(1);
    if (reach >= kLittle * range) continue;
    return fmt::format("its input '{}' reaches {:.4g} only, and has {} steps of the range {}",
                       Printable(input), reach, std::lround(2 * reach / now.scale), RangeText(now));
  }
  return std::string();
}

Status NameStep(const PartOfCause& part, const Encoding& now, Cause& cause) {
  constexpr double kMost = 0.5;
  const Magnitudes magnitudes(part.reference.values<float>());
  const double clipped = ClippedShare(part, now);
  const std::string shared = SharesWith(part.layers.model, cause.tensor);
  const bool fills_little =
      magnitudes.Quantile(1) < kLittle * std::max(std::abs(now.min), std::abs(now.max));
  ACC_ASSIGN_OR_RETURN(const std::string parts, UnlikeParts(part, cause.tensor, now));
  if (clipped > kMost) {
    cause.kind = "clipping";
    cause.proof = fmt::format("{:.0f} % of the error lies in elements beyond its range {}",
                              100 * clipped, RangeText(now));
  } else if (!parts.empty()) {
    cause.kind = "shared range";
    cause.proof = parts;
  } else if (!shared.empty() && fills_little) {
    cause.kind = "shared range";
    cause.proof = fmt::format("it reaches {:.4g} only, and has the range {} with '{}'",
                              magnitudes.Quantile(1), RangeText(now), Printable(shared));
  } else {
    cause.kind = "step too coarse";
    cause.proof = ProofOfStep(part, now);
  }
  return OkStatus();
}

// The encodings of the candidate's range for the tensor, and for those inputs of its layer that
// reach far beyond it: what the chip adds or compares is limited by the widest of them.
Result<Encodings> WithInputs(const PartOfCause& part, const std::string& tensor,
                             const Encoding& range) {
  constexpr double kFar = 16;
  Encodings encodings = {{tensor, {.channels = {range}}}};
  const double limit = std::max(std::abs(range.min), std::abs(range.max));
  const auto narrow = [&](const Encodings& all, const std::string& name) {
    const auto found = all.find(name);
    if (found == all.end() || found->second.per_channel() || found->second.is_float) return;
    const Encoding& wide = found->second.channels.front();
    if (std::max(std::abs(wide.min), std::abs(wide.max)) < kFar * limit) return;
    encodings[name] = {.channels = {quantize::AsymmetricEncoding(
                           std::max(wide.min, -limit), std::min(wide.max, limit), wide.bitwidth)}};
  };
  const quantize::QuantizedGraph& quantized = *part.layers.model.quantized;
  for (const std::string& input : InputsOf(part.layers, tensor)) {
    narrow(quantized.activations, input);
  }
  for (const std::string& param : ParamsOf(part.layers, part.nodes, false)) {
    narrow(quantized.params, param);
  }
  return encodings;
}

// The encodings with which the target itself makes the layer so that the output is 3 dB better;
// none where it is not. The remedy is then set.
Result<Encodings> TriedOnTarget(const PartOfCause& part, const Candidate& candidate, Cause& cause) {
  ACC_ASSIGN_OR_RETURN(Encodings encodings, WithInputs(part, cause.tensor, candidate.encoding));
  const auto error = ErrorOnTarget(part.layers, cause.tensor, encodings);
  if (error.status().code() == StatusCode::kInterrupted) return error.status();
  if (!error.ok()) {
    LogDebug("{}: {}", candidate.what, error.status().message());
    return Encodings();
  }
  ACC_ASSIGN_OR_RETURN(const double db, part.output_db(*error));
  LogDebug("{}: {:.1f} dB at the output", candidate.what, db);
  if (db < part.alone_db + kHelpfulDb) return Encodings();
  std::string what = candidate.what;
  for (const auto& [name, encoding] : encodings) {
    if (name == cause.tensor) continue;
    what += fmt::format(", and its input '{}' {}", Printable(name),
                        RangeText(encoding.channels.front()));
  }
  cause.remedy = {.what = std::move(what), .flag = candidate.flag, .after_db = db};
  return encodings;
}

// On a host the rounding of golden is what the layer makes; on the chip the layer runs again.
Result<Encodings> ExplainOutput(const PartOfCause& part, Cause& cause) {
  const auto& activations = part.layers.model.quantized->activations;
  const auto found = activations.find(cause.tensor);
  if (found == activations.end()) return Encodings();
  const Encoding& now = found->second.channels.front();
  ACC_RETURN_IF_ERROR(NameStep(part, now, cause));
  std::size_t tried = 0;
  for (const Candidate& candidate : CandidatesFor(part.reference, now)) {
    ACC_ASSIGN_OR_RETURN(const double db,
                         part.output_db(RoundingError(part.reference, candidate.encoding)));
    if (db < part.alone_db + kHelpfulDb) continue;
    if (part.layers.is_host) {
      cause.remedy = {.what = candidate.what, .flag = candidate.flag, .after_db = db};
      return Encodings{{cause.tensor, {.channels = {candidate.encoding}}}};
    }
    if (tried++ == kMostTried) break;
    ACC_ASSIGN_OR_RETURN(const Encodings encodings, TriedOnTarget(part, candidate, cause));
    if (!encodings.empty()) return encodings;
  }
  return Encodings();
}

// The smallest whole error of the layer that these encodings leave, and the output with it.
Result<double> OutputWith(const PartOfCause& part, const Cause& cause, const Encodings& encodings) {
  ACC_ASSIGN_OR_RETURN(const ErrorOfTensor error,
                       ErrorOfParams(part.layers, cause.tensor, encodings));
  return part.output_db(error);
}

using quantize::Algorithm;

TensorEncoding Encoded(const Tensor& values, std::optional<int> axis, int bitwidth,
                       bool symmetric) {
  const Algorithm algorithm = symmetric ? Algorithm::kSymmetric : Algorithm::kTf;
  return quantize::EncodingOfConstant(values, axis, quantize::InfoOf(algorithm),
                                      {.bitwidth = bitwidth, .symmetric = symmetric});
}

// The output channels of a weight, as its reader has them.
std::optional<int> ChannelAxisOf(const model::Graph& graph, const std::string& param) {
  for (const model::Node& node : graph.nodes) {
    const auto input = std::ranges::find(node.inputs, param);
    if (input == node.inputs.end()) continue;
    return quantize::ChannelAxis(node, static_cast<std::size_t>(input - node.inputs.begin()),
                                 graph.initializers.at(param).dims().size());
  }
  return std::nullopt;
}

// How many of a weight's elements that are not zero round to it.
struct Lost {
  std::size_t lost = 0;
  std::size_t elements = 0;
};

Lost LostOf(const Tensor& values, const TensorEncoding& encoding) {
  const auto exact = values.values<float>();
  const std::vector<float> rounded = FakeQuantized(exact, values.dims(), encoding);
  Lost lost;
  for (std::size_t i = 0; i < rounded.size(); ++i) {
    lost.elements += exact[i] != 0 ? 1 : 0;
    lost.lost += exact[i] != 0 && rounded[i] == 0 ? 1 : 0;
  }
  return lost;
}

Status ExplainWeights(const PartOfCause& part, Cause& cause) {
  const model::Graph& graph = part.layers.model.converted.graph;
  const auto& encodings = part.layers.model.quantized->params;
  cause.kind = "rounding of weights";
  Encodings per_channel;
  Encodings wider;
  for (const std::string& param : ParamsOf(part.layers, part.nodes, false)) {
    const Tensor& values = graph.initializers.at(param);
    const TensorEncoding& now = encodings.at(param);
    const Encoding& first = now.channels.front();
    const Lost lost = LostOf(values, now);
    if (2 * lost.lost > lost.elements) cause.kind = "weights rounded to zero";
    cause.proof += fmt::format(
        "{}'{}': {} bits{}, {} of {} elements round to zero", cause.proof.empty() ? "" : "; ",
        Printable(param), first.bitwidth,
        now.per_channel() ? ", a range for each channel"
                          : fmt::format(" over {}, steps of {:.4g}", RangeText(first), first.scale),
        lost.lost, lost.elements);
    const auto axis = ChannelAxisOf(graph, param);
    if (axis && !now.per_channel())
      per_channel[param] = Encoded(values, axis, first.bitwidth, true);
    if (first.bitwidth < 16) {
      wider[param] = Encoded(values, now.axis, first.bitwidth < 8 ? 8 : 16, now.per_channel());
    }
  }
  struct Choice {
    const Encodings& encodings;
    std::string_view what;
    std::string_view flag;
  };
  for (const Choice& choice :
       {Choice{per_channel, "one range for each output channel", "--use_per_channel_quantization"},
        Choice{wider, "store its weights with twice the bits", "--weights_bitwidth for all"}}) {
    if (choice.encodings.empty()) continue;
    ACC_ASSIGN_OR_RETURN(const double db, OutputWith(part, cause, choice.encodings));
    if (db < part.alone_db + kHelpfulDb) continue;
    cause.remedy = {
        .what = std::string(choice.what), .flag = std::string(choice.flag), .after_db = db};
    break;
  }
  return OkStatus();
}

Status ExplainBias(const PartOfCause& part, Cause& cause) {
  const model::Graph& graph = part.layers.model.converted.graph;
  cause.kind = "rounding of the bias";
  Encodings wider;
  for (const std::string& param : ParamsOf(part.layers, part.nodes, true)) {
    const Tensor& values = graph.initializers.at(param);
    const Encoding& now = part.layers.model.quantized->params.at(param).channels.front();
    const auto [least, most] = std::ranges::minmax(values.values<float>());
    if (least < now.min - now.scale || most > now.max + now.scale) cause.kind = "bias overflow";
    cause.proof =
        fmt::format("'{}' from {:.4g} to {:.4g}: {} bits over {}, steps of {:.4g}",
                    Printable(param), least, most, now.bitwidth, RangeText(now), now.scale);
    if (now.bitwidth < 32) wider[param] = Encoded(values, std::nullopt, 32, true);
  }
  if (wider.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(const double db, OutputWith(part, cause, wider));
  if (db >= part.alone_db + kHelpfulDb) {
    cause.remedy = {.what = "store the bias with 32 bits",
                    .flag = "--bias_bitwidth 32 for all",
                    .after_db = db};
  }
  return OkStatus();
}

void ExplainHalf(const PartOfCause& part, Cause& cause) {
  const auto values = part.reference.values<float>();
  const auto beyond =
      std::ranges::count_if(values, [](float value) { return std::abs(value) > kHalfMax; });
  const auto below = std::ranges::count_if(
      values, [](float value) { return value != 0 && std::abs(value) < kHalfLeastNormal; });
  if (beyond > 0) {
    cause.kind = "half-precision overflow";
    cause.proof = fmt::format("{} of {} elements lie beyond 65504", beyond, values.size());
  } else if (2 * static_cast<std::size_t>(below) > values.size()) {
    cause.kind = "half-precision underflow";
    cause.proof = fmt::format(
        "{} of {} elements are smaller than 0.000061, below which half "
        "precision loses digits",
        below, values.size());
  } else {
    cause.kind = "half precision";
    cause.proof = "float32 gives another result on the same inputs";
  }
}

// Narrower ranges, which the chip may compute right.
Result<Encodings> ExplainArithmetic(const PartOfCause& part, Cause& cause) {
  if (!part.layers.model.quantized) {
    ExplainHalf(part, cause);
    return Encodings();
  }
  cause.kind = "the chip's arithmetic";
  cause.proof = "with the same codes the host computes another result";
  const auto& activations = part.layers.model.quantized->activations;
  const auto found = activations.find(cause.tensor);
  if (found == activations.end()) return Encodings();
  const Encoding& now = found->second.channels.front();
  cause.proof +=
      fmt::format("; {} bits over {} are steps of {:.4g}", now.bitwidth, RangeText(now), now.scale);
  std::size_t tried = 0;
  for (const Candidate& candidate : CandidatesFor(part.reference, now)) {
    if (tried++ == kMostTried) break;
    ACC_ASSIGN_OR_RETURN(const Encodings encodings, TriedOnTarget(part, candidate, cause));
    if (!encodings.empty()) return encodings;
  }
  return Encodings();
}

}  // namespace

Result<std::map<std::string, TensorEncoding>> ExplainPart(const PartOfCause& part, Cause& cause) {
  switch (cause.part) {
    case ErrorPart::kOutput: return ExplainOutput(part, cause);
    case ErrorPart::kArithmetic: return ExplainArithmetic(part, cause);
    case ErrorPart::kWeights: ACC_RETURN_IF_ERROR(ExplainWeights(part, cause)); break;
    case ErrorPart::kBias: ACC_RETURN_IF_ERROR(ExplainBias(part, cause)); break;
    default: break;
  }
  return Encodings();
}

}  // namespace acc::features
