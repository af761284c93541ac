// SPDX-License-Identifier: BSD-3-Clause
// What the tensors of one input line should be, and what the target made of them, all in the dims
// and the axis order in which the converted graph holds them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "features/source_model/input_lines.h"
#include "features/target_run/target_run.h"
#include "store/manifest.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::features {

// A run on disk, by the names of the target's tensors.
struct TensorFiles {
  std::filesystem::path directory;
  std::map<std::string, store::TensorRecord> records;
};

// The target's program with every tensor that it stores as a tap, whatever is selected.
target::Program WholeProgramOf(TargetModel model);

// The elements of a file of just these.
Result<Tensor> ReadTensor(const std::filesystem::path& file, ElementType type, const Shape& dims);

class LineValues {
 public:
  struct Sources {
    const TargetModel& model;
    const InputLines& lines;
    std::size_t line = 0;
    TensorFiles golden;
    TensorFiles target;
    std::filesystem::path scratch;  // For the values of the float run; made and filled here.
    std::uint64_t memory_budget_bytes = 0;
  };

  // Runs the converted graph in float and keeps the values of all that the target stores.
  static Result<LineValues> Create(Sources sources);

  // Nothing is known of a tensor that the float run did not show.
  bool Knows(const std::string& tensor) const { return floats_.contains(tensor); }
  // Its type, and its dims at this line.
  const ValueInfo& InfoOf(const std::string& tensor) const { return floats_.at(tensor).info; }
  bool HasGolden(const std::string& tensor) const { return Has(sources_.golden, tensor); }
  bool HasTarget(const std::string& tensor) const { return Has(sources_.target, tensor); }

  // Golden where the golden run has the tensor, otherwise what the converted graph makes of the
  // input in float.
  Result<Tensor> Reference(const std::string& tensor) const;
  // What the converted graph makes of the input in float.
  Result<Tensor> InFloat(const std::string& tensor) const;
  // The target run's; only where it has the tensor.
  Result<Tensor> OfTarget(const std::string& tensor) const;
  // Whether capturing changed it, and what the run without capture gave.
  bool HasPlain(const std::string& tensor) const;
  Result<Tensor> OfPlainRun(const std::string& tensor) const;

 private:
  struct Kept {
    ValueInfo info;
    std::filesystem::path file;
  };

  explicit LineValues(Sources sources) : sources_(std::move(sources)) {}
  bool Has(const TensorFiles& files, const std::string& tensor) const;
  Result<Tensor> Read(const TensorFiles& files, const std::string& tensor) const;
  Result<Tensor> ReadRecord(const std::filesystem::path& folder, const store::TensorRecord& record,
                            const std::string& tensor) const;

  Sources sources_;
  std::map<std::string, Kept> floats_;
};

}  // namespace acc::features
