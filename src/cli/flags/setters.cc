// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/setters.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "features/catalog.h"

namespace acc::cli {
namespace {

// A petabyte; in bytes it fits 64 bits.
constexpr std::int64_t kMostMegabytes = 1'000'000'000;

const std::string& OnlyWord(const Occurrences& given) { return given.front().front(); }

Result<std::int64_t> PositiveNumber(const Flag& flag, const std::string& word) {
  const std::optional<std::int64_t> number = ParseInt(word);
  if (!number || *number < 1) {
    return UsageError(
        fmt::format("{} takes a whole number above zero, not '{}'", Dashed(flag), Printable(word)));
  }
  return *number;
}

}  // namespace

Status Assign(const Flag& /*flag*/, const Occurrences& given, bool& field) {
  field = !given.empty();
  return OkStatus();
}

Status Assign(const Flag& flag, const Occurrences& given, int& field) {
  ACC_ASSIGN_OR_RETURN(const std::int64_t number, PositiveNumber(flag, OnlyWord(given)));
  if (number > std::numeric_limits<int>::max()) {
    return UsageError(fmt::format("{} is too large: {}", Dashed(flag), number));
  }
  field = static_cast<int>(number);
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, std::string& field) {
  field = OnlyWord(given);
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, std::filesystem::path& field) {
  field = OnlyWord(given);
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, features::Precision& field) {
  const std::string& word = OnlyWord(given);
  field = word == "fp32"   ? features::Precision::kFp32
          : word == "fp16" ? features::Precision::kFp16
                           : features::Precision::kInt8;
  return OkStatus();
}

Status Assign(const Flag& /*flag*/, const Occurrences& given, std::optional<ElementType>& field) {
  field = ElementTypeFromName(OnlyWord(given));
  return OkStatus();
}

Status Assign(const Flag& flag, const Occurrences& given, std::vector<std::string>& field) {
  field.clear();
  for (const std::string& part : Split(OnlyWord(given), ',')) {
    if (const std::string_view name = Trim(part); !name.empty()) {
      field.emplace_back(name);
    }
  }
  if (field.empty()) {
    return UsageError(fmt::format("{} takes names with commas between them", Dashed(flag)));
  }
  return OkStatus();
}

Status SetMemoryBudget(const Flag& flag, const Occurrences& given, AllOptions& options) {
  ACC_ASSIGN_OR_RETURN(const std::int64_t number, PositiveNumber(flag, OnlyWord(given)));
  if (number > kMostMegabytes) {
    return UsageError(fmt::format("{} takes at most {} MB, not {}", Dashed(flag), kMostMegabytes,
                                  Printable(OnlyWord(given))));
  }
  for (std::uint64_t* budget :
       {&options.framework_runner.memory_budget_mb, &options.inference_engine.memory_budget_mb,
        &options.quant_checker.memory_budget_mb}) {
    *budget = static_cast<std::uint64_t>(number);
  }
  return OkStatus();
}

std::array<features::ModelOptions*, 4> ModelsOf(AllOptions& options) {
  return {&options.framework_runner.model, &options.inference_engine.model,
          &options.verification.model, &options.quant_checker.model};
}

Status SetFramework(const Flag& /*flag*/, const Occurrences& given, AllOptions& options) {
  for (features::ModelOptions* model : ModelsOf(options)) {
    model->framework = given.front().front();
    model->framework_version = given.front().size() > 1 ? given.front()[1] : "";
  }
  return OkStatus();
}

Status SetInputTensors(const Flag& flag, const Occurrences& given, AllOptions& options) {
  std::vector<features::InputTensor> tensors;
  for (const std::vector<std::string>& words : given) {
    Result<features::InputTensor> tensor = features::ReadInputTensor(words);
    if (!tensor.ok()) {
      return tensor.status().WithContext(Dashed(flag));
    }
    const bool known = std::ranges::any_of(
        tensors, [&](const features::InputTensor& other) { return other.name == tensor->name; });
    if (known) {
      return UsageError(
          fmt::format("{} names the tensor '{}' twice", Dashed(flag), Printable(tensor->name)));
    }
    tensors.push_back(std::move(*tensor));
  }
  for (features::ModelOptions* model : ModelsOf(options)) model->input_tensors = tensors;
  return OkStatus();
}

Status SetOutputTensors(const Flag& /*flag*/, const Occurrences& given, AllOptions& options) {
  for (features::ModelOptions* model : ModelsOf(options)) {
    for (const std::vector<std::string>& words : given) {
      model->output_tensors.push_back(words.front());
    }
  }
  return OkStatus();
}

Status SetVerifiers(const Flag& flag, const Occurrences& given, AllOptions& options) {
  for (const std::vector<std::string>& words : given) {
    ACC_RETURN_IF_ERROR(features::CheckVerifier(words).WithContext(Dashed(flag)));
  }
  options.verification.default_verifiers = given;
  options.tensor_inspection.verifiers = given;
  return OkStatus();
}

Status SetEngine(const Flag& /*flag*/, const Occurrences& given, AllOptions& options) {
  options.verification.engine = Join(given.front(), " ");
  return OkStatus();
}

Status SetAlgorithms(const Flag& /*flag*/, const Occurrences& given, AllOptions& options) {
  for (const std::vector<std::string>& words : given) {
    options.inference_engine.quantization.algorithms.push_back(words.front());
  }
  return OkStatus();
}

Status SetPercentile(const Flag& flag, const Occurrences& given, AllOptions& options) {
  const std::optional<double> number = ParseDouble(OnlyWord(given));
  // Negated, so that NaN is refused too.
  if (!number || !(*number >= 90 && *number <= 100)) {
    return UsageError(fmt::format("{} takes a number from 90 to 100, not '{}'", Dashed(flag),
                                  Printable(OnlyWord(given))));
  }
  options.inference_engine.quantization.percentile_calibration_value = *number;
  return OkStatus();
}

Status SetDecimals(const Flag& flag, const Occurrences& given, AllOptions& options) {
  constexpr int kMost = 17;  // More tell no float64 from another.
  const std::optional<std::int64_t> number = ParseInt(OnlyWord(given));
  if (!number || *number < 0 || *number > kMost) {
    return UsageError(fmt::format("{} takes a whole number from 0 to {}, not '{}'", Dashed(flag),
                                  kMost, Printable(OnlyWord(given))));
  }
  options.compare_encodings.precision = static_cast<int>(*number);
  return OkStatus();
}

Status Accept(const Flag& /*flag*/, const Occurrences& /*given*/, AllOptions& /*options*/) {
  return OkStatus();
}

}  // namespace acc::cli
