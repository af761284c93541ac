// SPDX-License-Identifier: BSD-3-Clause
// One model loaded into ONNX Runtime. All exceptions of the runtime end here.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::ort {

// An execution provider that comes as a plugin library, such as Qualcomm's.
struct Provider {
  std::string name;  // "QNNExecutionProvider"
  std::filesystem::path library;
  std::map<std::string, std::string> options;
};

// A node and the execution provider that computes it.
struct AssignedNode {
  std::string provider;  // "CPUExecutionProvider"
  std::string node;      // Its name in the session, see ort/assignment.h.
  std::string op_type;
};

struct SessionConfig {
  bool optimize = false;               // ONNX Runtime's graph optimizations.
  std::filesystem::path model_folder;  // Where external data of the model lie; may be empty.
  std::filesystem::path custom_op_library;
  std::optional<Provider> provider;            // None: the CPU provider alone.
  std::map<std::string, std::string> entries;  // Session configuration, "session.…".
  // Gets every message of the runtime while the session is made, and whether it is an error; null
  // leaves them unread.
  std::function<void(std::string_view message, bool is_error)> log;
  // Gets every node of a session that was made, before it runs; a failure of it is Create's. Null
  // leaves it unrecorded. Create fails where the library is too old to tell (before 1.24).
  std::function<Status(std::vector<AssignedNode>)> assigned;
};

using Inputs = std::map<std::string, TensorView>;

// An output of a run; it owns the memory that view() shows.
class Value {
 public:
  class State;
  explicit Value(std::unique_ptr<State> state);
  Value(Value&&) noexcept;
  Value& operator=(Value&&) noexcept;
  ~Value();

  // Why there is nothing to see ("a sequence", "a tensor of strings"), or empty.
  const std::string& unreadable() const;
  // Only where unreadable() is empty.
  TensorView view() const;

 private:
  std::unique_ptr<State> state_;
};

class Session {
 public:
  // `model` is a serialized ModelProto. Needs LoadOnnxRuntime(), which it calls.
  static Result<Session> Create(std::string_view model, const SessionConfig& config);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  // As the runtime's type inference sees them. An output that is no tensor has type kUndefined.
  const std::vector<ValueInfo>& inputs() const;
  const std::vector<ValueInfo>& outputs() const;

  // The values of `outputs`, in their order. `inputs` must hold every input.
  Result<std::vector<Value>> Run(const Inputs& inputs, std::span<const std::string> outputs) const;

 private:
  class State;
  explicit Session(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace acc::ort
