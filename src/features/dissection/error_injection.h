// SPDX-License-Identifier: BSD-3-Clause
// The converted model in float, with errors at chosen tensors: what the error of one layer does to
// the output where all others are right.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <utility>
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

enum class InjectionKind {
  kErrors,  // A tensor becomes what it is, minus `from`, plus `to`: errors of several add up.
  kValues,  // A tensor becomes `to`, whatever it is.
};

class ErrorInjection {
 public:
  using ReadInputs = std::function<Result<std::map<std::string, Tensor>>()>;

  // `tensors` are float32 tensors of the graph, inputs among them. Outputs that hold no float32
  // numbers are not looked at; fails where all are such.
  static Result<ErrorInjection> Create(const model::Graph& graph,
                                       const std::vector<std::string>& tensors, InjectionKind kind);

  // Adds an input line, which has every input of the graph; it is read for each measurement.
  Status AddLine(ReadInputs read);

  // The lowest SQNR of the outputs, in dB, with these errors against the outputs without any.
  // Infinite where no output changes.
  Result<double> Measure(std::size_t line, const Errors& errors) const;

 private:
  struct ErrorInputs {
    std::string from;  // Of values: whether there is one.
    std::string to;
  };
  struct Line {
    ReadInputs read;
    std::vector<std::vector<float>> clean;  // One for each output.
  };

  ErrorInjection(ort::Session session, InjectionKind kind)
      : session_(std::move(session)), kind_(kind) {}
  Result<std::vector<ort::Value>> Run(const ReadInputs& read, const Errors& errors) const;

  ort::Session session_;
  InjectionKind kind_;
  std::map<std::string, std::string> renamed_inputs_;
  std::map<std::string, ErrorInputs> error_inputs_;  // Of each tensor.
  std::vector<std::string> outputs_;
  std::vector<Line> lines_;
};

}  // namespace acc::features
