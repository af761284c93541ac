// SPDX-License-Identifier: BSD-3-Clause
// Writes the lines of a target run, each into its own Result_N.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/target_run/target_run.h"
#include "store/graph_struct.h"
#include "store/tensor_writer.h"
#include "target/engine.h"
#include "tensor/tensor.h"

namespace acc::features {

class ResultWriters {
 public:
  // `native_outputs`: see store::TensorWriter::SetNativeFirst; without, exact copies are those of
  // the values alone.
  ResultWriters(const TargetModel& model, const std::filesystem::path& run, std::size_t lines,
                bool native_outputs);

  // From several threads at once. `stored`: what the target held.
  Status Write(std::size_t line, const target::Tap& tap, const TensorView& value,
               const TensorView& stored);

  // What a run that captures nothing else gave for an output. The ratio of the captured values to
  // their difference from these in dB, where they differ; an output that was not captured is
  // written as any other. From one thread.
  Result<std::optional<double>> WritePlain(std::size_t line, const target::Tap& tap,
                                           const TensorView& value);

  // Of two runs of the same lines; see store::TensorWriter. The first: whether it is so of every
  // line; the others for every line.
  Result<bool> ShipsAs(const std::string& tensor, const ResultWriters& other) const;
  Result<bool> Adopt(const std::string& tensor, const ResultWriters& other);
  void MarkDisturbed(const std::string& tensor);

  void Skip(const std::string& name, const std::string& reason);
  // What Skip was told of a tensor, or "".
  std::string SkipReason(const std::string& name) const;

  // Of tensors that hold or depend on random numbers.
  bool IsRandom(const std::string& tensor) const { return random_.contains(tensor); }

  bool Has(const std::string& tensor) const {
    return !writers_.empty() && writers_[0]->Find(tensor) != nullptr;
  }
  // Those of the first line that were written; not while other threads write.
  std::span<const store::TensorRecord> records() const {
    if (writers_.empty()) return {};
    return writers_[0]->manifest().tensors;
  }
  // Tensors that were written, per line.
  std::size_t Count() const { return records().size(); }

  Status Finish(const std::map<std::string, std::size_t>& order,
                const std::vector<std::string>& statements);

 private:
  store::TensorRecord RecordOf(const target::Tap& tap) const;

  const TargetModel& model_;
  bool native_outputs_;
  std::map<std::string, const store::GraphStruct::Node*> producers_;
  std::map<std::string, std::string> random_;  // As model::RandomTensors gives it.
  std::vector<std::filesystem::path> folders_;
  std::vector<std::unique_ptr<store::TensorWriter>> writers_;
};

}  // namespace acc::features
