// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/param_causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "features/dissection/model_variants.h"
#include "features/dissection/range_remedies.h"
#include "quantize/algorithms.h"
#include "quantize/operators.h"
#include "quantize/weights.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

using quantize::Algorithm;
using store::Cause;

// The output with the error that these encodings leave in the layer.
Result<double> OutputWith(const PartOfCause& part, const Cause& cause, const Encodings& encodings) {
  ACC_ASSIGN_OR_RETURN(const ErrorOfTensor error,
                       ErrorOfParams(part.layers, cause.tensor, encodings));
  return part.output_db(error);
}

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

}  // namespace

Status ExplainWeights(const PartOfCause& part, Cause& cause) {
  const model::Graph& graph = part.layers.model.converted.graph;
  const auto& encodings = part.layers.model.quantized->params;
  cause.kind = "rounding of weights";
  Encodings per_channel;
  Encodings wider;
  for (const std::string& param : ParamsOf(part.layers.model, part.nodes, false)) {
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
  for (const std::string& param : ParamsOf(part.layers.model, part.nodes, true)) {
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

}  // namespace acc::features
