// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/calibrator.h"

#include <fmt/format.h>

#include "base/text.h"

namespace acc::quantize {

RangeCalibrator::RangeCalibrator(std::vector<std::string> tensors, bool histograms)
    : tensors_(std::move(tensors)), histograms_(histograms) {
  for (const std::string& tensor : tensors_) states_.try_emplace(tensor);
}

int RangeCalibrator::passes() const {
  if (tensors_.empty()) return 0;
  return histograms_ ? 2 : 1;
}

void RangeCalibrator::BeginPass(int pass) {
  pass_ = pass;
  if (pass_ == 0) return;
  for (auto& [name, state] : states_) {
    state.histogram.assign(1, Histogram(state.range.min(), state.range.max()));
  }
}

void RangeCalibrator::Observe(std::string_view tensor, std::span<const float> values) {
  const auto found = states_.find(tensor);
  if (found == states_.end()) return;
  State& state = found->second;
  if (pass_ == 0) {
    state.range.Add(values);
  } else {
    state.histogram.front().Add(values);
  }
}

Result<Observation> RangeCalibrator::ObservationOf(const std::string& tensor) const {
  const State& state = states_.at(tensor);
  const bool seen = state.range.called() && state.histogram.size() == (histograms_ ? 1u : 0u);
  if (!seen) {
    return Failure(fmt::format(
        "'{}' was never observed during calibration; run every calibration input {} times",
        Printable(tensor), passes()));
  }
  if (state.range.finite() == 0 && state.range.nonfinite() > 0) {
    return Failure(fmt::format(
        "'{}' was NaN or infinite for every calibration input, so it has no range; check the "
        "float model and its inputs",
        Printable(tensor)));
  }
  return Observation{.min = state.range.min(),
                     .max = state.range.max(),
                     .histogram = histograms_ ? &state.histogram.front() : nullptr};
}

std::vector<std::string> RangeCalibrator::NotesOnNonFinite() const {
  std::vector<std::string> notes;
  for (const std::string& tensor : tensors_) {
    const MinMax& range = states_.at(tensor).range;
    if (range.nonfinite() == 0) continue;
    notes.push_back(
        fmt::format("'{}': {} of {} values were NaN or infinite; its range leaves them out",
                    Printable(tensor), range.nonfinite(), range.nonfinite() + range.finite()));
  }
  return notes;
}

}  // namespace acc::quantize
