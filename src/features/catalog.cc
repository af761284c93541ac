// SPDX-License-Identifier: BSD-3-Clause
#include "features/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"
#include "tensor/element_type.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

constexpr std::array kFrameworks = {
    CatalogEntry{"onnx", "ONNX models, run by ONNX Runtime."},
    CatalogEntry{"tflite", "TensorFlow Lite models, run by TensorFlow Lite."},
    CatalogEntry{"tensorflow", "Frozen TensorFlow 1.x graphs, run by TensorFlow."},
};

constexpr std::array kRuntimes = {
    CatalogEntry{"cpu", "The host engine: float, or the quantized model simulated in float."},
    CatalogEntry{"gpu", "The target's GPU; needs a device, so it is refused here."},
    CatalogEntry{"dsp", "The HTP; on x86_64-linux-clang Qualcomm's simulator of it."},
    CatalogEntry{"dspv68", "The HTP of architecture v68."},
    CatalogEntry{"dspv69", "The HTP of architecture v69."},
    CatalogEntry{"dspv73", "The HTP of architecture v73."},
    CatalogEntry{"dspv75", "The HTP of architecture v75."},
};

constexpr std::array kFileTypes = {
    ElementType::kFloat32, ElementType::kFloat64, ElementType::kFloat16, ElementType::kInt8,
    ElementType::kUint8,   ElementType::kInt16,   ElementType::kUint16,  ElementType::kInt32,
    ElementType::kUint32,  ElementType::kInt64,   ElementType::kUint64,  ElementType::kBool,
};

Result<ElementType> ReadFileType(const std::string& word) {
  const std::optional<ElementType> type = ElementTypeFromName(word);
  if (type && std::ranges::count(kFileTypes, *type) > 0) {
    return *type;
  }
  std::vector<std::string> names;
  for (const ElementType known : kFileTypes) {
    names.emplace_back(Name(known));
  }
  return UsageError(fmt::format("'{}' is no data type; it is one of {}.{}", Printable(word),
                                Join(names, ", "), DidYouMean(word, names)));
}

}  // namespace

std::span<const CatalogEntry> Frameworks() { return kFrameworks; }

std::span<const CatalogEntry> Runtimes() { return kRuntimes; }

std::span<const verify::VerifierInfo> Verifiers() { return verify::Verifiers(); }

std::span<const quantize::AlgorithmInfo> EncodingAlgorithms() { return quantize::Algorithms(); }

std::span<const inspect::CheckInfo> QuantizationChecks() { return inspect::Checks(); }

Status CheckVerifier(std::span<const std::string> words) {
  return verify::ParseRequest(words).status();
}

Result<InputTensor> ReadInputTensor(std::span<const std::string> words) {
  if (words.size() < 3 || words.size() > 4) {
    return UsageError(fmt::format("expected NAME DIMS RAW [TYPE], found {} words", words.size()));
  }
  InputTensor tensor;
  tensor.name = words[0];
  if (tensor.name.empty()) {
    return UsageError("the tensor's name is empty");
  }
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
