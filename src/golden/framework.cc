// SPDX-License-Identifier: BSD-3-Clause
#include "golden/framework.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ort/library.h"

namespace acc::golden {

Status RunOnnxRuntime(const Request& request, const Sink& sink, const UnreadableSink& unreadable);
Status RunTensorflow(const Request& request, const Sink& sink, const UnreadableSink& unreadable);
Status RunTfLite(const Request& request, const Sink& sink, const UnreadableSink& unreadable);

namespace tflite {
Result<OpenedLibrary> TfLiteLibrary();
}
namespace tensorflow {
Result<OpenedLibrary> TensorflowLibrary();
}

namespace {

constexpr std::array kFrameworks = {
    FrameworkInfo{"onnx", "ONNX models, run by ONNX Runtime on the CPU.", &RunOnnxRuntime,
                  &ort::OnnxRuntimeLibrary},
    FrameworkInfo{"tflite", "TensorFlow Lite models, run by TensorFlow Lite on the CPU.",
                  &RunTfLite, &tflite::TfLiteLibrary},
    FrameworkInfo{"tensorflow", "Frozen TensorFlow 1.x graphs, run by TensorFlow on the CPU.",
                  &RunTensorflow, &tensorflow::TensorflowLibrary},
};

}  // namespace

std::span<const FrameworkInfo> Frameworks() { return kFrameworks; }

Result<const FrameworkInfo*> FindFramework(std::string_view name) {
  const auto* row = std::ranges::find(kFrameworks, ToLower(name), &FrameworkInfo::name);
  if (row != kFrameworks.end()) return row;
  std::vector<std::string> known;
  for (const FrameworkInfo& framework : kFrameworks) known.emplace_back(framework.name);
  return UsageError("this build cannot run models of framework '" + Printable(name) +
                    "'; it knows: " + Join(known, ", ") + "." + DidYouMean(name, known));
}

}  // namespace acc::golden
