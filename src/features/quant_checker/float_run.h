// SPDX-License-Identifier: BSD-3-Clause
// What is kept of the float graph's run over all inputs, once for all options.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/checked_graph.h"
#include "features/source_model/input_lines.h"
#include "inspect/value_facts.h"
#include "quantize/calibrator.h"
#include "tensor/tensor.h"

namespace acc::features {

// The elements as float32, copied only where they are something else.
class Floats {
 public:
  static Result<Floats> Of(const TensorView& tensor) {
    Floats floats;
    if (tensor.type == ElementType::kFloat32) {
      floats.values_ = {reinterpret_cast<const float*>(tensor.bytes.data()),
                        tensor.bytes.size() / sizeof(float)};
      return floats;
    }
    ACC_ASSIGN_OR_RETURN(floats.copy_, ToFloats(tensor));
    floats.is_copy_ = true;
    return floats;
  }
  std::span<const float> values() const { return is_copy_ ? std::span(copy_) : values_; }

 private:
  bool is_copy_ = false;
  std::vector<float> copy_;
  std::span<const float> values_;
};

// Facts of tensors of some input lines.
class LineFacts {
 public:
  LineFacts(std::set<std::string> tensors, std::size_t first_line, std::size_t lines);

  // From several threads at once for different tensors or lines. Strangers are passed over.
  void Set(std::size_t line, const std::string& tensor, const inspect::ValueFacts& facts);
  // Null where the tensor was never seen.
  const inspect::ValueFacts* Of(std::size_t line, const std::string& tensor) const;

 private:
  struct Cell {
    bool seen = false;
    inspect::ValueFacts facts;
  };

  std::size_t first_line_;
  std::map<std::string, std::vector<Cell>> facts_;
};

// The graph's outputs in float, for as many lines as were asked for.
struct FloatOutputs {
  std::size_t lines = 0;
  std::map<std::string, std::vector<std::vector<float>>> values;  // By output, then line.
};

struct FloatRunPlan {
  std::set<std::string> stored;       // Tensors that some option quantizes.
  std::set<std::string> checked;      // Those whose facts are wanted for each line.
  inspect::WantedFacts wanted_facts;  // Of these.
  std::uint64_t memory_budget_bytes = 0;
};

struct FloatRun {
  std::unique_ptr<quantize::Calibrator> calibrator;
  std::unique_ptr<LineFacts> facts;  // Null where they do not fit the budget.
  FloatOutputs outputs;              // Of as many lines, from the first, as fit the budget.
};

// Runs each graph over all lines. Tensors of equal name have equal values in all graphs and are
// seen in the first that has them, so that each is seen once; outputs are the first graph's.
Result<FloatRun> RunFloatGraphs(std::span<const CheckedGraph> graphs, const InputLines& lines,
                                const FloatRunPlan& plan);

}  // namespace acc::features
