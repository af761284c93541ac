// SPDX-License-Identifier: BSD-3-Clause
// An engine runs a target program on the target's arithmetic, or on a simulation of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/library_places.h"
#include "base/status.h"
#include "target/program.h"
#include "tensor/tensor.h"

namespace acc::target {

struct EngineOptions {
  std::string runtime;       // As on the command line: "cpu", "dsp", "dspv73", …
  std::string architecture;  // "x86_64-linux-clang", …
  std::string htp_socs;      // "sm8550" or a model number; empty: the default of the runtime.
  bool half = false;         // The program will compute in half precision.
  bool quantized = false;    // The program will have QDQ pairs.
  std::uint64_t memory_budget_bytes = std::uint64_t{1} << 30;
};

// The inputs of line `line`, float32 or the model's own integer types, by input name.
using InputSource = std::function<Result<std::map<std::string, Tensor>>(std::size_t line)>;
// Gets each tap of each line once: its real values in `value` (float32, or the tensor's own integer
// type where it is not quantized), and the integers that the target held in `stored` (same as
// `value` where it is not quantized). From several threads at once, in no promised order.
using Sink = std::function<Status(std::size_t line, const Tap& tap, const TensorView& value,
                                  const TensorView& stored)>;
using UnreadableSink = std::function<void(const std::string& tensor, const std::string& reason)>;

// Where a node of a program was computed.
struct NodePlace {
  std::string node;
  std::string op_type;
  Processor processor = Processor::kUnknown;
  std::string reason;  // Why it was not the HTP; empty where the runtime did not say.
};

// A form of a node that the target is known to compute wrongly, or to fail at.
struct Hazard {
  std::string rule;  // "softmax-step", the same for all nodes of one form.
  std::string node;
  std::string op_type;
  std::string text;  // What is wrong and what to do instead, to be read behind the node's name.
};

// "Softmax 'attention' reads …"
std::string ToText(const Hazard& hazard);

class Engine {
 public:
  virtual ~Engine() = default;
  // One line for the log: what computes, in which arithmetic.
  virtual std::string Description() const = 0;
  // Captures program.taps for `lines` input lines. Fails for a program that cannot run.
  virtual Status Run(const Program& program, std::size_t lines, const InputSource& inputs,
                     const Sink& sink, const UnreadableSink& unreadable, std::string_view what) = 0;
  // Of the last Run: every node of the program but QuantizeLinear and DequantizeLinear, in its
  // order. Where a capture took several sessions, a node that the HTP did not have in each of them
  // counts as the CPU's. Nothing from an engine that has one processor only.
  virtual std::vector<NodePlace> places() const { return {}; }
  // Known weaknesses of the target's arithmetic that this program runs into, in the order of its
  // nodes.
  virtual std::vector<Hazard> Hazards(const Program& /*program*/) const { return {}; }
};

// A row of the table of engines.
struct EngineInfo {
  std::string_view name;                         // "host", "htp"
  std::string_view summary;                      // One line, for --help and the docs.
  bool (*serves)(const EngineOptions& options);  // Whether it is the engine of that runtime.
  Result<std::unique_ptr<Engine>> (*create)(const EngineOptions& options);
  Result<OpenedLibrary> (*library)();  // What computes; a plugin is only found.
};

std::span<const EngineInfo> Engines();

// The engine of the wanted runtime and architecture; where none here can serve them, a failure that
// says what would (a device, Qualcomm's own tools) and what to use instead.
Result<std::unique_ptr<Engine>> CreateEngine(const EngineOptions& options);

}  // namespace acc::target
