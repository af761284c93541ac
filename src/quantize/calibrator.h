// SPDX-License-Identifier: BSD-3-Clause
// What the float graph's tensors hold while it runs over the calibration inputs, once. It knows no
// encoding algorithm: one calibration serves any number of quantizers and algorithms.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "quantize/min_max.h"
#include "tensor/histogram.h"

namespace acc::quantize {

// What was seen of a tensor. Values that are not finite are only counted.
//
// Few values leave a histogram almost empty, and what it says of the errors between its edges is
// chance; so as long as they are few, they are kept as they are.
class Observer {
 public:
  explicit Observer(bool with_histogram) : with_histogram_(with_histogram) {}

  static constexpr std::size_t kFew = 4096;

  void Add(std::span<const float> values);
  // As if the values of `other` had been added; both are with or without a histogram.
  void Merge(const Observer& other);

  const MinMax& range() const { return range_; }
  // Null without one. Of the finite values; empty where there were none.
  const Histogram* histogram() const { return with_histogram_ ? &histogram_ : nullptr; }
  // All finite values, where there is a histogram and they are kFew at most; otherwise none. Their
  // order is not promised.
  std::span<const float> few_values() const { return few_values_; }

 private:
  void AddFinite(std::span<const float> values, float min, float max);

  bool with_histogram_;
  MinMax range_;
  Histogram histogram_;
  std::vector<float> few_values_;
};

// Memory: a histogram and few values, 48 KB, per tensor, however many inputs there are.
class Calibrator {
 public:
  // Histograms are taken of `histograms`, ranges of all `tensors`.
  Calibrator(const std::set<std::string>& tensors, const std::set<std::string>& histograms);

  std::vector<std::string> tensors() const;

  // Called once per tensor and input. Different tensors may come from different threads at once.
  // Strangers are passed over.
  void Observe(std::string_view tensor, std::span<const float> values);

  // Fails, naming the tensor, where it was never observed or had no finite value.
  Result<const Observer*> ObserverOf(const std::string& tensor) const;

  // One line for each of `tensors` that had some values that are not finite.
  std::vector<std::string> NotesOnNonFinite(std::span<const std::string> tensors) const;

 private:
  std::map<std::string, Observer, std::less<>> observers_;
};

}  // namespace acc::quantize
