// SPDX-License-Identifier: BSD-3-Clause
#include "features/inference_engine/selected_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "match/names.h"

namespace acc::features {
namespace {

// Target tensors by the keys of names that a user may give.
struct Names {
  std::map<std::string, std::vector<std::string>> of_layers;
  std::map<std::string, std::vector<std::string>> of_tensors;
  std::vector<std::string> all;  // For suggestions.
};

void Add(const std::string& name, const std::string& tensor,
         std::map<std::string, std::vector<std::string>>& index, Names& names) {
  if (name.empty()) return;
  index[match::PortKey(name)].push_back(tensor);
  names.all.push_back(name);
}

Names NamesOf(const TargetModel& model) {
  Names names;
  for (const auto& [tensor, described] : model.converted.tensors) {
    Add(tensor, tensor, names.of_tensors, names);
    if (match::PortKey(described.source) != match::PortKey(tensor)) {
      Add(described.source, tensor, names.of_tensors, names);
    }
  }
  for (const auto& node : model.structure.nodes) {
    for (const auto& output : node.outputs) Add(node.name, output.name, names.of_layers, names);
  }
  return names;
}

Status Select(const std::vector<std::string>& wanted, bool layers_first, const Names& names,
              std::set<std::string>& selected) {
  const auto& first = layers_first ? names.of_layers : names.of_tensors;
  const auto& second = layers_first ? names.of_tensors : names.of_layers;
  for (const std::string& name : wanted) {
    const std::string key = match::PortKey(name);
    auto found = first.find(key);
    if (found == first.end()) {
      found = second.find(key);
      if (found == second.end()) {
        return Failure(fmt::format(
            "the input list selects '{}' in its '{}' line, which is no layer or tensor of the "
            "target's graph.{}",
            Printable(name), layers_first ? '#' : '%', DidYouMean(name, names.all)));
      }
    }
    selected.insert(found->second.begin(), found->second.end());
  }
  return OkStatus();
}

}  // namespace

Result<std::set<std::string>> SelectedTensors(const store::InputList& list,
                                              const TargetModel& model) {
  std::set<std::string> selected;
  if (list.output_layers.empty() && list.output_tensors.empty()) return selected;
  const Names names = NamesOf(model);
  ACC_RETURN_IF_ERROR(Select(list.output_layers, true, names, selected));
  ACC_RETURN_IF_ERROR(Select(list.output_tensors, false, names, selected));
  std::set<std::string> stored;
  for (const target::Tap& tap : ProgramOf(model, false).taps) stored.insert(tap.tensor);
  std::vector<std::string> absent;
  std::ranges::set_difference(selected, stored, std::back_inserter(absent));
  if (absent.size() == selected.size()) {
    return Failure(fmt::format(
        "the target stores none of the tensors that the input list selects in its '#' and '%' "
        "lines: {}. They are fused into the nodes that read them; select these.",
        Printable(Join(absent, ", "))));
  }
  if (!absent.empty()) {
    LogWarn("the target does not store {} of the selected tensors: {}", absent.size(),
            Printable(Join(absent, ", ")));
  }
  return selected;
}

}  // namespace acc::features
