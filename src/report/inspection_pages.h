// SPDX-License-Identifier: BSD-3-Clause
// The interactive pages of one inspected tensor. Their data is part of them, so that they open from
// the file system; scripts and styles are the run's (report/assets.h).
#pragma once

#include <string>
#include <string_view>

#include "report/inspected_tensor.h"

namespace acc::report {

// File names that the contract gives.
inline constexpr std::string_view kHistogramsPage = "Histograms.html";
inline constexpr std::string_view kCdfPage = "CDF_plots.html";
inline constexpr std::string_view kDiffPage = "Diff_plots.html";
inline constexpr std::string_view kDensityImage = "Distribution_min-max.png";

class InspectionPages {
 public:
  // `assets` is the path of kAssetFolder as seen from the inspection's folder: "report_assets" or
  // "../report_assets". The tensor must outlive the pages.
  InspectionPages(const InspectedTensor& tensor, std::string_view assets);

  std::string Histograms() const;
  std::string Cdf() const;
  std::string Diff() const;

 private:
  std::string Page(std::string_view file_name, std::string_view title, std::string_view legend,
                   std::string_view body, std::string_view json) const;
  std::string Navigation(std::string_view file_name) const;
  std::string ChannelsHtml() const;

  const InspectedTensor& tensor_;
  std::string root_;     // "../" for each folder between the page and the inspection.
  std::string assets_;   // The assets' folder as seen from the page.
  std::string heading_;  // Shared HTML, as what follows.
  std::string statistics_html_;
};

}  // namespace acc::report
