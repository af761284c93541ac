// SPDX-License-Identifier: BSD-3-Clause
#include "report/inspection_pages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "report/html.h"
#include "report/row_text.h"

namespace acc::report {
namespace {

constexpr std::size_t kTitleBytes = 120;
constexpr std::size_t kTableChannels = 16;
constexpr std::size_t kDrawnChannels = 1024;

std::string NumberText(double value) {
  return std::isnan(value) ? "–" : fmt::format("{:.6g}", value);
}

std::string ShareText(double share) {
  return std::isnan(share) ? "–" : fmt::format("{:.4g} %", 100 * share);
}

template <typename... Args>
void AppendJson(std::string& json, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(json), format, std::forward<Args>(args)...);
}

// JSON has no NaN.
void AppendNumber(std::string& json, double value) {
  if (std::isfinite(value)) {
    AppendJson(json, "{:.9g}", value);
  } else {
    json += "null";
  }
}

template <typename Items, typename Value>
void AppendArray(std::string& json, std::string_view key, const Items& items, const Value& value) {
  AppendJson(json, "\"{}\":[", key);
  bool first = true;
  for (const auto& item : items) {
    if (!first) json += ',';
    first = false;
    AppendJson(json, "{}", value(item));
  }
  json += "],";
}

void AppendCalibrated(std::string& json, const InspectedTensor& tensor) {
  json += "\"calibrated\":";
  if (!tensor.calibrated) {
    json += "null";
    return;
  }
  json += '[';
  AppendNumber(json, tensor.calibrated->low);
  json += ',';
  AppendNumber(json, tensor.calibrated->high);
  json += ']';
}

struct StatisticRow {
  std::string_view name;
  std::string golden;
  std::string target;
};

std::vector<StatisticRow> StatisticRows(const InspectedTensor& tensor) {
  const inspect::SideStatistics& golden = tensor.statistics.golden;
  const inspect::SideStatistics& target = tensor.statistics.target;
  const auto number = [](double value) { return NumberText(value); };
  const auto count = [](std::uint64_t value) { return fmt::format("{}", value); };
  std::vector<StatisticRow> rows = {
      {"min", number(golden.min), number(target.min)},
      {"max", number(golden.max), number(target.max)},
      {"mean", number(golden.mean()), number(target.mean())},
      {"standard deviation", number(std::sqrt(golden.moments.variance())),
       number(std::sqrt(target.moments.variance()))},
      {"zeros", count(golden.zeros), count(target.zeros)},
      {"NaN", count(golden.nan), count(target.nan)},
      {"infinite", count(golden.inf), count(target.inf)}};
  if (tensor.calibrated) {
    rows.push_back({"below the calibrated range", count(golden.below), count(target.below)});
    rows.push_back({"above the calibrated range", count(golden.above), count(target.above)});
  }
  return rows;
}

std::string StatisticsHtml(const InspectedTensor& tensor) {
  std::string html =
      "<section><h2>Statistics</h2><table class=\"compact\"><thead><tr><th></th><th>golden</th>"
      "<th>target</th></tr></thead>";
  for (const StatisticRow& row : StatisticRows(tensor)) {
    Append(html, "<tr><th scope=\"row\">{}<td>{}<td>{}", row.name, row.golden, row.target);
  }
  const inspect::DifferenceStatistics& difference = tensor.statistics.difference;
  Append(html,
         "<tr><th scope=\"row\">target - golden<td colspan=\"2\">min {}, max {}, mean {}, RMS {}"
         "</table>",
         NumberText(difference.min), NumberText(difference.max), NumberText(difference.mean()),
         NumberText(difference.rms()));
  if (tensor.calibrated) {
    Append(html,
           "<p class=\"muted\">Calibrated range {} … {}. Outside counts what lies more than half a "
           "quantization step beyond it and is therefore clipped: {} of golden, {} of target.</p>",
           NumberText(tensor.calibrated->low), NumberText(tensor.calibrated->high),
           ShareText(ShareOutside(tensor.statistics.golden)),
           ShareText(ShareOutside(tensor.statistics.target)));
  }
  html +=
      "<p class=\"muted\">All numbers are over all elements; NaN and infinite ones are counted "
      "and take no further part.</p>";
  return html + "</section>";
}

std::string HeadingHtml(const InspectedTensor& tensor) {
  std::string html;
  Append(html, "<h1 class=\"name\">{}</h1><p class=\"meta\">",
         ReadableName(tensor.golden_name, tensor.name));
  if (!tensor.layer_type.empty()) {
    Append(html, "<span class=\"tag\">{}</span>", ShortName(tensor.layer_type, 80));
  }
  Append(html, "<span>{}</span><span>{} elements</span>",
         tensor.dims ? ToText(*tensor.dims) : "dimensions unknown", tensor.statistics.target.count);
  const OtherName other = OtherNameOf(tensor.golden_name, tensor.name);
  Append(html, "<span>{} <b class=\"name\">{}</b></span>", other.side,
         ShortName(other.name, kTitleBytes));
  for (const auto& [verifier, score] : tensor.scores) {
    Append(html, "<span>{} <b>{}</b></span>", verifier, NumberText(score));
  }
  html += "</p>";
  if (!tensor.data_note.empty()) Append(html, "<p class=\"warning\">{}</p>", tensor.data_note);
  return html;
}

// What of the series is drawn, in one sentence.
std::string DrawnText(const inspect::PairStatistics& statistics) {
  const std::uint64_t finite = statistics.difference.moments.count;
  if (statistics.series_step == 1) return fmt::format("All {} elements are drawn.", finite);
  return fmt::format(
      "{} of {} elements are drawn: of each {} neighbours those with the smallest and the largest "
      "golden value, target value and difference, so that no extreme is lost. The statistics are "
      "over all elements.",
      statistics.series.size(), finite, statistics.series_step);
}

// The channels that the plot shows, in their order.
std::vector<std::size_t> DrawnChannels(const std::vector<inspect::ChannelStatistics>& channels) {
  std::vector<std::size_t> drawn;
  if (channels.size() > kDrawnChannels) {
    drawn = inspect::WorstChannels(channels, kDrawnChannels);
    std::sort(drawn.begin(), drawn.end());
    return drawn;
  }
  for (std::size_t channel = 0; channel < channels.size(); ++channel) drawn.push_back(channel);
  return drawn;
}

double TotalNoise(const std::vector<inspect::ChannelStatistics>& channels) {
  double total = 0;
  for (const inspect::ChannelStatistics& channel : channels) total += channel.noise;
  return total;
}

constexpr std::string_view kSides =
    "<span><i class=\"golden\"></i>golden</span><span><i class=\"target\"></i>target</span>";
constexpr std::string_view kCalibratedLegend =
    "<span><i class=\"calibrated\"></i>calibrated range</span>";

}  // namespace

InspectionPages::InspectionPages(const InspectedTensor& tensor, std::string_view assets)
    : tensor_(tensor), heading_(HeadingHtml(tensor)), statistics_html_(StatisticsHtml(tensor)) {
  const auto folders = 1 + std::count(tensor.folder.begin(), tensor.folder.end(), '/');
  for (std::ptrdiff_t i = 0; i < folders; ++i) root_ += "../";
  assets_ = root_ + std::string(assets);
}

std::string InspectionPages::Navigation(std::string_view file_name) const {
  std::string html;
  Append(html, "<nav><a id=\"up\" href=\"{}index.html\">All tensors</a>", root_);
  const auto link = [&](std::string_view page, std::string_view label) {
    if (page == file_name) {
      Append(html, "<b>{}</b>", label);
    } else {
      Append(html, "<a href=\"{}\">{}</a>", page, label);
    }
  };
  link(kHistogramsPage, "Histograms");
  link(kCdfPage, "CDF");
  link(kDiffPage, "Differences and channels");
  link(kDensityImage, "Density");
  return html +
         "<a href=\"golden_data.csv\">golden_data.csv</a>"
         "<a href=\"target_data.csv\">target_data.csv</a></nav>";
}

std::string InspectionPages::Page(std::string_view file_name, std::string_view title,
                                  std::string_view legend, std::string_view body,
                                  std::string_view json) const {
  std::string html;
  html.reserve(json.size() + 12 * 1024);
  Append(html,
         "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
         "<title>{0} – {1}</title><link rel=\"stylesheet\" href=\"{2}/uPlot.min.css\">"
         "<link rel=\"stylesheet\" href=\"{2}/report.css\"><script src=\"{2}/report.js\"></script>"
         "</head><body class=\"detail\"><header>",
         ShortName(ReadableName(tensor_.golden_name, tensor_.name), kTitleBytes), title, assets_);
  html += Navigation(file_name);
  html += heading_;
  Append(html,
         "</header><main><section><div class=\"bar\"><h2>{}</h2><span class=\"legend\">{}</span>",
         title, Html{std::string(legend)});
  html += body;
  html += statistics_html_;
  html +=
      "<noscript><p class=\"warning\">The plots need scripts.</p></noscript></main>"
      "<script type=\"application/json\" id=\"data\">";
  html += json;
  Append(html,
         "</script><script src=\"{0}/uPlot.iife.min.js\"></script><script src=\"{0}/plots.js\">"
         "</script><script src=\"{0}/inspection.js\"></script></body></html>\n",
         assets_);
  return html;
}

std::string InspectionPages::Histograms() const {
  std::string json = "{\"page\":\"histograms\",";
  AppendArray(json, "edges", tensor_.bins.edges, [](double edge) { return edge; });
  const auto same = [](std::uint64_t count) { return count; };
  AppendArray(json, "golden", tensor_.bins.golden, same);
  AppendArray(json, "target", tensor_.bins.target, same);
  AppendJson(json, "\"golden_total\":{},\"target_total\":{},", tensor_.statistics.golden.finite(),
             tensor_.statistics.target.finite());
  const auto short_number = [](double value) { return fmt::format("{:.6g}", value); };
  AppendArray(json, "density_x", tensor_.density.x,
              [](double value) { return fmt::format("{:.10g}", value); });
  AppendArray(json, "density", tensor_.density.density, short_number);
  AppendCalibrated(json, tensor_);
  std::string body;
  Append(body,
         "<label><input id=\"logarithmic\" type=\"checkbox\"> logarithmic</label></div>"
         "<div id=\"plot\" class=\"plot\"></div><p class=\"muted\">{}; the counts are exact "
         "over all elements.</p></section>",
         BinsText(tensor_.bins));
  if (!tensor_.density.x.empty()) {
    Append(body,
           "<section><div class=\"bar\"><h2>Density of target</h2></div><div id=\"density\" "
           "class=\"plot\"></div><p class=\"muted\">Gaussian kernel, bandwidth {} by Scott's rule: "
           "standard deviation · n^(-1/5).</p></section>",
           NumberText(tensor_.density.bandwidth));
  }
  return Page(kHistogramsPage, "Histograms",
              std::string(kSides) + std::string(tensor_.calibrated ? kCalibratedLegend : ""), body,
              json + "}");
}

std::string InspectionPages::Cdf() const {
  std::string json = "{\"page\":\"cdf\",";
  const auto share = [](double value) {
    return std::isnan(value) ? std::string("null") : fmt::format("{:.7g}", value);
  };
  AppendArray(json, "x", tensor_.cdf,
              [](const inspect::CdfPoint& p) { return fmt::format("{:.9g}", p.x); });
  AppendArray(json, "golden", tensor_.cdf,
              [&](const inspect::CdfPoint& p) { return share(p.golden); });
  AppendArray(json, "target", tensor_.cdf,
              [&](const inspect::CdfPoint& p) { return share(p.target); });
  AppendCalibrated(json, tensor_);
  return Page(kCdfPage, "Cumulative distribution",
              std::string(kSides) + std::string(tensor_.calibrated ? kCalibratedLegend : ""),
              "</div><div id=\"plot\" class=\"plot\"></div><p class=\"muted\">The share of the "
              "elements below each value, exact over all elements at every point of the curve."
              "</p></section>",
              json + "}");
}

std::string InspectionPages::ChannelsHtml() const {
  const std::vector<inspect::ChannelStatistics>& channels = tensor_.statistics.channels;
  if (channels.empty()) return {};
  std::string html;
  Append(
      html,
      "<section><div class=\"bar\"><h2>Channels</h2><span class=\"muted\">{} channels along axis "
      "{}{}</span></div>",
      channels.size(), tensor_.channel_axis.value_or(0),
      channels.size() > kDrawnChannels
          ? fmt::format("; the {} with the most error are drawn", kDrawnChannels)
          : "");
  const double total = TotalNoise(channels);
  if (total == 0) {
    return html +
           "<p>No channel carries any error.</p><div id=\"channels\" class=\"plot\"></div>"
           "</section>";
  }
  html +=
      "<div id=\"channels\" class=\"plot\"></div><table><thead><tr><th>channel</th>"
      "<th>share of the error</th><th>SQNR</th><th>golden range</th><th>target range</th>"
      "<th>mean of golden</th><th>mean of target</th></tr></thead>";
  for (const std::size_t number : inspect::WorstChannels(channels, kTableChannels)) {
    const inspect::ChannelStatistics& channel = channels[number];
    const auto count = static_cast<double>(channel.count);
    Append(html,
           "<tr><td>{}<td>{}<td>{:.1f} dB<td>{:.6g} … {:.6g}<td>{:.6g} … {:.6g}<td>{:.6g}"
           "<td>{:.6g}",
           number, ShareText(channel.noise / total), channel.sqnr_db(), channel.golden_min,
           channel.golden_max, channel.target_min, channel.target_max, channel.golden_sum / count,
           channel.target_sum / count);
  }
  return html + "</table></section>";
}

std::string InspectionPages::Diff() const {
  const inspect::PairStatistics& statistics = tensor_.statistics;
  std::string json = "{\"page\":\"diff\",";
  if (tensor_.dims) AppendArray(json, "dims", *tensor_.dims, [](std::int64_t dim) { return dim; });
  AppendArray(json, "index", statistics.series, [](const auto& e) { return e.index; });
  AppendArray(json, "golden", statistics.series, [](const auto& e) { return e.golden; });
  AppendArray(json, "target", statistics.series, [](const auto& e) { return e.target; });
  if (const double total = TotalNoise(statistics.channels); !statistics.channels.empty()) {
    AppendArray(json, "channels", DrawnChannels(statistics.channels), [&](std::size_t channel) {
      const double noise = statistics.channels[channel].noise;
      return fmt::format("[{},{:.4g}]", channel, total > 0 ? 100 * noise / total : 0);
    });
  }
  json += "\"calibrated\":null";
  std::string body;
  Append(body,
         "</div><div id=\"plot\" class=\"plot\"></div><div id=\"difference\" class=\"plot\"></div>"
         "<p class=\"muted\">By index in the target's order. {}</p></section>",
         DrawnText(statistics));
  body += ChannelsHtml();
  return Page(
      kDiffPage, "Values and their differences",
      std::string(kSides) + "<span><i class=\"difference\"></i>difference: target - golden</span>",
      body, json + "}");
}

}  // namespace acc::report
