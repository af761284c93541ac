// SPDX-License-Identifier: BSD-3-Clause
// Ratios of powers in dB.
#pragma once

#include <cmath>

namespace acc {

// 10 * log10(signal / noise) of two sums or means of squares: infinite without noise, minus
// infinity without signal, NaN with neither, since that zeros agree proves nothing, and where one
// of them is NaN.
inline double Decibels(double signal, double noise) { return 10 * std::log10(signal / noise); }

}  // namespace acc
