// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "quantize/algorithms.h"

namespace acc::features {
namespace {

using Checks = std::vector<WantedCheck>;

struct CheckKey {
  std::string_view key;
  Checks CheckerConfig::*checks;
  bool of_inputs = false;
};

constexpr std::array kCheckKeys = {
    CheckKey{"WEIGHT_COMPARISON_ALGORITHMS", &CheckerConfig::weights},
    CheckKey{"BIAS_COMPARISON_ALGORITHMS", &CheckerConfig::biases},
    CheckKey{"ACT_COMPARISON_ALGORITHMS", &CheckerConfig::activations},
    CheckKey{"INPUT_DATA_ANALYSIS_ALGORITHMS", &CheckerConfig::inputs, true}};
constexpr std::string_view kAlgorithmsKey = "QUANTIZATION_ALGORITHMS";
constexpr std::string_view kVariationsKey = "QUANTIZATION_VARIATIONS";
constexpr std::string_view kPerChannelKey = "PER_CHANNEL_QUANTIZATION";

Status Wrong(std::string_view key, const std::string& what) {
  return UsageError(fmt::format("{}: {}", Printable(key), what));
}

std::optional<inspect::CheckThreshold> ReadThreshold(const Json& json) {
  if (json.is_number()) return inspect::CheckThreshold{json.get<double>()};
  if (!json.is_string()) return std::nullopt;
  const auto text = json.get<std::string>();
  std::string_view number = Trim(text);
  const bool percent = number.ends_with('%');
  if (percent) number = Trim(number.substr(0, number.size() - 1));
  const auto value = ParseDouble(number);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return inspect::CheckThreshold{*value, percent};
}

Status TakeThreshold(const Json& entry, std::string_view key, WantedCheck& wanted) {
  const inspect::CheckInfo& check = *wanted.check;
  const auto found = entry.find("threshold");
  if (found == entry.end() || found->is_null()) {
    if (!check.needs_threshold) return OkStatus();
    return Wrong(key, fmt::format("{} needs a threshold ({}): {{\"algo_name\": \"{}\", "
                                  "\"threshold\": \"10\"}}",
                                  check.name, check.unit, check.name));
  }
  const auto threshold = ReadThreshold(*found);
  if (!threshold) {
    return Wrong(key, fmt::format("the threshold {} of {} is no number", Printable(found->dump()),
                                  check.name));
  }
  if (threshold->percent && !check.knows_percent) {
    return Wrong(key, fmt::format("the threshold of {} is no percentage; its unit is {}",
                                  check.name, check.unit));
  }
  if (!check.needs_threshold) return OkStatus();
  wanted.threshold = *threshold;
  wanted.threshold_text = found->is_string() ? found->get<std::string>() : found->dump();
  return OkStatus();
}

Result<WantedCheck> ReadCheck(const Json& entry, const CheckKey& key) {
  if (!entry.is_object() || !entry.contains("algo_name") || !entry["algo_name"].is_string()) {
    return Wrong(key.key,
                 fmt::format("{} is no entry like {{\"algo_name\": \"sqnr\", \"threshold\": "
                             "\"26\"}}",
                             Printable(entry.dump())));
  }
  for (const auto& [field, value] : entry.items()) {
    const std::vector<std::string> known = {"algo_name", "threshold"};
    if (std::ranges::count(known, field) == 0) {
      return Wrong(key.key, fmt::format("an entry has no '{}'.{}", Printable(field),
                                        DidYouMean(field, known)));
    }
  }
  WantedCheck wanted;
  auto check = inspect::CheckNamed(entry["algo_name"].get<std::string>());
  if (!check.ok()) return check.status().WithContext(key.key);
  wanted.check = *check;
  if (key.of_inputs && !wanted.check->judges_inputs) {
    return Wrong(key.key, fmt::format("{} compares quantized values; inputs are judged before they "
                                      "are quantized, by stats or data_range_analyzer",
                                      wanted.check->name));
  }
  ACC_RETURN_IF_ERROR(TakeThreshold(entry, key.key, wanted));
  return wanted;
}

Result<Checks> ReadChecks(const Json& json, const CheckKey& key) {
  if (!json.is_array()) return Wrong(key.key, "is no array");
  Checks checks;
  for (const Json& entry : json) {
    ACC_ASSIGN_OR_RETURN(WantedCheck wanted, ReadCheck(entry, key));
    const bool is_twice = std::ranges::count(checks, wanted.check, &WantedCheck::check) > 0;
    if (is_twice) return Wrong(key.key, fmt::format("{} is there twice", wanted.check->name));
    checks.push_back(std::move(wanted));
  }
  return checks;
}

// The different words of an array, in lower case; null and booleans are spelled out.
Result<std::vector<std::string>> ReadWords(const Json& json, std::string_view key,
                                           const std::vector<std::string>& known) {
  if (!json.is_array() || json.empty()) {
    return Wrong(key, fmt::format("is no array of {}", Join(known, ", ")));
  }
  std::vector<std::string> words;
  for (const Json& entry : json) {
    std::string word = entry.is_string() ? entry.get<std::string>() : entry.dump();
    word = ToLower(entry.is_null() ? "none" : word);
    if (std::ranges::count(known, word) == 0) {
      return Wrong(key, fmt::format("there is no '{}'.{} There are {}.", Printable(word),
                                    DidYouMean(word, known), Join(known, ", ")));
    }
    if (std::ranges::count(words, word) > 0) {
      return Wrong(key, fmt::format("'{}' is there twice", word));
    }
    words.push_back(std::move(word));
  }
  return words;
}

// All encoding algorithms are variations. adjusted is one of weights alone.
Variation VariationOf(const quantize::AlgorithmInfo& info) {
  using quantize::Algorithm;
  const bool of_weights = info.algorithm == Algorithm::kAdjusted;
  return {.name = std::string(info.name),
          .activations = of_weights ? Algorithm::kTf : info.algorithm,
          .weights = info.algorithm};
}

Status ReadVariations(const Json& json, CheckerConfig& config) {
  std::vector<std::string> known;
  for (const auto& info : quantize::Algorithms()) known.emplace_back(info.name);
  ACC_ASSIGN_OR_RETURN(const auto words, ReadWords(json, kVariationsKey, known));
  for (const std::string& word : words) {
    ACC_ASSIGN_OR_RETURN(const auto algorithm, quantize::AlgorithmNamed(word));
    config.variations.push_back(VariationOf(quantize::InfoOf(algorithm)));
  }
  return OkStatus();
}

Status ReadSwitches(const Json& json, std::string_view key, std::string_view on,
                    std::string_view off, std::vector<bool>& switches) {
  ACC_ASSIGN_OR_RETURN(const auto words, ReadWords(json, key, {std::string(on), std::string(off)}));
  for (const std::string& word : words) switches.push_back(word == on);
  return OkStatus();
}

Status CheckKeys(const Json& json) {
  std::vector<std::string> known;
  for (const CheckKey& key : kCheckKeys) known.emplace_back(key.key);
  for (const auto key : {kAlgorithmsKey, kVariationsKey, kPerChannelKey}) known.emplace_back(key);
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::count(known, key) > 0) continue;
    return UsageError(fmt::format("there is no key '{}'.{} There are {}.", Printable(key),
                                  DidYouMean(key, known), Join(known, ", ")));
  }
  return OkStatus();
}

Result<CheckerConfig> ConfigOf(const Json& json) {
  if (!json.is_object()) return UsageError("is no JSON object");
  ACC_RETURN_IF_ERROR(CheckKeys(json));
  CheckerConfig config;
  for (const CheckKey& key : kCheckKeys) {
    if (!json.contains(key.key)) continue;
    ACC_ASSIGN_OR_RETURN(config.*key.checks, ReadChecks(json[key.key], key));
  }
  const auto value = [&](std::string_view key, const Json& usual) {
    return json.contains(key) ? json[key] : usual;
  };
  ACC_RETURN_IF_ERROR(ReadSwitches(value(kAlgorithmsKey, Json::array({"None"})), kAlgorithmsKey,
                                   "cle", "none", config.equalize));
  ACC_RETURN_IF_ERROR(ReadVariations(
      value(kVariationsKey, Json::array({"tf", "enhanced", "symmetric", "asymmetric"})), config));
  ACC_RETURN_IF_ERROR(ReadSwitches(value(kPerChannelKey, Json::array({"False"})), kPerChannelKey,
                                   "true", "false", config.per_channel));
  return config;
}

}  // namespace

Result<CheckerConfig> ReadCheckerConfig(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const auto json = ParseJson(text, path.native());
  if (!json.ok()) return UsageError(json.status().message());
  auto config = ConfigOf(*json);
  if (!config.ok()) return config.status().WithContext(Printable(path.native()));
  return config;
}

}  // namespace acc::features
