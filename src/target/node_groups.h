// SPDX-License-Identifier: BSD-3-Clause
// A program taken apart: groups of nodes that compute from tensors that the target stores to the
// next ones, and one graph in which each of them is fed by itself. Disconnected parts of a graph
// give the same values as a session for each, bit for bit, and cost one session.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "target/program.h"
#include "tensor/value_info.h"

namespace acc::target {

// Nodes of `Program::graph` that no tap divides. Numbers are indices: of Program::graph.nodes, and
// of Program::taps.
struct NodeGroup {
  std::vector<std::size_t> nodes;    // Ascending; also those that quantize its inputs and outputs.
  std::vector<std::size_t> inputs;   // The taps that it reads, ascending.
  std::vector<std::size_t> outputs;  // Those that it makes, ascending.
  std::string obstacle;              // Why it cannot run alone, as a clause; empty where it can.
};

// Every group that computes, by its first output. Nodes that only constants reach belong to each
// group that reads them. What leads to no tap is in no group.
std::vector<NodeGroup> GroupsOf(const Program& program);

// An input of an isolated program: the real values of a tap of the whole one.
struct IsolatedInput {
  std::string name;
  std::size_t tap = 0;
  std::size_t group = 0;  // Of those that were isolated.
};

struct IsolatedProgram {
  Program program;  // Its taps are the outputs of the groups, under their tensors' names.
  std::vector<IsolatedInput> inputs;
};

// The groups side by side, none of which has an obstacle. A tap that several read, or that one
// makes and another reads, is an input for each reader, quantized as the program quantizes it.
// `info_of` tells type and dims of a tap's real values.
IsolatedProgram Isolated(const Program& program, std::span<const NodeGroup> groups,
                         const std::function<ValueInfo(std::size_t tap)>& info_of);

}  // namespace acc::target
