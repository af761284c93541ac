// SPDX-License-Identifier: BSD-3-Clause
// An output is rounded to a grid of its encoding. Where most of the error lies in elements beyond
// the ends of the grid, it is clipped; otherwise its step is too coarse for what its readers need,
// mostly because few elements stretch the range, or because it shares the range of another tensor.
#include "features/dissection/cause_kinds.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "features/dissection/param_causes.h"
#include "features/dissection/range_remedies.h"

namespace acc::features {
namespace {

using store::Cause;
using store::ErrorPart;

constexpr double kLittle = 0.125;  // Of a range.
constexpr float kHalfMax = 65504;
constexpr float kHalfLeastNormal = 6.104e-5F;

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
  for (const float magnitude : magnitudes.sorted()) lost += magnitude < encoding.scale / 2 ? 1 : 0;
  const auto largest = std::ranges::max_element(
      values, {}, [](float value) { return std::isfinite(value) ? std::abs(value) : 0.0F; });
  return fmt::format(
      "{} bits over {} are steps of {:.4g}; half of its elements lie within {:.4g} of zero, {} of "
      "{} round to zero, and the largest, element {}, is {:.4g}",
      encoding.bitwidth, RangeText(encoding), encoding.scale, magnitudes.Quantile(0.5), lost,
      magnitudes.sorted().size(), largest - values.begin(), *largest);
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

Result<Encodings> ExplainOutput(const PartOfCause& part, Cause& cause) {
  const auto& activations = part.layers.model.quantized->activations;
  const auto found = activations.find(cause.tensor);
  if (found == activations.end()) return Encodings();
  const Encoding& now = found->second.channels.front();
  ACC_RETURN_IF_ERROR(NameStep(part, now, cause));
  return MendRounding(part, now, cause);
}

// A constant of the layer that half precision cannot hold, and its largest element.
struct LargeConstant {
  std::string name;
  float value = 0;
};
std::optional<LargeConstant> ConstantBeyondHalf(const PartOfCause& part) {
  const model::Graph& graph = part.layers.model.converted.graph;
  for (const model::Node& node : graph.nodes) {
    if (std::ranges::count(part.nodes, node.name) == 0) continue;
    for (const std::string& input : node.inputs) {
      const auto constant = graph.initializers.find(input);
      if (constant == graph.initializers.end()) continue;
      if (constant->second.type() != ElementType::kFloat32) continue;
      const auto values = constant->second.values<float>();
      const auto beyond = std::ranges::find_if(
          values, [](float value) { return std::isfinite(value) && std::abs(value) > kHalfMax; });
      if (beyond != values.end()) return LargeConstant{input, *beyond};
    }
  }
  return std::nullopt;
}

void ExplainHalf(const PartOfCause& part, Cause& cause) {
  if (const auto constant = ConstantBeyondHalf(part)) {
    cause.kind = "half-precision overflow";
    cause.proof = fmt::format("its constant '{}' holds {:.4g}, beyond 65504",
                              Printable(constant->name), constant->value);
    return;
  }
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
  return MendArithmetic(part, now, cause);
}

}  // namespace

Result<Encodings> ExplainPart(const PartOfCause& part, Cause& cause) {
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
