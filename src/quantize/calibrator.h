// SPDX-License-Identifier: BSD-3-Clause
// Ranges and histograms of many tensors while the float graph runs. It knows no encoding algorithm,
// so one calibration serves several.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "quantize/algorithms.h"
#include "quantize/quantize.h"

namespace acc::quantize {

// First pass: min and max. Second pass, with histograms only: bins over that range.
class RangeCalibrator : public Calibrator {
 public:
  RangeCalibrator(std::vector<std::string> tensors, bool histograms);

  const std::vector<std::string>& tensors() const override { return tensors_; }
  int passes() const override;
  void BeginPass(int pass) override;
  void Observe(std::string_view tensor, std::span<const float> values) override;

  // What was seen of a tensor of tensors(). Fails, naming it, where it was never observed or had
  // no finite value.
  Result<Observation> ObservationOf(const std::string& tensor) const;

  // One line for each tensor that had some values that are not finite, in the order of tensors().
  std::vector<std::string> NotesOnNonFinite() const;

 private:
  struct State {
    MinMax range;
    std::vector<Histogram> histogram;  // None or one.
  };

  std::vector<std::string> tensors_;
  bool histograms_;
  int pass_ = 0;
  std::map<std::string, State, std::less<>> states_;
};

}  // namespace acc::quantize
