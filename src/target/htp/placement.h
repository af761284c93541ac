// SPDX-License-Identifier: BSD-3-Clause
// Where each node of a program was computed: as ONNX Runtime records it for every session, never as
// its log words it. The log gives only the reasons.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/graph.h"
#include "target/engine.h"
#include "target/htp/session_log.h"
#include "target/program.h"

namespace acc::target {

// The graph with a name for every node that no other node has; names that do so already stay.
model::Graph WithDistinctNodeNames(model::Graph graph);

// The nodes of a program over the sessions that run it, one for each part of a capture.
class Placement {
 public:
  // `graph` is what the sessions run, with distinct node names; it must outlive this.
  explicit Placement(const model::Graph& graph);

  // A session was made; Of() speaks of it from now on.
  void Enter(const SessionLog& log);

  // What computed the tensor of `tap` in the session entered last; kUnknown for inputs.
  Processor Of(const Tap& tap) const;

  // Whether the HTP computes anything in the session entered last. Nodes that only change the form
  // of their input (Reshape, Transpose, Cast, QuantizeLinear, …) count where the graph has no
  // other.
  bool Computes() const;

  // Every node but QuantizeLinear and DequantizeLinear, in the graph's order. One that the HTP had
  // in some sessions only is the CPU's here.
  std::vector<NodePlace> places() const;

 private:
  // Of the node that the runtime calls `name`; nothing for one of its own.
  std::optional<std::size_t> IndexOf(std::string_view name) const;

  // Takes the current session into merged_.
  void Merge(const SessionLog& log);

  const model::Graph& graph_;
  model::Connections connections_;
  std::map<std::string, std::size_t, std::less<>> index_of_;  // Of a node, by name.
  std::vector<Processor> current_;  // Of each node, in the session entered last.
  std::vector<NodePlace> merged_;   // Of each node, over all sessions.
};

}  // namespace acc::target
