// SPDX-License-Identifier: BSD-3-Clause
// Quantizes a model as options say, and judges what comes of it.
#pragma once

#include <memory>
#include <vector>

#include "base/status.h"
#include "features/quant_checker/feature.h"
#include "features/quant_checker/float_run.h"
#include "features/quant_checker/option_result.h"
#include "features/quant_checker/prepare.h"
#include "target/engine.h"

namespace acc::features {

class Judge {
 public:
  // Keeps references to all.
  static Result<Judge> Create(const QuantCheckerOptions& options, const Preparation& prepared,
                              const FloatRun& floats);

  // Of every candidate, in their order; results() has them then. One that comes to the same as an
  // earlier one is not measured again.
  Status JudgeAll();
  // Of one that need not be among them.
  Result<OptionResult> Of(const Candidate& candidate, quantize::Quantizer& quantizer) const;

  const std::vector<OptionResult>& results() const { return results_; }
  target::Engine& engine() const { return *engine_; }

 private:
  Judge(const Preparation& prepared, const FloatRun& floats, std::unique_ptr<target::Engine> engine)
      : prepared_(&prepared), floats_(&floats), engine_(std::move(engine)) {}

  const OptionResult* SameOption(const Candidate& candidate) const;
  const OptionResult* TwinOf(const Candidate& candidate,
                             const quantize::QuantizedGraph& quantized) const;

  const Preparation* prepared_;
  const FloatRun* floats_;
  std::unique_ptr<target::Engine> engine_;
  std::vector<OptionResult> results_;
};

}  // namespace acc::features
