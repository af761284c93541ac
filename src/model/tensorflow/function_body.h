// SPDX-License-Identifier: BSD-3-Clause
// What one call of a function stands for.
#pragma once

#include <graph_def.pb.h>

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace acc::model::tensorflow {

namespace proto = ::acc::tensorflow;

using Functions = std::map<std::string, const proto::FunctionDef*, std::less<>>;

struct Call {
  const proto::FunctionDef* function = nullptr;  // Null where the library lacks it.
  std::string_view name;
  // What placeholders in the function's attributes stand for.
  const google::protobuf::Map<std::string, proto::AttrValue>* attributes = nullptr;
  int first_input = 0;  // The op's first input that is an argument.
};

// What may still be added to a graph.
struct Budget {
  std::size_t ops = 0;
  std::size_t bytes = 0;
};

struct InlinedBody {
  std::vector<proto::NodeDef> ops;
  proto::NodeDef call;  // In the place of the call: an identity of the results.
};

// The ops that the function's results need, named "call/op". Fails where names, types or attributes
// do not say enough, and above the budget. With `in_branches`, arguments pass an identity which ops
// without inputs wait for, so that they do not run where the call does not.
Result<InlinedBody> InlineBody(const proto::NodeDef& call, const Call& callee,
                               const Functions& functions, bool in_branches, Budget& budget);

}  // namespace acc::model::tensorflow
