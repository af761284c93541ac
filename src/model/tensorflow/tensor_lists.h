// SPDX-License-Identifier: BSD-3-Clause
// Lists of tensors (TensorList… and TensorArray… ops), through which loops read and write one
// element per round. Where every index is known, no list is left: each element is a tensor.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "model/tensorflow/known_dims.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {

class TensorLists {
 public:
  // Tells `dims` the sizes of lists that are stacked.
  explicit TensorLists(KnownDims& dims) : dims_(dims) {}

  // Translates an op that reads an element, a whole list or its size. False for other ops, and
  // where an index or a size is not known. What makes, changes or hands on a list is noted, and
  // false: it has no translation itself, and is needed no more where all that read it have one.
  bool Translate(Translation& t);

  // `to` is the list that `from` is, where that is one.
  void HandOn(const std::string& to, const std::string& from);

 private:
  struct List {
    std::int64_t size = 0;                      // Where it is not stacked.
    std::string stacked = {};                   // All elements, along the first axis.
    std::map<std::int64_t, std::string> items;  // Instead of those.
  };
  using Known = std::shared_ptr<const List>;

  Known Find(const Translation& t, std::size_t input) const;
  void Note(Translation& t);
  void Reserve(Translation& t, std::size_t size, std::size_t port);
  void Unstack(Translation& t, std::size_t value);
  void Scatter(Translation& t);
  void Write(Translation& t, std::size_t list, std::size_t index, std::size_t value);
  bool Read(Translation& t, std::size_t list, std::size_t index);
  bool Stack(Translation& t, const List& list);
  bool Gather(Translation& t);
  bool Size(Translation& t, const List& list);

  KnownDims& dims_;
  std::map<std::string, Known> lists_;
  std::set<std::string> counted_;  // Tensors of 0, 1, 2, … up to a limit that need not be known.
};

}  // namespace acc::model::tensorflow
