// SPDX-License-Identifier: BSD-3-Clause
// Gaussian kernel density of one side of a pair.
#pragma once

#include <cstddef>
#include <vector>

#include "inspect/statistics.h"

namespace acc::inspect {

// f(x) = 1/(n*h) * sum of phi((x - x_i) / h) over the n elements, phi the normal density.
// The bandwidth is Scott's rule h = s * n^(-1/5), s the sample standard deviation (that of
// scipy.stats.gaussian_kde and of pandas). The elements are taken from the histogram, spread evenly
// inside each bin of width w (at most 1/2048 of the range), which moves no element by more than w:
// the curve differs from the exact sum by at most w/h of its highest point, and where the elements
// are dense by (w/h)^2/24. A bandwidth below w is replaced by w.
struct Density {
  double bandwidth = 0;
  std::vector<double> x;  // At equal distances, to three bandwidths beyond the elements.
  std::vector<double> density;
};

// Nothing where the side has no two different finite elements.
Density KernelDensity(const SideStatistics& side, std::size_t most_points = 512);

}  // namespace acc::inspect
