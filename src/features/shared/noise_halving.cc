// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/noise_halving.h"

#include <algorithm>
#include <cmath>

namespace acc::features {
namespace {

// Louder noise is clipped and cancelled on its way.
constexpr double kSmallNoiseDb = 15;

struct Part {
  std::size_t first = 0;
  std::size_t count = 0;
  double output_db = 0;
};

}  // namespace

Result<NoiseHalving> HalveNoise(
    std::size_t sources,
    const std::function<Result<double>(std::size_t first, std::size_t count)>& measure,
    std::size_t most, std::size_t most_runs) {
  NoiseHalving found;
  if (sources == 0) return found;
  ACC_ASSIGN_OR_RETURN(found.all_db, measure(0, sources));
  if (!std::isfinite(found.all_db)) return found;
  std::size_t runs = 1;
  const auto part_of = [&](double db) { return std::pow(10, (found.all_db - db) / 10); };
  const bool adds_up = found.all_db >= kSmallNoiseDb;
  std::vector<Part> open = {{0, sources, found.all_db}};
  while (!open.empty() && found.sources.size() < most && runs < most_runs) {
    const auto noisiest = std::ranges::min_element(open, {}, &Part::output_db);
    const Part part = *noisiest;
    open.erase(noisiest);
    if (part.count == 1) {
      found.sources.push_back(
          {.source = part.first, .output_db = part.output_db, .part = part_of(part.output_db)});
      continue;
    }
    // Small noise adds up, nearly: where one half makes that of both, the other is not worth a run.
    double left = part_of(part.output_db);
    const std::size_t half = part.count / 2;
    for (Part side : {Part{part.first, half}, Part{part.first + half, part.count - half}}) {
      if (adds_up && left < kLeastPart) break;
      ACC_ASSIGN_OR_RETURN(side.output_db, measure(side.first, side.count));
      ++runs;
      left -= part_of(side.output_db);
      if (part_of(side.output_db) >= kLeastPart) open.push_back(side);
    }
  }
  // A half can make less noise than one of its sources, which is then found late.
  std::ranges::stable_sort(found.sources, std::ranges::greater(), &SourceNoise::part);
  return found;
}

}  // namespace acc::features
