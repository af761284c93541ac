// SPDX-License-Identifier: BSD-3-Clause
#include "features/catalog.h"

#include <array>

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

}  // namespace

std::span<const CatalogEntry> Frameworks() { return kFrameworks; }

std::span<const CatalogEntry> Runtimes() { return kRuntimes; }

std::span<const verify::VerifierInfo> Verifiers() { return verify::Verifiers(); }

std::span<const quantize::AlgorithmInfo> EncodingAlgorithms() { return quantize::Algorithms(); }

std::span<const inspect::CheckInfo> QuantizationChecks() { return inspect::Checks(); }

}  // namespace acc::features
