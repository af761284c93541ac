// SPDX-License-Identifier: BSD-3-Clause
#include "target/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace acc::target {
namespace {

// Names in one sentence; the others are counted.
constexpr std::size_t kNamed = 3;

struct Group {
  std::string op_type;
  std::string reason;
  std::vector<std::string> names;
};

std::string Sentence(const Group& group) {
  std::vector<std::string> named;
  for (std::size_t i = 0; i < group.names.size() && i < kNamed; ++i) {
    named.push_back("'" + Printable(group.names[i]) + "'");
  }
  const std::size_t more = group.names.size() - named.size();
  return fmt::format("{} {} ({}{}){}", group.names.size(), Printable(group.op_type),
                     Join(named, ", "), more > 0 ? fmt::format(" and {} more", more) : "",
                     group.reason.empty() ? "" : ": " + Printable(group.reason));
}

}  // namespace

std::vector<std::string> GroupedRefusals(std::span<const NodePlace> places) {
  std::vector<Group> groups;
  for (const NodePlace& place : places) {
    if (place.processor != Processor::kCpu) continue;
    const auto same = [&](const Group& group) {
      return group.op_type == place.op_type && group.reason == place.reason;
    };
    auto group = std::ranges::find_if(groups, same);
    if (group == groups.end()) group = groups.insert(group, {place.op_type, place.reason, {}});
    group->names.push_back(place.node);
  }
  std::vector<std::string> sentences;
  for (const Group& group : groups) sentences.push_back(Sentence(group));
  return sentences;
}

}  // namespace acc::target
