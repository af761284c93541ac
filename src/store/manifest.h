// SPDX-License-Identifier: BSD-3-Clause
// tensors.json: what the headerless .raw files of a run hold. Everything here also works on
// directories without it, which other tools wrote: see ListTensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/layout.h"
#include "tensor/shape.h"

namespace acc::store {

// One captured tensor. `dims` and the file are in `axis_order`; the source's dims are
// Permute(dims, Inverse(FromSource(axis_order, rank))).
struct TensorRecord {
  std::string name;
  std::string file;  // Relative to the run, with "/"; float32 whatever the tensor's own type is.
  ElementType type = ElementType::kFloat32;  // The tensor's own type.
  std::optional<std::uint64_t> file_bytes;  // Of `file`, where ListTensors looked for files itself.
  std::string native_file;    // An exact copy in `type`; empty where the tensor is float32.
  std::optional<Shape> dims;  // Nothing where the directory does not say.
  AxisOrder axis_order = AxisOrder::kSource;
  std::string node;     // The node that made it; empty for inputs.
  std::string op_type;  // Of that node.
  std::string source;   // Target runs: the source tensor it stands for; empty where there is none.
  std::optional<TensorEncoding> encoding;  // Target runs: how the target held it.
  // Target runs: what computed it, "HTP" or "CPU"; empty where that is unknown, and for inputs.
  std::string processor;
  // Target runs: what a run that captured nothing gave for an output, where that differs from
  // `file`, which comes from the captured run; in the same form. Empty where they are the same.
  std::string plain_file;
  // Target runs: captured in a run that gave other outputs than the one that captures nothing.
  bool is_disturbed = false;
  // Target runs: the tensor whose random numbers this one holds or depends on, "" for none. No two
  // runs have them in common.
  std::string random;
};

// A tensor that was not captured, or has no twin, and why.
struct SkippedTensor {
  std::string name;
  std::string reason;
};

struct Manifest {
  std::vector<TensorRecord> tensors;  // In the graph's order.
  std::vector<SkippedTensor> skipped;
  // What was measured of the run as a whole and must be known before its tensors are read (what ran
  // where, what was quantized, what could not be captured): sentences, the most important first.
  std::vector<std::string> statements;
  // Golden runs: the source is channel-last itself (TensorFlow Lite), so that a channel-last target
  // stores its tensors in the same order.
  bool channel_last_source = false;
};

Status WriteManifest(const std::filesystem::path& run, const Manifest& manifest);

// Reads <run>/tensors.json. Fails for one that is malformed or names files outside the run.
Result<Manifest> ReadManifest(const std::filesystem::path& run);

// The tensors of any directory: from tensors.json where it is there, or else from the .raw files
// found below it (name = relative path without ".raw", type float32, dims unknown, size known),
// sorted by name.
// Fails for a directory that is missing or holds none.
Result<Manifest> ListTensors(const std::filesystem::path& run);

}  // namespace acc::store
