// SPDX-License-Identifier: BSD-3-Clause
// Constants are quantized in three passes over the wishes of their readers. First the encodings.
// Then weights of small scale are given a larger one where the accumulator's scale, input times
// weight, would push their bias out of 32 bits: a bias must be known before its weight is final.
// Last the codes, of which those of biases depend on both scales. Readers that wish the same of a
// constant share one copy; others get one of their own.
#include "quantize/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/threads.h"
#include "quantize/encoding.h"
#include "quantize/weights.h"

namespace acc::quantize {
namespace {

// What a reader asks of a constant; equal ones share one quantized copy.
struct Wish {
  InputRole role = InputRole::kData;
  std::optional<int> axis;
  std::string input = {};  // A bias's accumulator multiplies these; empty where it has none.
  std::string weight = {};
  std::optional<std::size_t> weight_item = {};  // Where the weight is constant.
  std::string range_of = {};  // The activation whose encoding it must have; empty: its own.
  auto operator<=>(const Wish&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct Item {
  Wish wish;
  QuantizedParam param;
  bool stays_float = false;
  std::size_t not_finite = 0;
};

class Builder {
 public:
  Builder(const model::Graph& graph, const Types& types,
          const std::map<std::string, TensorEncoding>& activations,
          const std::map<std::string, std::string>& fused, const OverrideLookup& overrides,
          const Options& options)
      : graph_(graph),
        types_(types),
        activations_(activations),
        fused_(fused),
        overrides_(overrides),
        options_(options) {}

  Result<QuantizedParams> Build() {
    for (std::size_t node = 0; node < graph_.nodes.size(); ++node) Collect(node);
    // A bias needs its weight's scale and may raise it: encodings come first, codes last.
    ACC_RETURN_IF_ERROR(ForEachItem([this](Item& item) { return Encode(item); }));
    for (const Item& item : items_) RaiseWeight(item);
    NoteRaised();
    NoteNotFinite();
    ACC_RETURN_IF_ERROR(ForEachItem([this](Item& item) { return Store(item); }));
    QuantizedParams result{.notes = std::move(notes_)};
    for (Item& item : items_) {
      if (!item.stays_float) result.params.push_back(std::move(item.param));
    }
    return result;
  }

 private:
  void Collect(std::size_t node_index) {
    const model::Node& node = graph_.nodes[node_index];
    if (!IsQuantized(node)) return;
    std::optional<std::size_t> weight_item;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      const auto constant = graph_.initializers.find(node.inputs[input]);
      if (constant == graph_.initializers.end()) continue;
      const Tensor& value = constant->second;
      const bool is_float32 = value.type() == ElementType::kFloat32 && value.size() > 0;
      if (!is_float32 || RoleOf(node, input) == InputRole::kPlain) continue;
      const Wish wish = WishOf(node, input, value, weight_item);
      const std::size_t item = ItemFor(constant->first, wish);
      items_[item].param.reads.push_back({.node = node_index, .input = input});
      if (input == 1) weight_item = item;
    }
  }

  std::size_t ItemFor(const std::string& tensor, const Wish& wish) {
    const auto [place, is_new] = item_of_.try_emplace({tensor, wish}, items_.size());
    if (is_new) {
      Item& item = items_.emplace_back();
      item.wish = wish;
      item.param.tensor = tensor;
      item.param.role = wish.role;
    }
    return place->second;
  }

  bool IsFloatActivation(const std::string& tensor) const {
    const auto found = activations_.find(tensor);
    return found == activations_.end() || found->second.is_float;
  }

  bool IsFloatOperand(const model::Node& node, std::size_t input) const {
    const std::string& name = node.inputs[input];
    const auto info = types_.find(name);
    const bool is_float32 = info != types_.end() && info->second.type == ElementType::kFloat32;
    return is_float32 && !graph_.initializers.contains(name) && !fused_.contains(name) &&
           RoleOf(node, input) != InputRole::kPlain && IsFloatActivation(name);
  }

  bool IsQuantized(const model::Node& node) const {
    if (OutputRangeOf(graph_, node) == OutputRange::kFloat) return false;
    for (std::size_t input = 0; input < node.inputs.size(); ++input) {
      if (IsFloatOperand(node, input)) return false;
    }
    return std::any_of(node.outputs.begin(), node.outputs.end(), [&](const std::string& output) {
      return fused_.contains(output) || !IsFloatActivation(output);
    });
  }

  Wish WishOf(const model::Node& node, std::size_t input, const Tensor& constant,
              std::optional<std::size_t> weight_item) {
    Wish wish{.role = RoleOf(node, input), .axis = std::nullopt};
    if (wish.role == InputRole::kWeight && options_.per_channel_weights) {
      wish.axis = ChannelAxis(node, input, constant.dims().size());
      if (!wish.axis && node.op_type == "ConvTranspose") {
        notes_.push_back(fmt::format(
            "the weight '{}' of a grouped ConvTranspose is quantized per tensor, not per channel",
            Printable(node.inputs[input])));
      }
    }
    if (OutputRangeOf(graph_, node) == OutputRange::kOfAll) wish.range_of = node.outputs.front();
    if (wish.role == InputRole::kBias && BiasInAccumulatorScale(node)) {
      wish.input = node.inputs[0];
      wish.weight = node.inputs[1];
      wish.weight_item = weight_item;
    }
    return wish;
  }

  template <typename Body>
  Status ForEachItem(const Body& body) {
    std::vector<Status> outcomes(items_.size());
    ParallelFor(items_.size(), [&](std::size_t i) { outcomes[i] = body(items_[i]); });
    for (const Status& outcome : outcomes) ACC_RETURN_IF_ERROR(outcome);
    return OkStatus();
  }

  const Tensor& ConstantOf(const Item& item) const {
    return graph_.initializers.at(item.param.tensor);
  }

  // A bias of 32 bits gets another encoding when it is stored.
  Status Encode(Item& item) const {
    const Tensor& constant = ConstantOf(item);
    item.not_finite = static_cast<std::size_t>(std::ranges::count_if(
        constant.values<float>(), [](float value) { return !std::isfinite(value); }));
    const AlgorithmInfo& weights = InfoOf(options_.weights);
    const AlgorithmInfo& tf = InfoOf(Algorithm::kTf);
    TensorEncoding& encoding = item.param.encoding;
    if (overrides_.Param(item.param.tensor) != nullptr) return TakeOverride(item);
    item.stays_float = options_.given_encodings_only;
    if (item.stays_float) return OkStatus();
    if (const TensorEncoding* shared = OperandEncoding(item.wish.range_of)) {
      encoding = *shared;
      return OkStatus();
    }
    const bool symmetric =
        weights.symmetric || options_.symmetric_weights || NeedsSymmetry(item.param);
    if (item.wish.role == InputRole::kWeight) {
      encoding = EncodingOfConstant(constant, item.wish.axis, weights,
                                    {.bitwidth = options_.weight_bitwidth,
                                     .symmetric = symmetric,
                                     .percentile = options_.percentile});
    } else if (item.wish.role == InputRole::kBias) {
      encoding = EncodingOfConstant(constant, std::nullopt, tf,
                                    {.bitwidth = options_.bias_bitwidth,
                                     .symmetric = symmetric || options_.bias_bitwidth == 32});
    } else {
      encoding = EncodingOfConstant(constant, std::nullopt, tf,
                                    {.bitwidth = options_.activation_bitwidth});
    }
    return OkStatus();
  }

  // An HTP's GRU that gives both outputs has neither right where activations have 16 bits, the bias
  // 32, and both weights are asymmetric. One symmetric weight is enough.
  bool NeedsSymmetry(const QuantizedParam& param) const {
    const ParamRead& read = param.reads.front();
    return options_.activation_bitwidth == 16 && options_.bias_bitwidth == 32 && read.input == 2 &&
           graph_.nodes[read.node].op_type == "GRU";
  }

  Status TakeOverride(Item& item) const {
    const TensorEncoding& given = *overrides_.Param(item.param.tensor);
    const Shape& dims = ConstantOf(item).dims();
    const ParamRead& read = item.param.reads.front();
    const int most_bits = item.wish.role == InputRole::kBias ? 32 : 16;
    const auto usual_axis = overrides_.HasOwnAxis(item.param.tensor)
                                ? std::nullopt
                                : ChannelAxis(graph_.nodes[read.node], read.input, dims.size());
    auto fitted = FittedOverride(given, dims, usual_axis, most_bits);
    if (!fitted.ok()) {
      return fitted.status().WithContext(
          fmt::format("the encoding given for '{}'", Printable(item.param.tensor)));
    }
    item.param.encoding = *std::move(fitted);
    item.stays_float = given.is_float;
    return OkStatus();
  }

  // Null where the operand is float.
  const TensorEncoding* OperandEncoding(const std::string& input) const {
    return IsFloatActivation(input) ? nullptr : &activations_.at(input);
  }

  const TensorEncoding* WeightEncoding(const Wish& wish) const {
    if (!wish.weight_item) return OperandEncoding(wish.weight);
    const Item& item = items_[*wish.weight_item];
    return item.stays_float ? nullptr : &item.param.encoding;
  }

  void RaiseWeight(const Item& bias) {
    const TensorEncoding* input = OperandEncoding(bias.wish.input);
    if (!bias.wish.weight_item || input == nullptr || bias.stays_float) return;
    Item& weight = items_[*bias.wish.weight_item];
    if (weight.stays_float) return;
    if (RaiseForBias(weight.param.encoding, input->channels.front().scale, ConstantOf(bias))) {
      raised_.push_back(Printable(weight.param.tensor));
    }
    if (IsBatchNormBias(bias.param) && !weight.param.encoding.per_channel()) {
      RaiseForBatchNorm(weight.param.encoding.channels.front(), input->channels.front().scale,
                        HeldBias(bias));
    }
  }

  bool IsBatchNormBias(const QuantizedParam& param) const {
    return param.role == InputRole::kBias &&
           graph_.nodes[param.reads.front().node].op_type == "BatchNormalization";
  }

  // A bias of fewer bits is rounded to an encoding of its own before it is stored.
  std::vector<float> HeldBias(const Item& bias) const {
    const Tensor& constant = ConstantOf(bias);
    const std::span<const float> values = constant.values<float>();
    if (bias.param.encoding.channels.front().bitwidth == 32) return {values.begin(), values.end()};
    return FakeQuantized(values, constant.dims(), bias.param.encoding);
  }

  void NoteRaised() {
    if (raised_.empty()) return;
    notes_.push_back(fmt::format("{} got a larger scale so that their biases fit 32 bits: {}",
                                 Counted(raised_.size(), "weight"), Join(raised_, ", ")));
  }

  void NoteNotFinite() {
    for (const Item& item : items_) {
      if (item.not_finite == 0 || item.stays_float) continue;
      notes_.push_back(
          fmt::format("'{}': {} of {} values of this constant are NaN or infinite, which integers "
                      "cannot hold",
                      Printable(item.param.tensor), item.not_finite, ConstantOf(item).size()));
    }
  }

  Status Store(Item& item) const {
    if (item.stays_float) return OkStatus();
    const Tensor& constant = ConstantOf(item);
    QuantizedParam& param = item.param;
    param.stored = param.encoding;
    std::vector<float> rounded;
    std::span<const float> values = constant.values<float>();
    if (!item.wish.weight.empty()) {
      const TensorEncoding* input = OperandEncoding(item.wish.input);
      const TensorEncoding* weight = WeightEncoding(item.wish);
      item.stays_float = input == nullptr || weight == nullptr;
      if (item.stays_float) return OkStatus();
      param.stored = AccumulatorEncoding(input->channels.front().scale, *weight, constant.dims());
      if (param.encoding.channels.front().bitwidth == 32) param.encoding = param.stored;
      rounded = FakeQuantized(values, constant.dims(), param.encoding);
      values = rounded;
    }
    auto codes = Quantized(values, constant.dims(), param.stored);
    if (!codes.ok()) return codes.status().WithContext(Printable(param.tensor));
    param.codes = *std::move(codes);
    return OkStatus();
  }

  const model::Graph& graph_;
  const Types& types_;
  const std::map<std::string, TensorEncoding>& activations_;
  const std::map<std::string, std::string>& fused_;
  const OverrideLookup& overrides_;
  const Options& options_;
  std::vector<Item> items_;
  std::map<std::pair<std::string, Wish>, std::size_t> item_of_;
  std::vector<std::string> raised_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<QuantizedParams> QuantizeParams(const model::Graph& graph, const Types& types,
                                       const std::map<std::string, TensorEncoding>& activations,
                                       const std::map<std::string, std::string>& fused,
                                       const OverrideLookup& overrides, const Options& options) {
  return Builder(graph, types, activations, fused, overrides, options).Build();
}

}  // namespace acc::quantize
