// SPDX-License-Identifier: BSD-3-Clause
// The error of the output where a few tensors are quantized and all others stay float.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "base/status.h"
#include "features/quant_checker/checked_graph.h"
#include "features/quant_checker/float_run.h"
#include "target/engine.h"
#include "tensor/encoding.h"

namespace acc::features {

class IsolatedQuantization {
 public:
  // On the lines that `outputs` has. All arguments outlive it.
  IsolatedQuantization(const CheckedGraph& graph, const InputLines& lines,
                       const FloatOutputs& outputs, target::Engine& engine);

  // The lowest SQNR of the outputs, in dB, with these encodings of activations and params.
  Result<double> Measure(const std::map<std::string, TensorEncoding>& encodings);

  std::size_t runs() const { return runs_; }

 private:
  const CheckedGraph& graph_;
  const InputLines& lines_;
  const FloatOutputs& outputs_;
  target::Engine& engine_;
  std::size_t runs_ = 0;
};

}  // namespace acc::features
