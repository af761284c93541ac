// SPDX-License-Identifier: BSD-3-Clause
// The converted model in float, with errors added to chosen tensors: what the error of one layer
// does to the output where all others are right.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "ort/session.h"
#include "tensor/tensor.h"

namespace acc::features {

// What a tensor should be and what it is instead, both of its dims.
struct ErrorOfTensor {
  Tensor from;
  Tensor to;
};
using Errors = std::map<std::string, ErrorOfTensor>;  // By tensor.

class ErrorInjection {
 public:
  // `tensors` are float32 tensors of the graph, inputs among them; `inputs` holds every input.
  // Outputs that hold no float32 numbers are not looked at; fails where all are such.
  static Result<ErrorInjection> Create(const model::Graph& graph,
                                       const std::vector<std::string>& tensors,
                                       const std::map<std::string, Tensor>& inputs);

  // The lowest SQNR of the outputs, in dB, with these errors against the outputs without any.
  // Infinite where no output changes.
  Result<double> Measure(const Errors& errors) const;

  std::size_t runs() const { return runs_; }

 private:
  struct ErrorInputs {
    std::string from;
    std::string to;
  };

  explicit ErrorInjection(ort::Session session) : session_(std::move(session)) {}
  Result<std::vector<ort::Value>> Run(const Errors& errors) const;

  ort::Session session_;
  std::map<std::string, Tensor> inputs_;             // With no error at any tensor.
  std::map<std::string, ErrorInputs> error_inputs_;  // Of each tensor.
  std::vector<std::string> outputs_;
  std::vector<std::vector<float>> clean_;  // One for each output.
  mutable std::size_t runs_ = 0;
};

}  // namespace acc::features
