// SPDX-License-Identifier: BSD-3-Clause
#include "report/row_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace acc::report {
namespace {

double Mean(double sum, std::uint64_t count) {
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}

// The root mean square of the difference in quantization steps: healthy rounding is near 0.29.
std::string StepsText(const Row& row, const Encoding& encoding) {
  if (!(encoding.scale > 0) || row.sums.finite == 0) return {};
  const double rms = std::sqrt(Mean(row.sums.difference_square, row.sums.finite));
  return fmt::format("; error {:.2f} steps RMS (rounding alone gives 0.29)", rms / encoding.scale);
}

}  // namespace

std::string Coordinates(std::uint64_t index, const std::optional<Shape>& dims) {
  if (!dims || dims->empty() || index >= ElementCount(*dims).value_or(0)) return {};
  std::vector<std::uint64_t> position(dims->size());
  for (std::size_t axis = dims->size(); axis-- > 0;) {
    const auto length = static_cast<std::uint64_t>((*dims)[axis]);
    position[axis] = index % length;
    index /= length;
  }
  return fmt::format("{}", fmt::join(position, " "));
}

const std::string& ReadableName(const Row& row) { return ReadableName(row.golden_name, row.name); }

const std::string& ReadableName(const std::string& golden, const std::string& target) {
  const bool is_ascii =
      std::ranges::all_of(golden, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return is_ascii ? target : golden;
}

OtherName OtherNameOf(const std::string& golden, const std::string& target) {
  if (&ReadableName(golden, target) == &golden) return {"target", target};
  return {"golden", golden};
}

bool MixesProcessors(const Summary& summary) {
  const auto computed_some = [&](bool cpu) {
    return std::ranges::any_of(summary.rows, [&](const Row& row) {
      return !row.processor.empty() && (row.processor == kCpu) == cpu;
    });
  };
  return computed_some(true) && computed_some(false);
}

std::string DbText(double db) {
  if (std::isnan(db)) return "undefined";
  return std::isinf(db) ? (db > 0 ? "∞ dB" : "-∞ dB") : fmt::format("{:.1f} dB", db);
}

std::string FidelityText(const Row& row) {
  if (!row.agreement) return "SQNR " + DbText(row.sqnr_db);
  return fmt::format("{} of {} are equal", row.sums.equal, row.sums.count);
}

std::vector<Statistic> StatisticsOf(const verify::PairSums& sums) {
  const double golden_mean = Mean(sums.golden_sum, sums.finite);
  const double target_mean = Mean(sums.target_sum, sums.finite);
  const auto deviation = [&](double square, double mean) {
    return std::sqrt(std::max(0.0, Mean(square, sums.finite) - mean * mean));
  };
  return {{"min", sums.golden_min, sums.target_min},
          {"max", sums.golden_max, sums.target_max},
          {"mean", golden_mean, target_mean},
          {"standard deviation", deviation(sums.golden_square, golden_mean),
           deviation(sums.target_square, target_mean)},
          {"NaN", static_cast<double>(sums.golden_nan), static_cast<double>(sums.target_nan)},
          {"infinite", static_cast<double>(sums.golden_inf), static_cast<double>(sums.target_inf)}};
}

std::string EncodingText(const Row& row) {
  const TensorEncoding& encoding = *row.encoding;
  if (encoding.channels.empty()) return encoding.is_float ? "float" : "";
  const Encoding& first = encoding.channels.front();
  if (encoding.is_float) return fmt::format("float, {} bits", first.bitwidth);
  if (encoding.per_channel()) {
    return fmt::format("{} bits, {} channels along axis {}", first.bitwidth,
                       encoding.channels.size(), *encoding.axis);
  }
  return fmt::format("{} bits{}, scale {:.6g}, offset {}, covers {:.6g} … {:.6g}{}", first.bitwidth,
                     first.symmetric ? " symmetric" : "", first.scale, first.offset, first.min,
                     first.max, StepsText(row, first));
}

std::string ClippingText(const Row& row) {
  if (row.encoding->is_float || row.encoding->channels.size() != 1) return {};
  const Encoding& encoding = row.encoding->channels.front();
  const double tolerance = encoding.scale / 2;
  std::string text;
  if (row.sums.golden_max > encoding.max + tolerance) {
    text += fmt::format("Clipped above: golden reaches {:.6g}. ", row.sums.golden_max);
  }
  if (row.sums.golden_min < encoding.min - tolerance) {
    text += fmt::format("Clipped below: golden reaches {:.6g}. ", row.sums.golden_min);
  }
  return text;
}

}  // namespace acc::report
