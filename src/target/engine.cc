// SPDX-License-Identifier: BSD-3-Clause
#include "target/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ort/library.h"

namespace acc::target {

Result<std::unique_ptr<Engine>> CreateHostEngine(const EngineOptions& options);
Result<std::unique_ptr<Engine>> CreateHtpEngine(const EngineOptions& options);
Result<OpenedLibrary> HtpLibrary();

namespace {

constexpr std::string_view kHere = "x86_64-linux-clang";

constexpr std::array kEngines = {
    EngineInfo{"host",
               "--runtime cpu: ONNX Runtime on this machine's CPU; QDQ or rounded arithmetic.",
               [](const EngineOptions& options) { return options.runtime == "cpu"; },
               &CreateHostEngine, &ort::OnnxRuntimeLibrary},
    EngineInfo{"htp",
               "--runtime dsp, dspv68 … dspv75: Qualcomm's HTP simulator, the chip's arithmetic.",
               [](const EngineOptions& options) { return options.runtime.starts_with("dsp"); },
               &CreateHtpEngine, &HtpLibrary},
};

}  // namespace

bool IsQuantization(std::string_view op_type) {
  return op_type == "QuantizeLinear" || op_type == "DequantizeLinear";
}

std::string_view Name(Processor processor) {
  switch (processor) {
    case Processor::kHtp: return "HTP";
    case Processor::kCpu: return "CPU";
    case Processor::kUnknown: break;
  }
  return "";
}

std::string ToText(const Hazard& hazard) {
  return fmt::format("{} '{}' {}", hazard.op_type, Printable(hazard.node), hazard.text);
}

std::span<const EngineInfo> Engines() { return kEngines; }

Result<std::unique_ptr<Engine>> CreateEngine(const EngineOptions& options) {
  if (options.architecture != kHere) {
    return Failure("--architecture " + options.architecture +
                   " needs Qualcomm's own tools and a device, which this build cannot drive. Use "
                   "--architecture x86_64-linux-clang: --runtime dsp simulates the HTP there.");
  }
  const auto* engine =
      std::ranges::find_if(kEngines, [&](const EngineInfo& row) { return row.serves(options); });
  if (engine == kEngines.end()) {
    return Failure("--runtime " + options.runtime +
                   " needs a device, and there is no simulator of it. Use --runtime dsp (the HTP "
                   "simulator) or --runtime cpu.");
  }
  return engine->create(options);
}

}  // namespace acc::target
