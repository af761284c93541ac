// SPDX-License-Identifier: BSD-3-Clause
#include "model/translation/new_graph.h"

#include <algorithm>

namespace acc::model {
namespace {

// The first that has most of what translations write: reductions with axes as an input, ScatterND
// with "min". Not a later one, so that runtimes take the kernels that most source models get: from
// 19 on, AveragePool is another one, which rounds otherwise.
constexpr std::int64_t kOpset = 18;
constexpr std::int64_t kIrVersion = 10;

}  // namespace

NewGraph::NewGraph(std::string name) {
  graph_.name = std::move(name);
  graph_.ir_version = kIrVersion;
  graph_.opsets[""] = kOpset;
}

std::string NewGraph::AddConstant(std::string_view wish, Tensor value) {
  std::string name = NewName(wish);
  graph_.initializers[name] = std::move(value);
  return name;
}

void NewGraph::RequireOpset(const std::string& domain, std::int64_t version) {
  std::int64_t& present = graph_.opsets[domain];
  present = std::max(present, version);
}

}  // namespace acc::model
