// SPDX-License-Identifier: BSD-3-Clause
// The part of a GraphDef between the ends that the user named, its references resolved and its
// calls of functions replaced (model/tensorflow/functions.h).
#pragma once

#include <graph_def.pb.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/ends.h"
#include "model/tensorflow/functions.h"
#include "tensor/value_info.h"

namespace acc::model::tensorflow {

namespace proto = ::acc::tensorflow;

struct Op {
  const proto::NodeDef* def = nullptr;
  std::vector<std::string> inputs;  // Tensors, as "op:port"; control inputs have no values.
  std::size_t outputs = 1;
};

class FrozenGraph {
 public:
  static Result<FrozenGraph> Open(const std::filesystem::path& path, const Ends& ends,
                                  CompiledCalls compiled);
  static Result<FrozenGraph> Create(std::unique_ptr<proto::GraphDef> graph, const Ends& ends,
                                    CompiledCalls compiled = CompiledCalls::kReplace);

  // What the outputs need, each after what it reads save for the edges that close loops. Fed ops
  // and placeholders without default are not here; placeholders with a default are.
  const std::vector<Op>& ops() const { return ops_; }
  // With the dims that the user gave where the file leaves them open.
  const std::vector<ValueInfo>& inputs() const { return inputs_; }
  const std::vector<std::string>& outputs() const { return outputs_; }
  // A constant, or an identity of one; its value is that of the returned op. Null for others.
  const proto::NodeDef* ConstantOf(std::string_view tensor) const;
  // Why a call of a function is still in the graph; null for other ops.
  const std::string* WhyKept(const std::string& op) const;
  // Whether the op stands for a call that TensorFlow compiles: a session has no such tensors.
  bool IsCompiled(const std::string& op) const { return inlined_.compiled.contains(op); }
  // What inputs in the middle leave out; constants and placeholders are not counted.
  Cut CutOff() const;
  // What has to be loaded to run the graph between these ends, serialized.
  std::string Serialized() const;

 private:
  enum class Mark : std::uint8_t { kOpen, kDone };
  struct Step {
    Op op;
    std::size_t next = 0;  // Among the op's inputs.
  };

  Status Index();
  Status Choose(const Ends& ends);
  Status Collect();
  Status CollectFrom(const std::string& tensor);
  Status Enter(const std::string& tensor, std::vector<Step>& open);
  Result<Op> Resolve(const proto::NodeDef& def);
  const proto::NodeDef* Find(std::string_view op) const;
  void AddInput(const std::string& tensor);
  void GiveDims(ValueInfo& input) const;
  std::set<const proto::NodeDef*> Needed() const;

  std::unique_ptr<proto::GraphDef> graph_;
  Inlined inlined_;
  std::map<std::string, int, std::less<>> by_name_;
  std::set<std::string, std::less<>> fed_;
  std::map<std::string, Shape> given_dims_;  // By tensor.
  std::map<const proto::NodeDef*, Mark> marks_;
  std::map<const proto::NodeDef*, std::size_t> read_outputs_;  // One more than the highest port.
  std::vector<std::string> loop_ends_;
  std::vector<Op> ops_;
  std::vector<ValueInfo> inputs_;
  std::vector<std::string> outputs_;
};

// "op" of "op:1".
std::string_view OpOf(std::string_view tensor);
// Null where the op has no such attribute.
const proto::AttrValue* FindAttribute(const proto::NodeDef& def, const std::string& name);

}  // namespace acc::model::tensorflow
