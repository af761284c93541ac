// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::DlcInfoOptions;
using enum Feature;
using enum Group;

constexpr auto kDlcInfoPart = &AllOptions::dlc_info;

constexpr Flag kFlags[] = {
    {.name = "dlc_info",
     .placeholder = "DLC",
     .groups = In({{kDlcInfo, kRequired}}),
     .help = "The DLC, or the net JSON of a QNN model.",
     .set = &Set<kDlcInfoPart, &DlcInfoOptions::dlc_info>},
    {.name = "json",
     .groups = In({{kDlcInfo, kOptional}}),
     .help = "Print everything as JSON; docs/dlc-info.md says in which form.",
     .set = &Set<kDlcInfoPart, &DlcInfoOptions::json>},
};

}  // namespace

std::span<const Flag> DlcInfoFlags() { return kFlags; }

}  // namespace acc::cli
