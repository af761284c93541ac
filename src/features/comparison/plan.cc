// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/plan.h"

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

namespace fs = std::filesystem;

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
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(match::PortKey(pairs[i].target.name), i);
    for (std::size_t i = 0; i < pairs.size(); ++i) Add(match::PortKey(pairs[i].golden.name), i);
    for (const match::Pair& pair : pairs) names_.push_back(pair.target.name);
  }

  Result<std::size_t> Find(const std::string& name) const {
    auto found = index_.find(name);
    if (found == index_.end()) found = index_.find(match::PortKey(name));
    if (found != index_.end()) return found->second;
    return UsageError(fmt::format("no compared tensor is called '{}'.{}", Printable(name),
                                  DidYouMean(name, names_)));
  }

 private:
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

// One inner list: the tensor to judge and, for verifiers of two tensors, the one beside it. A bare
// name is understood as well as a list of one.
Result<std::vector<std::string>> NamesOf(const Json& group, const verify::VerifierInfo& info) {
  const Json list = group.is_string() ? Json::array({group}) : group;
  const bool has_names =
      list.is_array() && !list.empty() &&
      std::ranges::all_of(list, [](const Json& name) { return name.is_string(); });
  if (!has_names) return UsageError("each entry of \"tensors\" must be a list of tensor names");
  const std::size_t most = info.companion_problem == nullptr ? 1 : 2;
  if (list.size() > most) {
    return UsageError(fmt::format("{} looks at {} at a time, and {} lists {}", info.name,
                                  most == 1 ? "one tensor" : "one or two tensors",
                                  Printable(list.dump()), list.size()));
  }
  return list.get<std::vector<std::string>>();
}

Result<VerifierConfig::Entry> ReadEntry(const std::string& verifier, const Json& entry) {
  if (!entry.is_object()) return UsageError("it is no object with \"parameters\" and \"tensors\"");
  VerifierConfig::Entry read;
  ACC_ASSIGN_OR_RETURN(const auto words, RequestWords(verifier, entry));
  ACC_ASSIGN_OR_RETURN(read.request, verify::ParseRequest(words));
  const auto tensors = entry.find("tensors");
  if (tensors == entry.end() || !tensors->is_array() || tensors->empty()) {
    return UsageError("\"tensors\" must list the tensors to judge, such as [[\"name\"]]");
  }
  for (const Json& group : *tensors) {
    ACC_ASSIGN_OR_RETURN(auto names, NamesOf(group, *read.request.info));
    read.tensors.push_back(std::move(names));
  }
  return read;
}

Result<PlannedColumn> ConfiguredColumn(const VerifierConfig::Entry& entry, const PairIndex& index,
                                       std::span<const std::uint64_t> counts) {
  PlannedColumn planned;
  planned.for_all = false;
  planned.column.request = entry.request;
  for (const std::vector<std::string>& names : entry.tensors) {
    ACC_ASSIGN_OR_RETURN(const std::size_t first, index.Find(names.front()));
    std::optional<std::size_t> second;
    if (names.size() == 2) {
      ACC_ASSIGN_OR_RETURN(second, index.Find(names.back()));
      const std::string problem =
          entry.request.info->companion_problem(counts[first], counts[*second]);
      if (!problem.empty()) {
        return UsageError(fmt::format("'{}' and '{}': {}", Printable(names.front()),
                                      Printable(names.back()), problem));
      }
    }
    planned.pairs[first] = second;
  }
  return planned;
}

Status InEntry(const Status& status, const fs::path& path, std::string_view verifier) {
  return UsageError(status.message())
      .WithContext(fmt::format("'{}', entry '{}'", Printable(path.native()), Printable(verifier)));
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

Result<VerifierConfig> ReadVerifierConfig(const fs::path& path) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  if (!json.is_object()) {
    return UsageError(fmt::format("'{}': a verifier config is an object keyed by verifier names",
                                  Printable(path.native())));
  }
  VerifierConfig config{path, {}};
  for (const auto& [verifier, entry] : json.items()) {
    auto read = ReadEntry(verifier, entry);
    if (!read.ok()) return InEntry(read.status(), path, verifier);
    config.entries.push_back(std::move(*read));
  }
  return config;
}

Status AddConfiguredColumns(const VerifierConfig& config, std::span<const match::Pair> pairs,
                            std::span<const std::uint64_t> counts,
                            std::vector<PlannedColumn>& columns) {
  const PairIndex index(pairs);
  for (const VerifierConfig::Entry& entry : config.entries) {
    auto planned = ConfiguredColumn(entry, index, counts);
    if (!planned.ok()) return InEntry(planned.status(), config.path, entry.request.info->name);
    WarnOfIgnored(planned->column.request);
    planned->column.title = FreeTitle(columns, planned->column.request.info->name);
    columns.push_back(std::move(*planned));
  }
  return OkStatus();
}

}  // namespace acc::features
