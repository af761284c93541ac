// SPDX-License-Identifier: BSD-3-Clause
#include "features/verification_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "match/names.h"

namespace acc::features {
namespace {

// "TopK", or "TopK_2" where another column has that title.
std::string FreeTitle(const std::vector<PlannedColumn>& columns, std::string_view name) {
  std::string title(name);
  const auto taken = [&] {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const PlannedColumn& planned) { return planned.column.title == title; });
  };
  for (int number = 2; taken(); ++number) title = fmt::format("{}_{}", name, number);
  return title;
}

bool IsSame(const verify::Request& a, const verify::Request& b) {
  return a.info == b.info && a.parameters == b.parameters && a.threshold == b.threshold;
}

void WarnOfIgnored(const verify::Request& request) {
  for (const std::string& name : request.ignored_parameters) {
    LogDebug("{} has no parameter '{}'; it is taken as a placeholder", request.info->name,
             Printable(name));
  }
}

// Finds pairs by the name of either side, in any spelling that match accepts.
class PairIndex {
 public:
  explicit PairIndex(std::span<const match::Pair> pairs) {
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(pairs[i].target.name, i);
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(pairs[i].golden.name, i);
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(Key(pairs[i].target.name), i);
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(Key(pairs[i].golden.name), i);
    for (const match::Pair& pair : pairs) names_.push_back(pair.target.name);
  }

  Result<std::size_t> Find(const std::string& name) const {
    auto found = index_.find(name);
    if (found == index_.end()) found = index_.find(Key(name));
    if (found != index_.end()) return found->second;
    return UsageError(fmt::format("no compared tensor is called '{}'.{}", Printable(name),
                                  DidYouMean(name, names_)));
  }

 private:
  static std::string Key(std::string_view name) { return match::NameKey(match::WithoutPort(name)); }
  void Add(const std::string& name, std::size_t pair) { index_.emplace(name, pair); }

  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string> names_;
};

Result<std::vector<std::string>> RequestWords(const std::string& verifier, const Json& entry) {
  std::vector<std::string> words = {verifier};
  const auto parameters = entry.find("parameters");
  if (parameters == entry.end() || parameters->is_null()) return words;
  if (!parameters->is_object())
    return UsageError("\"parameters\" is no object of names and values");
  for (const auto& [name, value] : parameters->items()) {
    if (value.is_structured() || value.is_null()) {
      return UsageError(
          fmt::format("the parameter '{}' is no number, text or truth value", Printable(name)));
    }
    words.push_back(name);
    words.push_back(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return words;
}

// One inner list: the tensor to judge and, for verifiers of two tensors, the one beside it.
Status AddTensors(const Json& group, const PairIndex& index, PlannedColumn& planned) {
  const bool is_list = group.is_array() && (group.size() == 1 || group.size() == 2);
  if (!is_list ||
      !std::all_of(group.begin(), group.end(), [](const Json& name) { return name.is_string(); })) {
    return UsageError("each entry of \"tensors\" must be a list of one or two tensor names");
  }
  ACC_ASSIGN_OR_RETURN(const std::size_t first, index.Find(group[0].get<std::string>()));
  std::optional<std::size_t> second;
  if (group.size() == 2) {
    ACC_ASSIGN_OR_RETURN(second, index.Find(group[1].get<std::string>()));
  }
  planned.pairs[first] = second;
  return OkStatus();
}

Result<PlannedColumn> ConfiguredColumn(const std::string& verifier, const Json& entry,
                                       const PairIndex& index) {
  if (!entry.is_object()) return UsageError("it is no object with \"parameters\" and \"tensors\"");
  PlannedColumn planned;
  planned.for_all = false;
  ACC_ASSIGN_OR_RETURN(const auto words, RequestWords(verifier, entry));
  ACC_ASSIGN_OR_RETURN(planned.column.request, verify::ParseRequest(words));
  const auto tensors = entry.find("tensors");
  if (tensors == entry.end() || !tensors->is_array() || tensors->empty()) {
    return UsageError("\"tensors\" must list the tensors to judge, such as [[\"name\"]]");
  }
  for (const Json& group : *tensors) {
    // A bare name is understood as well as a list of one.
    ACC_RETURN_IF_ERROR(
        AddTensors(group.is_string() ? Json::array({group}) : group, index, planned));
  }
  return planned;
}

}  // namespace

Result<std::vector<PlannedColumn>> DefaultColumns(
    const std::vector<std::vector<std::string>>& default_verifiers) {
  std::vector<PlannedColumn> columns;
  for (const auto& words : default_verifiers) {
    PlannedColumn planned;
    ACC_ASSIGN_OR_RETURN(planned.column.request, verify::ParseRequest(words));
    WarnOfIgnored(planned.column.request);
    const bool is_known =
        std::any_of(columns.begin(), columns.end(), [&](const PlannedColumn& other) {
          return IsSame(other.column.request, planned.column.request);
        });
    if (is_known) continue;
    planned.column.title = FreeTitle(columns, planned.column.request.info->name);
    columns.push_back(std::move(planned));
  }
  if (columns.empty()) {
    return UsageError("no verifier is given. Add --default_verifier, such as SQNR.");
  }
  return columns;
}

Status AddConfiguredColumns(const std::filesystem::path& verifier_config,
                            std::span<const match::Pair> pairs,
                            std::vector<PlannedColumn>& columns) {
  ACC_ASSIGN_OR_RETURN(const Json config, ReadJson(verifier_config));
  if (!config.is_object()) {
    return UsageError(fmt::format("'{}': a verifier config is an object keyed by verifier names",
                                  Printable(verifier_config.native())));
  }
  const PairIndex index(pairs);
  for (const auto& [verifier, entry] : config.items()) {
    auto planned = ConfiguredColumn(verifier, entry, index);
    if (!planned.ok()) {
      return UsageError(planned.status().message())
          .WithContext(fmt::format("'{}', entry '{}'", Printable(verifier_config.native()),
                                   Printable(verifier)));
    }
    WarnOfIgnored(planned->column.request);
    planned->column.title = FreeTitle(columns, planned->column.request.info->name);
    columns.push_back(std::move(*planned));
  }
  return OkStatus();
}

}  // namespace acc::features
