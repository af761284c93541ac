// SPDX-License-Identifier: BSD-3-Clause
// Tables of the operators that have a translation: a row for each, in the file of its family, found
// by its key.
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <initializer_list>
#include <map>
#include <span>
#include <vector>

#include "model/translation/axis_plan.h"

namespace acc::model {

inline constexpr std::size_t kAnyNumber = static_cast<std::size_t>(-1);

// `Type` is how the format names its operators, `Translation` the node while it is translated.
template <typename Type, typename Translation>
struct TranslatedOperator {
  Type type = {};
  std::size_t least_inputs = 1;
  std::size_t most_inputs = 1;
  void (*translate)(Translation&) = nullptr;
  // What it tells of the order of the tensors that it reads and makes.
  PlannedNode::Kind axes = PlannedNode::Kind::kOther;

  // Fails where the node has another number of inputs.
  void Translate(Translation& t) const {
    const std::size_t inputs = t.InputCount();
    const bool fits = inputs >= least_inputs && inputs <= most_inputs;
    if (t.Check(fits, fmt::format("it has {} inputs", inputs))) translate(t);
  }
};

template <typename Row, typename Key>
class OperatorTable {
 public:
  // Of rows with one key the first counts.
  OperatorTable(Key (*key)(const Row&), std::initializer_list<std::span<const Row>> families) {
    for (const std::span<const Row> family : families) {
      for (const Row& row : family) rows_.emplace(key(row), &row);
    }
  }

  // Null for an operator without a row.
  const Row* Find(const Key& key) const {
    const auto found = rows_.find(key);
    return found == rows_.end() ? nullptr : found->second;
  }

  // Sorted.
  std::vector<Key> Keys() const {
    std::vector<Key> keys;
    for (const auto& [key, row] : rows_) keys.push_back(key);
    return keys;
  }

 private:
  std::map<Key, const Row*> rows_;
};

// Of rows that name their operator in `type`.
template <typename Row>
auto TypeOfRow(const Row& row) {
  return row.type;
}

}  // namespace acc::model
