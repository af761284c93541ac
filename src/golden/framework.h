// SPDX-License-Identifier: BSD-3-Clause
// Runs a source model in its own framework and shows the tensors in between.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/library_places.h"
#include "base/status.h"
#include "model/graph.h"
#include "tensor/tensor.h"

namespace acc::golden {

struct Request {
  std::filesystem::path model_path;
  // The same model as a graph, its inputs with the dims of this run.
  const model::Graph* graph = nullptr;
  bool is_cut = false;  // The graph is a part of the file, with inner tensors as inputs.
  std::map<std::string, Tensor> inputs;  // Every input of the model, in its own type.
  std::vector<std::string> tensors;      // What to capture.
  bool optimize = false;                 // The framework's own graph optimizations.
  std::filesystem::path custom_op_library;
  std::string kernels;                    // TensorFlow Lite's: "builtin", "reference", "xnnpack".
  std::uint64_t memory_budget_bytes = 0;  // Of captured tensors at one time.
};

// Gets each tensor once, in no promised order, from several threads at once.
using Sink = std::function<Status(const std::string& tensor, const TensorView& value)>;
// Gets each tensor that has no raw form, and why.
using UnreadableSink = std::function<void(const std::string& tensor, const std::string& reason)>;

// A row of the table of frameworks.
struct FrameworkInfo {
  std::string_view name;     // As on the command line.
  std::string_view summary;  // One line, for --help and the docs.
  Status (*run)(const Request& request, const Sink& sink, const UnreadableSink& unreadable);
  Result<OpenedLibrary> (*library)();  // What runs the models; opens it.
};

std::span<const FrameworkInfo> Frameworks();

// By name; a usage error that lists the known ones for another.
Result<const FrameworkInfo*> FindFramework(std::string_view name);

}  // namespace acc::golden
