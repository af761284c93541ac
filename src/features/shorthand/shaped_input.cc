// SPDX-License-Identifier: BSD-3-Clause
#include "features/shorthand/shaped_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace acc::features {
namespace {

constexpr std::int64_t kSide = 224;
constexpr std::int64_t kLength = 32;
constexpr std::int64_t kLeastSamples = 1000;

bool IsChannelCount(std::int64_t dim) { return dim == 1 || dim == 3; }

// A row of a batch that is as long as sound is.
bool IsSound(const Shape& dims) {
  return (dims.size() == 1 || dims.size() == 2) && dims.back() >= kLeastSamples;
}

// The same numbers on every machine: the standard leaves its distributions open, not this engine.
class Uniform {
 public:
  // In [low, high).
  double operator()(double low, double high) {
    constexpr double kWidth = 4294967296.0;
    return low + (high - low) * static_cast<double>(engine_()) / kWidth;
  }

 private:
  std::mt19937 engine_{1};
};

// Sums of waves of low frequency, within [-1, 1].
std::vector<double> SmoothShades(const Shape& dims, bool is_channel_last) {
  Uniform uniform;
  const std::size_t rows = dims[is_channel_last ? 1 : 2];
  const std::size_t columns = dims[is_channel_last ? 2 : 3];
  const std::size_t channels = dims[is_channel_last ? 3 : 1];
  std::vector<double> values(ElementCount(dims).value_or(0));
  const std::size_t image = rows * columns * channels;
  for (std::size_t start = 0; start < values.size(); start += image) {
    for (std::size_t channel = 0; channel < channels; ++channel) {
      for (int wave = 0; wave < 6; ++wave) {
        const double down = uniform(0.02, 0.3);
        const double right = uniform(0.02, 0.3);
        const double phase = uniform(0, 2 * std::numbers::pi);
        for (std::size_t row = 0; row < rows; ++row) {
          for (std::size_t column = 0; column < columns; ++column) {
            const std::size_t place = is_channel_last
                                          ? (row * columns + column) * channels + channel
                                          : (channel * rows + row) * columns + column;
            values[start + place] += std::sin(down * static_cast<double>(row) +
                                              right * static_cast<double>(column) + phase) /
                                     4;
          }
        }
      }
    }
  }
  for (double& value : values) value = std::clamp(value, -1.0, 1.0);
  return values;
}

// Tones that swell and fade, within [-0.5, 0.5].
std::vector<double> Tones(const Shape& dims) {
  const std::size_t count = ElementCount(dims).value_or(0);
  const auto length = static_cast<double>(dims.back());
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double at = std::fmod(static_cast<double>(i), length) / length;
    const double loudness = 0.25 * (1 - std::cos(6 * std::numbers::pi * at));
    values[i] = loudness * std::sin(2 * std::numbers::pi * at * length * (0.01 + 0.02 * at));
  }
  return values;
}

std::vector<double> Noise(const Shape& dims, double low, double high) {
  Uniform uniform;
  std::vector<double> values(ElementCount(dims).value_or(0));
  for (double& value : values) value = uniform(low, high);
  return values;
}

// How many rows the table has that a Gather reads with this input, straight or through a Cast or a
// Reshape.
std::optional<std::int64_t> RowsOfTable(const model::Graph& graph, const std::string& tensor) {
  for (const model::Node& node : graph.nodes) {
    const bool moves = node.op_type == "Cast" || node.op_type == "Reshape" ||
                       node.op_type == "Identity" || node.op_type == "Squeeze";
    if (moves && !node.inputs.empty() && node.inputs[0] == tensor) {
      if (auto rows = RowsOfTable(graph, node.outputs[0])) return rows;
    }
    if (node.op_type != "Gather" || node.inputs.size() < 2 || node.inputs[1] != tensor) continue;
    const auto table = graph.initializers.find(node.inputs[0]);
    if (table != graph.initializers.end() && table->second.dims().size() == 2) {
      return table->second.dims()[0];
    }
  }
  return std::nullopt;
}

bool Names(const std::string& name, std::initializer_list<std::string_view> words) {
  const std::string lower = ToLower(name);
  return std::ranges::any_of(
      words, [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

struct Chosen {
  std::vector<double> values;
  std::string kind;
};

// Of an input that holds numbers without a fraction.
Chosen ChooseIntegers(const model::Graph& graph, const ValueInfo& input, const Shape& dims) {
  const std::size_t count = ElementCount(dims).value_or(0);
  if (Names(input.name, {"mask"}))
    return {std::vector<double>(count, 1), "ones, as a mask of nothing"};
  if (Names(input.name, {"token_type", "segment"})) return {std::vector<double>(count, 0), "zeros"};
  if (Names(input.name, {"position"})) {
    std::vector<double> places(count);
    for (std::size_t i = 0; i < count; ++i) {
      places[i] = static_cast<double>(i % static_cast<std::size_t>(dims.back()));
    }
    return {std::move(places), "the places in their order"};
  }
  const std::int64_t rows = RowsOfTable(graph, input.name).value_or(0);
  const std::int64_t limit = rows > 0 ? rows : 2;
  std::vector<double> ids = Noise(dims, 0, static_cast<double>(limit));
  for (double& id : ids) id = std::floor(id);
  return {std::move(ids),
          rows > 0 ? fmt::format("ids below {}, the rows of their table", rows) : "zeros and ones"};
}

Chosen ChooseFloats(const ValueInfo& input, const Shape& dims, bool is_channel_last) {
  if (Names(input.name, {"mask"}) && dims.size() <= 2) {
    return {std::vector<double>(ElementCount(dims).value_or(0), 1), "ones, as a mask of nothing"};
  }
  if (IsImage(input, is_channel_last)) {
    return {SmoothShades(dims, is_channel_last), "an image of smooth shades within [-1, 1]"};
  }
  if (IsSound(dims)) return {Tones(dims), "tones that swell and fade within [-0.5, 0.5]"};
  return {Noise(dims, -1, 1), "noise within [-1, 1]"};
}

Chosen ChooseBytes(const ValueInfo& input, const Shape& dims, bool is_channel_last, double low) {
  Chosen chosen = ChooseFloats(input, dims, is_channel_last);
  for (double& value : chosen.values) value = std::round(low + 127.5 * (value + 1));
  chosen.kind += ", in the steps of a byte";
  return chosen;
}

template <typename T>
Tensor Typed(ElementType type, const Shape& dims, const std::vector<double>& values) {
  std::vector<T> typed(values.size());
  std::ranges::transform(values, typed.begin(), [](double value) { return static_cast<T>(value); });
  return Tensor::FromValues<T>(type, dims, typed);
}

Result<Tensor> TensorOf(const ValueInfo& input, const Shape& dims,
                        const std::vector<double>& values) {
  switch (input.type) {
    case ElementType::kFloat32: return Typed<float>(input.type, dims, values);
    case ElementType::kFloat64: return Typed<double>(input.type, dims, values);
    case ElementType::kInt8: return Typed<std::int8_t>(input.type, dims, values);
    case ElementType::kUint8:
    case ElementType::kBool: return Typed<std::uint8_t>(input.type, dims, values);
    case ElementType::kInt16: return Typed<std::int16_t>(input.type, dims, values);
    case ElementType::kUint16: return Typed<std::uint16_t>(input.type, dims, values);
    case ElementType::kInt32: return Typed<std::int32_t>(input.type, dims, values);
    case ElementType::kUint32: return Typed<std::uint32_t>(input.type, dims, values);
    case ElementType::kInt64: return Typed<std::int64_t>(input.type, dims, values);
    case ElementType::kUint64: return Typed<std::uint64_t>(input.type, dims, values);
    case ElementType::kFloat16: {
      std::vector<std::uint16_t> halves(values.size());
      std::ranges::transform(values, halves.begin(),
                             [](double value) { return HalfFromFloat(static_cast<float>(value)); });
      return Tensor::FromValues<std::uint16_t>(input.type, dims, halves);
    }
    default:
      return Failure(
          fmt::format("no values can be made for the input '{}' of type {}; give it with "
                      "--input_tensor NAME DIMS RAW",
                      Printable(input.name), Name(input.type)));
  }
}

}  // namespace

bool IsImage(const ValueInfo& input, bool is_channel_last) {
  return input.dims.size() == 4 && IsChannelCount(input.dims[is_channel_last ? 3 : 1]);
}

Shape ChosenDims(const ValueInfo& input, bool is_channel_last) {
  Shape dims = input.dims;
  const bool is_image = IsImage(input, is_channel_last);
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] >= 0) continue;
    dims[axis] = axis == 0 ? 1 : (is_image ? kSide : kLength);
  }
  return dims;
}

Result<ShapedInput> MakeShapedInput(const model::Graph& graph, const ValueInfo& input,
                                    bool is_channel_last) {
  const Shape dims = ChosenDims(input, is_channel_last);
  const auto of = [&](const Chosen& chosen) -> Result<ShapedInput> {
    ACC_ASSIGN_OR_RETURN(Tensor values, TensorOf(input, dims, chosen.values));
    return ShapedInput{std::move(values), chosen.kind};
  };
  if (IsFloat(input.type)) return of(ChooseFloats(input, dims, is_channel_last));
  if (input.type == ElementType::kUint8) return of(ChooseBytes(input, dims, is_channel_last, 0));
  if (input.type == ElementType::kInt8) return of(ChooseBytes(input, dims, is_channel_last, -128));
  return of(ChooseIntegers(graph, input, dims));
}

}  // namespace acc::features
