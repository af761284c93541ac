// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Dashed;
using flags::Flag;
using flags::Occurrences;
using flags::Set;

constexpr std::array<std::string_view, 3> kFrameworks = {"tensorflow", "onnx", "tflite"};

constexpr std::array kFileTypes = {
    ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kInt8,
    ElementType::kUint8,   ElementType::kInt16,   ElementType::kUint16,  ElementType::kInt32,
    ElementType::kUint32,  ElementType::kInt64,   ElementType::kUint64,  ElementType::kBool,
};

Result<ElementType> ReadFileType(const std::string& word) {
  const std::optional<ElementType> type = ElementTypeFromName(word);
  if (type && std::ranges::count(kFileTypes, *type) > 0) return *type;
  std::vector<std::string> names;
  for (const ElementType known : kFileTypes) names.emplace_back(Name(known));
  return UsageError(fmt::format("'{}' is no data type; it is one of {}.{}", Printable(word),
                                Join(names, ", "), DidYouMean(word, names)));
}

Status SetFramework(const Flag& /*flag*/, const Occurrences& given, ModelOptions& model) {
  model.framework = given.front().front();
  model.framework_version = given.front().size() > 1 ? given.front()[1] : "";
  return OkStatus();
}

std::string IdleFrameworkVersion(const ModelOptions& model, const Occurrences& /*given*/) {
  if (model.framework_version.empty()) return "";
  return fmt::format("{}: the version {} has no effect; the one that is installed runs",
                     model.framework, Printable(model.framework_version));
}

Status SetInputTensors(const Flag& flag, const Occurrences& given, ModelOptions& model) {
  model.input_tensors.clear();
  for (const std::vector<std::string>& words : given) {
    Result<InputTensor> tensor = ReadInputTensor(words);
    if (!tensor.ok()) return tensor.status().WithContext(Dashed(flag));
    if (std::ranges::count(model.input_tensors, tensor->name, &InputTensor::name) > 0) {
      return UsageError(
          fmt::format("{} names the tensor '{}' twice", Dashed(flag), Printable(tensor->name)));
    }
    model.input_tensors.push_back(std::move(*tensor));
  }
  return OkStatus();
}

Status SetOutputTensors(const Flag& /*flag*/, const Occurrences& given, ModelOptions& model) {
  model.output_tensors.clear();
  for (const std::vector<std::string>& words : given) model.output_tensors.push_back(words.front());
  return OkStatus();
}

}  // namespace

flags::Rows<ModelOptions> ModelRows() {
  return {
      {{.name = "framework",
        .short_name = "f",
        .placeholder = "FRAMEWORK [VERSION]",
        .max_words = 2,
        .choices = kFrameworks,
        .section = &flags::kRequired,
        .help = "The framework of the source model and, optionally, its version."},
       &SetFramework,
       &IdleFrameworkVersion},
      {{.name = "model_path",
        .short_name = "m",
        .placeholder = "MODEL_PATH",
        .section = &flags::kRequired,
        .help = "The source model's file; for the quantization checker also a folder of models."},
       &Set<&ModelOptions::model_path>},
      {{.name = "input_tensor",
        .short_name = "i",
        .placeholder = "NAME DIMS RAW [TYPE]",
        .min_words = 2,
        .max_words = 4,
        .repeatable = true,
        .section = &flags::kRequired,
        .help =
            "An input of the model: its name, its dimensions with commas between them, the raw "
            "file of its elements and, optionally, their type (float32 unless given). Repeat it "
            "for each input: -i data1 1,224,224,3 data1.raw -i data2 1,50 data2.raw int64. A "
            "scalar has the dimensions 1 or ''. A tensor from the middle of the model may be "
            "named too: the model is cut there, and what is before it does not run."},
       &SetInputTensors},
      {{.name = "output_tensor",
        .short_name = "o",
        .placeholder = "OUTPUT_TENSOR",
        .repeatable = true,
        .section = &flags::kRequired,
        .help = "The name of an output of the model. Repeat it for each output."},
       &SetOutputTensors},
  };
}

flags::Flag InputListFlag() {
  return {.name = "input_list",
          .short_name = "l",
          .placeholder = "INPUT_LIST",
          .section = &flags::kRequired,
          .help =
              "A text file with one line per inference: the raw files of the inputs, for models of "
              "several inputs each as name:=path. The same lines calibrate the quantization. Lines "
              "of # and layers, or % and tensors, say what is captured instead of every tensor."};
}

Result<InputTensor> ReadInputTensor(std::span<const std::string> words) {
  if (words.size() < 3 || words.size() > 4) {
    return UsageError(fmt::format("expected NAME DIMS RAW [TYPE], found {} words", words.size()));
  }
  InputTensor tensor;
  tensor.name = words[0];
  if (tensor.name.empty()) return UsageError("the tensor's name is empty");
  const std::optional<Shape> dims = ShapeFromText(words[1]);
  if (!dims || !ElementCount(*dims)) {
    return UsageError(fmt::format(
        "'{}' are no dimensions of '{}'; write whole numbers with commas, such as 1,3,224,224",
        Printable(words[1]), Printable(tensor.name)));
  }
  tensor.dims = *dims;
  if (words[2].empty()) {
    return UsageError(fmt::format("the raw file of '{}' is empty text", Printable(tensor.name)));
  }
  tensor.raw_file = words[2];
  if (words.size() == 4) {
    ACC_ASSIGN_OR_RETURN(tensor.type, ReadFileType(words[3]));
    tensor.type_given = true;
  }
  return tensor;
}

}  // namespace acc::features
