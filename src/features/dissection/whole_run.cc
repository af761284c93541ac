// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/whole_run.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/log.h"

namespace acc::features {

Result<std::optional<double>> OutputOnTarget(const LayersToMeasure& layers,
                                             const std::map<std::string, Tensor>& inputs,
                                             quantize::QuantizedGraph quantized,
                                             std::string_view what) {
  TargetModel model = layers.model;
  model.quantized = std::move(quantized);
  std::mutex mutex;
  std::optional<double> lowest;
  const auto measure = [&](std::size_t, const target::Tap& tap, const TensorView& value,
                           const TensorView&) -> Status {
    if (!layers.values.Knows(tap.tensor)) return OkStatus();
    ACC_ASSIGN_OR_RETURN(const Tensor reference, layers.values.Reference(tap.tensor));
    ACC_ASSIGN_OR_RETURN(
        const Tensor made,
        Tensor::Create(value.type, value.dims, {value.bytes.begin(), value.bytes.end()}));
    const auto db = SqnrOf(reference, made);
    const std::lock_guard lock(mutex);
    if (db) lowest = std::min(lowest.value_or(*db), *db);
    return OkStatus();
  };
  const auto read = [&](std::size_t) -> Result<std::map<std::string, Tensor>> { return inputs; };
  Status status = layers.engine.Run(
      ProgramOf(model, true), 1, read, measure, [](const auto&, const auto&) {}, what);
  if (status.code() == StatusCode::kInterrupted) return status;
  if (status.ok()) return lowest;
  LogInfo("the target does not run the model so ({}): {}", what, status.message());
  return std::optional<double>();
}

}  // namespace acc::features
