// SPDX-License-Identifier: BSD-3-Clause
// The scripts and styles of the pages, built into the program (embed_assets.cmake makes the
// source). A run carries them once, in report_assets/.
#pragma once

#include <span>
#include <string_view>

namespace acc::report {

struct Asset {
  std::string_view file_name;
  std::string_view content;
};

std::span<const Asset> Assets();

inline constexpr std::string_view kAssetFolder = "report_assets";

}  // namespace acc::report
