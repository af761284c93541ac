// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/devices.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/text.h"

namespace acc::target {
namespace {

struct Soc {
  std::string_view name;
  HtpDevice device;
};

// From Qualcomm's public table of supported Snapdragon devices. The first of a generation stands
// for it.
constexpr std::array kSocs = {
    Soc{"sm8350", {68, 30}}, Soc{"sc8280xp", {68, 37}}, Soc{"sm8450", {69, 36}},
    Soc{"sm8475", {69, 42}}, Soc{"sm8550", {73, 43}},   Soc{"sc8380xp", {73, 60}},
    Soc{"sm8650", {75, 57}}, Soc{"sm8750", {79, 69}},
};
constexpr int kDefaultArch = 73;

std::optional<int> ArchOf(std::string_view runtime) {
  if (runtime == "dsp") return std::nullopt;
  return static_cast<int>(ParseInt(runtime.substr(std::string_view("dspv").size())).value_or(0));
}

Result<HtpDevice> FindSoc(const std::string& text) {
  std::vector<std::string> names;
  for (const Soc& soc : kSocs) {
    if (soc.name == ToLower(text) || std::to_string(soc.device.soc_model) == text)
      return soc.device;
    names.emplace_back(soc.name);
  }
  return UsageError("--htp_socs names '" + Printable(text) +
                    "', which the simulator does not know; it knows: " + Join(names, ", ") + "." +
                    DidYouMean(text, names));
}

}  // namespace

Result<HtpDevice> FindHtpDevice(std::string_view runtime, std::string_view socs) {
  const std::optional<int> arch = ArchOf(runtime);
  if (socs.empty()) {
    const int wanted = arch.value_or(kDefaultArch);
    const auto* soc =
        std::ranges::find_if(kSocs, [&](const Soc& s) { return s.device.arch == wanted; });
    if (soc == kSocs.end()) return UsageError("--runtime " + std::string(runtime) + " is unknown");
    return soc->device;
  }
  std::optional<HtpDevice> first;
  for (const std::string& name : Split(socs, ',')) {
    ACC_ASSIGN_OR_RETURN(const HtpDevice device, FindSoc(std::string(Trim(name))));
    if (!first) first = device;
    if (device.arch != arch.value_or(first->arch)) {
      return UsageError("--htp_socs " + name + " is of generation v" + std::to_string(device.arch) +
                        ", not v" + std::to_string(arch.value_or(first->arch)) +
                        ". Name chips of one generation, the one of --runtime.");
    }
  }
  return *first;
}

}  // namespace acc::target
