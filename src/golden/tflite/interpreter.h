// SPDX-License-Identifier: BSD-3-Clause
// One model in one TensorFlow Lite interpreter.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "golden/tflite/library.h"
#include "tensor/tensor.h"

namespace acc::golden::tflite {

enum class Kernels {
  kBuiltin,    // The library's own, optimized for the processor.
  kReference,  // The library's plain ones: slow, and closest to the definition.
  kXnnpack,    // XNNPACK's where it has the operator, or else the library's own.
};

// "builtin", "reference" or "xnnpack" in any case; a usage error that lists them for another.
Result<Kernels> KernelsFromName(std::string_view name);

class Interpreter {
 public:
  // Keeps `content`, a model. Inputs get their dims from `input_dims`, by place. Fails with the
  // library's own words.
  static Result<Interpreter> Create(std::string content, Kernels kernels,
                                    const std::map<int, Shape>& input_dims);
  Interpreter(Interpreter&&) noexcept;
  ~Interpreter();

  // Bytes of the tensor as far as they are known before the run.
  std::uint64_t ByteSize(int tensor) const;
  // The input at `place`: a tensor of its own type and dims.
  Status SetInput(int place, const TensorView& value);
  Status Run();
  // After Run(); nothing where the tensor has no memory: no operator of the run made it. Valid
  // until the interpreter goes.
  Result<TensorView> Value(int tensor, ElementType type) const;

 private:
  struct State;
  explicit Interpreter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace acc::golden::tflite
