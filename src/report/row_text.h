// SPDX-License-Identifier: BSD-3-Clause
// What the pages say of one tensor, in words and numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/summary.h"
#include "tensor/shape.h"
#include "verify/comparison.h"

namespace acc::report {

// Row-major coordinates of a flat index, "0 3 17"; empty where the dims are unknown or do not hold
// it.
std::string Coordinates(std::uint64_t index, const std::optional<Shape>& dims);

// The name by which people know a tensor: golden's where it is not ASCII, since conversion leaves
// nothing of such letters, or else the target's.
const std::string& ReadableName(const Row& row);
const std::string& ReadableName(const std::string& golden, const std::string& target);

// The other of the two names, of a page whose heading has the readable one: "golden" or "target",
// and the name.
struct OtherName {
  std::string_view side;
  const std::string& name;
};
OtherName OtherNameOf(const std::string& golden, const std::string& target);

// Whether the chip computed some tensors and the CPU others: then which one did is worth saying of
// each, and of those that the CPU computed above all.
bool MixesProcessors(const Summary& summary);

// "12.3 dB"; "∞ dB" where nothing differs, "undefined" for NaN.
std::string DbText(double db);

// "SQNR 12.3 dB", or of names "5 of 6 are equal".
std::string FidelityText(const Row& row);

struct Statistic {
  std::string_view name;
  double golden;
  double target;
};

// Min, max, mean, standard deviation, and the counts of NaN and infinity; NaN where nothing is
// finite.
std::vector<Statistic> StatisticsOf(const verify::PairSums& sums);

// "8 bits, scale 0.01, offset -100, covers -1 … 1.55; error 0.31 steps RMS (rounding alone gives
// 0.29)". Only for a row with an encoding.
std::string EncodingText(const Row& row);

// What of the golden range the encoding cannot hold; empty where it holds all. Only for a row with
// an encoding.
std::string ClippingText(const Row& row);

}  // namespace acc::report
