// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/calibrator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace acc::quantize {

void Observer::Add(std::span<const float> values) {
  MinMax range;
  range.Add(values);
  range_.Merge(range);
  if (!with_histogram_ || range.finite() == 0) return;
  const auto min = static_cast<float>(range.min());
  const auto max = static_cast<float>(range.max());
  std::vector<float> finite;
  if (range.nonfinite() == 0) return AddFinite(values, min, max);
  finite.reserve(range.finite());
  std::ranges::copy_if(values, std::back_inserter(finite),
                       [](float value) { return std::isfinite(value); });
  AddFinite(finite, min, max);
}

void Observer::AddFinite(std::span<const float> values, float min, float max) {
  histogram_.Add(values, min, max);
  if (histogram_.total() <= kFew) {
    few_values_.insert(few_values_.end(), values.begin(), values.end());
  } else {
    few_values_ = {};
  }
}

void Observer::Merge(const Observer& other) {
  range_.Merge(other.range_);
  if (!with_histogram_) return;
  histogram_.Merge(other.histogram_);
  if (histogram_.total() <= kFew) {
    few_values_.insert(few_values_.end(), other.few_values_.begin(), other.few_values_.end());
  } else {
    few_values_ = {};
  }
}

Calibrator::Calibrator(const std::set<std::string>& tensors,
                       const std::set<std::string>& histograms) {
  for (const std::string& tensor : tensors) {
    observers_.emplace(tensor, Observer(histograms.contains(tensor)));
  }
}

std::vector<std::string> Calibrator::tensors() const {
  std::vector<std::string> names;
  for (const auto& [name, observer] : observers_) names.push_back(name);
  return names;
}

void Calibrator::Observe(std::string_view tensor, std::span<const float> values) {
  const auto found = observers_.find(tensor);
  if (found != observers_.end()) found->second.Add(values);
}

Result<const Observer*> Calibrator::ObserverOf(const std::string& tensor) const {
  const auto found = observers_.find(tensor);
  if (found == observers_.end() || !found->second.range().called()) {
    return Failure(
        fmt::format("'{}' was never observed during calibration; run every calibration input once",
                    Printable(tensor)));
  }
  const MinMax& range = found->second.range();
  if (range.finite() == 0 && range.nonfinite() > 0) {
    return Failure(fmt::format(
        "'{}' was NaN or infinite for every calibration input, so it has no range; check the "
        "float model and its inputs",
        Printable(tensor)));
  }
  return &found->second;
}

std::vector<std::string> Calibrator::NotesOnNonFinite(std::span<const std::string> tensors) const {
  std::vector<std::string> notes;
  for (const std::string& tensor : tensors) {
    const auto found = observers_.find(tensor);
    if (found == observers_.end() || found->second.range().nonfinite() == 0) continue;
    const MinMax& range = found->second.range();
    notes.push_back(
        fmt::format("'{}': {} of {} values were NaN or infinite; its range leaves them out",
                    Printable(tensor), range.nonfinite(), range.nonfinite() + range.finite()));
  }
  return notes;
}

}  // namespace acc::quantize
