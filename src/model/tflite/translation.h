// SPDX-License-Identifier: BSD-3-Clause
// One operator of a TensorFlow Lite file while it is translated, with its options.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/tflite/file.h"
#include "model/translation/translation.h"

namespace acc::model::tflite {

class Translation : public model::Translation {
 public:
  Translation(const File& file, const schema::Operator& node, GraphBuilder& builder);

  // The options of the operator's own kind; null where the file has none, which means defaults.
  template <typename T>
  const T* Options() const {
    return node_.template builtin_options_as<T>();
  }
  // A value of the options, or `fallback` where the file has none.
  template <typename T, typename Value>
  Value Option(Value (T::*get)() const, Value fallback) const {
    const T* options = Options<T>();
    return options == nullptr ? fallback : (options->*get)();
  }

  // As the file stores it.
  const FileTensor& InputRecord(std::size_t input) const;
  const FileTensor& OutputRecord(std::size_t output) const;
  // The dims of an output with those unknown that follow from the input's.
  const Shape& Signature(std::size_t output) const { return OutputRecord(output).signature; }

  // The elements of a constant input of integers; fails for another.
  std::vector<std::int64_t> Ints(std::size_t input);
  // Of exactly `count` elements.
  std::vector<std::int64_t> Ints(std::size_t input, std::size_t count);
  // An axis counted from 0; fails for one that `rank` does not have.
  int Axis(std::int64_t axis, std::size_t rank);
  // The axes that a constant input names, each once, sorted.
  std::vector<int> Axes(std::size_t input, std::size_t rank);

  // As Make, followed by the activation that the file fuses into the operator.
  void MakeActivated(const Order& order, std::string_view op_type, std::vector<std::string> inputs,
                     Attributes attributes, schema::ActivationFunctionType activation);
  // The output is `value` after the activation; `value` has its dims.
  void MakeActivation(const Order& order, const std::string& value,
                      schema::ActivationFunctionType activation);
  // An output with the elements of `value`, in the file's order.
  void MakeShaped(std::size_t output, const std::string& value);

 private:
  const File& file_;
  const schema::Operator& node_;
};

}  // namespace acc::model::tflite
