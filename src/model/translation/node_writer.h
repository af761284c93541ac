// SPDX-License-Identifier: BSD-3-Clause
// The nodes and constants that one node of a file becomes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "model/translation/new_graph.h"
#include "tensor/tensor.h"

namespace acc::model {

using Attributes = std::map<std::string, Attribute>;

// The first failure is kept; after it every call is harmless and its answer means nothing.
class NodeWriter {
 public:
  // What is written for, for names and messages.
  struct Origin {
    std::string_view word;  // What the format calls its nodes.
    std::string name;
    std::string type;
    std::string wish;  // What names of values begin with.
  };

  NodeWriter(NewGraph& graph, Origin origin) : graph_(graph), origin_(std::move(origin)) {}

  const Status& status() const { return status_; }
  bool ok() const { return status_.ok(); }
  void Fail(std::string_view why);
  // Fails unless `holds`; whether all is well so far.
  bool Check(bool holds, std::string_view otherwise);

  // Nodes whose outputs are values that the file does not have. Inputs that are left out at the end
  // are dropped.
  std::string Add(std::string_view op_type, std::vector<std::string> inputs,
                  Attributes attributes = {});
  std::vector<std::string> AddAll(std::string_view op_type, std::vector<std::string> inputs,
                                  std::size_t outputs, Attributes attributes = {});
  std::string AddCast(const std::string& value, ElementType type);
  std::string AddReshaped(const std::string& value, const Shape& dims);
  std::string AddTransposed(const std::string& value, const Permutation& order);

  // Constants.
  std::string AddConstant(std::string_view suffix, Tensor value);
  std::string Floats(std::string_view suffix, Shape dims, const std::vector<float>& values);
  std::string FloatScalar(std::string_view suffix, float value) {
    return Floats(suffix, {}, {value});
  }
  std::string Int64s(std::string_view suffix, const std::vector<std::int64_t>& values);
  std::string Int64Scalar(std::string_view suffix, std::int64_t value);

 protected:
  void AddNode(std::string_view op_type, std::vector<std::string> inputs,
               std::vector<std::string> outputs, Attributes attributes,
               std::string_view domain = "");

 private:
  std::string Wish(std::string_view suffix) const;

  NewGraph& graph_;
  Origin origin_;
  Status status_;
};

}  // namespace acc::model
