// SPDX-License-Identifier: BSD-3-Clause
// Conversion with ONNX Runtime as the oracle, and the inputs of the converted graph.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/source_model.h"
#include "store/input_list.h"

namespace acc::features {

Result<convert::TargetGraph> ConvertModel(const SourceModel& model,
                                          const std::vector<std::string>& output_tensors);

// The names of the target graph's tensors in the order of its nodes, inputs first.
std::vector<std::string> TensorOrder(const model::Graph& graph);

// The lines of an input list, under the target graph's names.
class InputLines {
 public:
  // Checks every line's files against the model before anything runs.
  static Result<InputLines> Open(const std::filesystem::path& input_list, bool native,
                                 const SourceModel& model, const convert::TargetGraph& target);

  std::size_t size() const { return list_.lines.size(); }
  Result<store::NamedTensors> Read(std::size_t line) const;
  const store::InputList& list() const { return list_; }

 private:
  store::InputList list_;
  store::FileTypes types_;
  std::vector<ValueInfo> inputs_;
  std::map<std::string, std::string> target_name_;  // By source name; inputs that are still read.
};

}  // namespace acc::features
