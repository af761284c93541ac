// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/whole_run.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "base/log.h"
#include "features/dissection/tensor_errors.h"

namespace acc::features {

Result<std::optional<double>> OutputOnTarget(std::span<const MeasuredLine> lines,
                                             const InputLines& inputs,
                                             quantize::QuantizedGraph quantized,
                                             std::string_view what) {
  const LayersToMeasure& layers = lines.front().layers;
  TargetModel model = layers.model;
  model.quantized = std::move(quantized);
  std::mutex mutex;
  std::vector<store::LineOutput> outputs(lines.size());
  const auto measure = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                           const TensorView&) -> Status {
    const LineValues& values = lines[line].layers.values;
    if (!values.Knows(tap.tensor)) return OkStatus();
    ACC_ASSIGN_OR_RETURN(const Tensor reference, values.Reference(tap.tensor));
    ACC_ASSIGN_OR_RETURN(
        const Tensor made,
        Tensor::Create(value.type, value.dims, {value.bytes.begin(), value.bytes.end()}));
    const auto db = SqnrOf(reference, made);
    const std::lock_guard lock(mutex);
    std::optional<double>& lowest = outputs[line].output_db;
    if (db) lowest = std::min(lowest.value_or(*db), *db);
    return OkStatus();
  };
  const auto read = [&](std::size_t line) { return inputs.Read(lines[line].line); };
  Status status = layers.engine.Run(
      ProgramOf(model, true), lines.size(), read, measure, [](const auto&, const auto&) {}, what);
  if (status.code() == StatusCode::kInterrupted) return status;
  if (status.ok()) return PooledOutput(outputs);
  LogInfo("the target does not run the model so ({}): {}", what, status.message());
  return std::optional<double>();
}

}  // namespace acc::features
