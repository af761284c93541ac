// SPDX-License-Identifier: BSD-3-Clause
// The converted model in float, with errors added to chosen tensors: what the error of one layer
// does to the output where all others are right.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "ort/session.h"
#include "tensor/tensor.h"

namespace acc::features {

class ErrorInjection {
 public:
  // `tensors` are float32 tensors of the graph, inputs among them; `inputs` holds every input.
  // Outputs that hold no float32 numbers are not looked at; fails where all are such.
  static Result<ErrorInjection> Create(const model::Graph& graph,
                                       const std::vector<std::string>& tensors,
                                       const std::map<std::string, Tensor>& inputs);

  // The lowest SQNR of the outputs, in dB, with these errors, each of its tensor's dims, against
  // the outputs without any. Infinite where no output changes.
  Result<double> Measure(const std::map<std::string, Tensor>& errors) const;

  std::size_t runs() const { return runs_; }

 private:
  explicit ErrorInjection(ort::Session session) : session_(std::move(session)) {}
  Result<std::vector<ort::Value>> Run(const std::map<std::string, Tensor>& errors) const;

  ort::Session session_;
  std::map<std::string, Tensor> inputs_;            // With no error at any tensor.
  std::map<std::string, std::string> error_input_;  // Of each tensor.
  std::vector<std::string> outputs_;
  std::vector<std::vector<float>> clean_;  // One for each output.
  mutable std::size_t runs_ = 0;
};

}  // namespace acc::features
