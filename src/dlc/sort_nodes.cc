// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/sort_nodes.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"

namespace acc::dlc {

Status SortNodes(Graph& graph) {
  std::map<std::string_view, std::vector<std::size_t>> readers;
  std::vector<std::size_t> missing(graph.nodes.size(), 0);
  std::map<std::string_view, std::size_t> makers;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& output : graph.nodes[i].outputs) makers.emplace(output, i);
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    for (const std::string& input : graph.nodes[i].inputs) {
      if (!makers.contains(input)) continue;
      readers[input].push_back(i);
      ++missing[i];
    }
    if (missing[i] == 0) ready.push(i);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (const std::string& output : graph.nodes[order.back()].outputs) {
      if (makers.at(output) != order.back()) continue;
      for (const std::size_t reader : std::exchange(readers[output], {})) {
        if (--missing[reader] == 0) ready.push(reader);
      }
    }
  }
  if (order.size() < graph.nodes.size()) {
    const auto stuck = std::ranges::find_if(missing, [](std::size_t count) { return count > 0; });
    return Failure(fmt::format("the nodes form a cycle with '{}'",
                               Printable(graph.nodes[stuck - missing.begin()].name)));
  }
  std::vector<Node> sorted;
  for (const std::size_t index : order) sorted.push_back(std::move(graph.nodes[index]));
  graph.nodes = std::move(sorted);
  return OkStatus();
}

}  // namespace acc::dlc
