// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

constexpr std::string_view kThreshold = "threshold";

// Both syntaxes as one row of words: name, parameter, value, parameter, value, …
std::vector<std::string> Tokens(std::span<const std::string> words) {
  std::vector<std::string> tokens;
  for (const std::string& word : words) {
    for (const std::string& token : Split(word, ',')) tokens.emplace_back(Trim(token));
  }
  return tokens;
}

Status NotAParameter(const VerifierInfo& info, const std::string& token) {
  if (ParseDouble(token)) {
    return UsageError(fmt::format(
        "{}: '{}' stands where a parameter's name is expected; write decimals with a point, such "
        "as 0.01",
        info.name, token));
  }
  if (token.empty()) {
    return UsageError(
        fmt::format("{}: a parameter's name is empty; remove the spare comma", info.name));
  }
  return OkStatus();
}

Status MissingValue(const VerifierInfo& info, const std::string& name) {
  return UsageError(
      fmt::format("{}: parameter '{}' has no value{}", info.name, Printable(name),
                  FindVerifier(name).ok() ? "; repeat the flag to use several verifiers" : ""));
}

// Names (in lower case) and values as given.
Result<Parameters> ReadPairs(const VerifierInfo& info, std::span<const std::string> tokens) {
  Parameters given;
  for (std::size_t index = 0; index < tokens.size(); index += 2) {
    ACC_RETURN_IF_ERROR(NotAParameter(info, tokens[index]));
    if (index + 1 == tokens.size()) return MissingValue(info, tokens[index]);
    if (!given.emplace(ToLower(tokens[index]), tokens[index + 1]).second) {
      return UsageError(
          fmt::format("{}: parameter '{}' is given twice", info.name, Printable(tokens[index])));
    }
  }
  return given;
}

bool Knows(const VerifierInfo& info, std::string_view name) {
  return name == kThreshold || std::any_of(info.parameters.begin(), info.parameters.end(),
                                           [&](const auto& known) { return known.name == name; });
}

// "param1", "param2", … of the contract's samples, which stand for any parameter.
bool IsPlaceholder(std::string_view name) {
  constexpr std::string_view kStem = "param";
  return name.starts_with(kStem) && name.size() > kStem.size() &&
         name.find_first_not_of("0123456789", kStem.size()) == std::string_view::npos;
}

// A misspelt threshold must not pass for none.
Status UnknownParameter(const VerifierInfo& info, const std::string& name) {
  std::vector<std::string> known;
  for (const ParameterInfo& parameter : info.parameters) known.emplace_back(parameter.name);
  known.emplace_back(kThreshold);
  return UsageError(fmt::format("{} has no parameter '{}'.{} It takes {}.", info.name,
                                Printable(name), DidYouMean(name, known), Join(known, ", ")));
}

Result<std::optional<double>> ReadThreshold(const VerifierInfo& info, const Parameters& given) {
  const auto found = given.find(std::string(kThreshold));
  if (found == given.end()) return std::optional<double>();
  const std::optional<double> threshold = ParseDouble(found->second);
  if (!threshold || std::isnan(*threshold)) {
    return UsageError(fmt::format("{}: parameter 'threshold' is '{}'; it takes a number", info.name,
                                  Printable(found->second)));
  }
  return threshold;
}

}  // namespace

Result<Request> ParseRequest(std::span<const std::string> words) {
  const std::vector<std::string> tokens = Tokens(words);
  if (tokens.empty() || tokens.front().empty()) {
    return UsageError("a verifier's name is expected, such as SQNR");
  }
  Request request;
  ACC_ASSIGN_OR_RETURN(request.info, FindVerifier(tokens.front()));
  ACC_ASSIGN_OR_RETURN(request.parameters, ReadPairs(*request.info, std::span(tokens).subspan(1)));
  ACC_ASSIGN_OR_RETURN(request.threshold, ReadThreshold(*request.info, request.parameters));
  for (const auto& [name, value] : request.parameters) {
    if (Knows(*request.info, name)) continue;
    if (!IsPlaceholder(name)) return UnknownParameter(*request.info, name);
    request.ignored_parameters.push_back(name);
  }
  for (const std::string& name : request.ignored_parameters) request.parameters.erase(name);
  for (const ParameterInfo& known : request.info->parameters) {
    request.parameters.emplace(known.name, known.fallback);
  }
  Result<std::unique_ptr<Verifier>> created = request.info->create(request.parameters);
  if (!created.ok()) return created.status().WithContext(request.info->name);
  request.verifier = std::move(created).value();
  return request;
}

}  // namespace acc::verify
