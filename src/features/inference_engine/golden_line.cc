// SPDX-License-Identifier: BSD-3-Clause
#include "features/inference_engine/golden_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "features/source_model/input_lines.h"
#include "features/source_model/source_model.h"
#include "features/target_run/static_model.h"
#include "match/names.h"
#include "tensor/layout.h"

namespace acc::features {
namespace {

// How a line's input differs from the golden one.
struct Difference {
  std::size_t different = 0;  // Elements; all of them where the dims differ.
  std::size_t elements = 0;
  std::string text;  // Empty for the same values.
};

// The target's inputs as the list holds them, by the names that the list uses.
struct TargetInputs {
  InputLines lines;
  std::map<std::string, TensorEncoding> codes;
};

Result<TargetInputs> TargetInputsOf(const InferenceEngineOptions& options,
                                    const SourceModel& source) {
  ExpectedInputs expected;
  if (options.stage == "source") {
    expected = InputsOf(source, options.use_native_input_files);
  } else {
    ACC_ASSIGN_OR_RETURN(const StaticModel model,
                         ReadStaticModel(options.static_model, options.model_name));
    expected = InputsOf(model, options.model.input_tensors, options.use_native_input_files);
  }
  for (const ValueInfo& input : expected.inputs) expected.target_name[input.name] = input.name;
  TargetInputs inputs{.codes = expected.codes};
  ACC_ASSIGN_OR_RETURN(inputs.lines, InputLines::Open(options.input_list, std::move(expected)));
  return inputs;
}

// The golden inputs as real numbers, under the keys of their names.
Result<store::NamedTensors> GoldenInputs(const SourceModel& source, const ModelOptions& options) {
  ACC_ASSIGN_OR_RETURN(store::NamedTensors read, ReadRealInputs(source, options));
  store::NamedTensors golden;
  for (auto& [name, tensor] : read) golden.emplace(match::PortKey(name), std::move(tensor));
  return golden;
}

bool AreSame(float a, float b, double tolerance) {
  return a == b || (std::isnan(a) && std::isnan(b)) || std::abs(double{a} - double{b}) <= tolerance;
}

// Counts elements; integers of one type exactly. Of another number of elements, all are different.
Result<Difference> CompareInOrder(const TensorView& golden, const TensorView& other,
                                  double tolerance) {
  ACC_ASSIGN_OR_RETURN(const std::vector<float> expected, ToFloats(golden));
  ACC_ASSIGN_OR_RETURN(const std::vector<float> found, ToFloats(other));
  Difference difference{.different = 0, .elements = expected.size()};
  const bool exact = golden.type == other.type && !IsFloat(golden.type);
  const std::size_t size = exact ? ByteSize(golden.type, 1) : 0;
  const auto same = [&](std::size_t i) {
    if (exact && size > 0) {
      return std::ranges::equal(golden.bytes.subspan(i * size, size),
                                other.bytes.subspan(i * size, size));
    }
    return AreSame(expected[i], found[i], tolerance);
  };
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < expected.size() && i < found.size(); ++i) {
    if (same(i)) continue;
    ++difference.different;
    if (!first) first = i;
  }
  if (expected.size() != found.size()) {
    difference.different = std::max(expected.size(), found.size());
    difference.text = fmt::format("{} elements, not {}", found.size(), expected.size());
  } else if (first) {
    difference.text =
        fmt::format("{} of {} elements differ, the first is element {}: {}, not {}",
                    difference.different, expected.size(), *first, found[*first], expected[*first]);
  }
  return difference;
}

Result<Tensor> Permuted(const TensorView& tensor, const Permutation& permutation) {
  std::vector<std::byte> bytes(tensor.bytes.size());
  ACC_RETURN_IF_ERROR(
      PermuteElements(tensor.bytes, tensor.dims, permutation, ByteSize(tensor.type, 1), bytes));
  return Tensor::Create(tensor.type, Permute(tensor.dims, permutation), std::move(bytes));
}

// The order of axes in which the golden tensor has the other's values; empty for none.
Result<Permutation> OrderThatFits(const TensorView& golden, const TensorView& other,
                                  double tolerance) {
  constexpr std::size_t kMostAxes = 5;
  if (golden.dims.size() > kMostAxes || ByteSize(golden.type, 1) == 0) return Permutation();
  Permutation permutation(golden.dims.size());
  std::iota(permutation.begin(), permutation.end(), 0);
  while (std::ranges::next_permutation(permutation).found) {
    ACC_ASSIGN_OR_RETURN(const Tensor twin, Permuted(golden, permutation));
    ACC_ASSIGN_OR_RETURN(const Difference difference,
                         CompareInOrder(twin.view(), other, tolerance));
    if (difference.different == 0) return permutation;
  }
  return Permutation();
}

// A DLC may take an image channel-last that the source takes channel-first.
Result<bool> IsChannelLastTwin(const TensorView& golden, const TensorView& other,
                               double tolerance) {
  const Permutation order = FromSource(AxisOrder::kChannelLast, golden.dims.size());
  if (IsIdentity(order) || ByteSize(golden.type, 1) == 0) return false;
  ACC_ASSIGN_OR_RETURN(const Tensor twin, Permuted(golden, order));
  ACC_ASSIGN_OR_RETURN(const Difference difference, CompareInOrder(twin.view(), other, tolerance));
  return difference.different == 0;
}

Result<Difference> Compare(const TensorView& golden, const TensorView& other, double tolerance,
                           bool of_dlc) {
  ACC_ASSIGN_OR_RETURN(Difference difference, CompareInOrder(golden, other, tolerance));
  if (difference.different == 0) return difference;
  if (of_dlc) {
    ACC_ASSIGN_OR_RETURN(const bool is_twin, IsChannelLastTwin(golden, other, tolerance));
    if (is_twin) return Difference{.elements = difference.elements};
  }
  ACC_ASSIGN_OR_RETURN(const Permutation order, OrderThatFits(golden, other, tolerance));
  if (!order.empty()) {
    difference.text = fmt::format("the same values in another axis order, {} of --input_tensor's",
                                  fmt::join(order, ","));
  }
  return difference;
}

// Half a step, for inputs that the list holds as codes.
double ToleranceOf(const TargetInputs& target, const std::string& input) {
  const auto codes = target.codes.find(input);
  if (codes == target.codes.end() || codes->second.channels.empty()) return 0;
  constexpr double kHalf = 0.5001;
  return codes->second.channels.front().scale * kHalf;
}

// Of all inputs of one line.
Result<Difference> CompareLine(const TargetInputs& target, std::size_t line,
                               const store::NamedTensors& golden, bool of_dlc) {
  ACC_ASSIGN_OR_RETURN(const store::NamedTensors read, target.lines.Read(line));
  Difference all;
  std::vector<std::string> texts;
  for (const auto& [name, tensor] : read) {
    const auto twin = golden.find(match::PortKey(name));
    if (twin == golden.end()) {
      texts.push_back(fmt::format("'{}' is not given by --input_tensor", Printable(name)));
      ++all.different;
      continue;
    }
    ACC_ASSIGN_OR_RETURN(const Difference one, Compare(twin->second.view(), tensor.view(),
                                                       ToleranceOf(target, name), of_dlc));
    all.different += one.different;
    all.elements += one.elements;
    if (!one.text.empty()) texts.push_back(fmt::format("'{}': {}", Printable(name), one.text));
  }
  all.text = Join(texts, "; ");
  return all;
}

}  // namespace

Result<std::size_t> LineOfGoldenInput(const InferenceEngineOptions& options) {
  const bool of_dlc = options.stage != "source";
  ACC_ASSIGN_OR_RETURN(const SourceModel source, OutlineSourceModel(options.model));
  ACC_ASSIGN_OR_RETURN(const store::NamedTensors golden, GoldenInputs(source, options.model));
  ACC_ASSIGN_OR_RETURN(const TargetInputs target, TargetInputsOf(options, source));
  std::optional<std::pair<std::size_t, Difference>> nearest;
  for (std::size_t line = 0; line < target.lines.size(); ++line) {
    ACC_ASSIGN_OR_RETURN(Difference difference, CompareLine(target, line, golden, of_dlc));
    if (difference.different == 0) return line;
    if (!nearest || difference.different < nearest->second.different) {
      nearest = {line, std::move(difference)};
    }
  }
  return Failure(fmt::format(
      "no line of the input list '{}' holds the values of --input_tensor, so the golden and the "
      "target run would see different inputs. Nearest is inference {}: {}. Add a line with the "
      "files of --input_tensor.",
      Printable(options.input_list.native()), nearest->first, nearest->second.text));
}

}  // namespace acc::features
