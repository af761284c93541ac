// SPDX-License-Identifier: BSD-3-Clause
// One graph loaded into TensorFlow.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "golden/tensorflow/library.h"
#include "tensor/tensor.h"

namespace acc::golden::tensorflow {

// An output of a run; it owns the memory that view() shows.
class Value {
 public:
  Value(const Api& api, TF_Tensor* tensor);
  Value(Value&& other) noexcept;
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // "float32", "string", …, by TensorFlow's own number where there is no name.
  std::string TypeName() const;
  // Nothing for a tensor without raw form.
  std::optional<TensorView> view() const;

 private:
  const Api* api_;
  TF_Tensor* tensor_;
};

// What is known of a tensor before the run.
struct Expected {
  std::string unreadable;   // Why it has no raw form; empty where it has one.
  std::uint64_t bytes = 0;  // Unknown dims count as 1.
};

class Session {
 public:
  // `graph_def` is a serialized GraphDef. The tensors named in `inputs` ("op:port") are replaced by
  // inputs of those types and dims. Without `optimize` TensorFlow runs every op as the file has it.
  // Fails with TensorFlow's own words.
  static Result<Session> Create(std::string_view graph_def,
                                const std::map<std::string, Tensor>& inputs, bool optimize);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // Fails for a tensor that the graph does not have.
  Result<Expected> Expect(const std::string& tensor) const;
  // The values of `tensors`, in their order.
  Result<std::vector<Value>> Run(std::span<const std::string> tensors) const;

 private:
  struct State;
  explicit Session(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace acc::golden::tensorflow
