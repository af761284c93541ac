// SPDX-License-Identifier: BSD-3-Clause
// How much of the memory bandwidth the pass of the tensor inspection reaches: the statistics of a
// pair in memory beside a plain sum of the same bytes. Prints a Markdown table.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <random>
#include <vector>

#include "base/threads.h"
#include "inspect/collector.h"
#include "tensor/pair_reader.h"

namespace acc {
namespace {

constexpr std::size_t kElements = std::size_t{1} << 25;  // Of each side: 128 MB, beyond any cache.
constexpr int kRepeats = 5;

struct Pair {
  std::vector<float> golden = std::vector<float>(kElements);
  std::vector<float> target = std::vector<float>(kElements);
};

void Fill(Pair* pair) {
  ParallelFor(kElements / kChunkElements, [&](std::size_t chunk) {
    std::minstd_rand random(static_cast<unsigned>(chunk + 1));
    std::normal_distribution<float> value(0, 1);
    for (std::size_t i = chunk * kChunkElements; i < (chunk + 1) * kChunkElements; ++i) {
      pair->golden[i] = value(random);
      pair->target[i] = pair->golden[i] + 0.01F * value(random);
    }
  });
}

// Gigabytes per second of the best run.
double Rate(const std::function<void()>& work) {
  double best = 0;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    best = std::max(best, 2.0 * kElements * sizeof(float) / 1e9 / seconds.count());
  }
  return best;
}

void SumBytes(const Pair& pair) {
  std::vector<std::uint64_t> sums(kElements / kChunkElements);
  ParallelFor(sums.size(), [&](std::size_t chunk) {
    std::uint64_t sum = 0;
    for (const std::vector<float>* side : {&pair.golden, &pair.target}) {
      const auto* bytes = reinterpret_cast<const char*>(side->data() + chunk * kChunkElements);
      for (std::size_t at = 0; at < kChunkElements * sizeof(float); at += sizeof sum) {
        std::uint64_t word;
        std::memcpy(&word, bytes + at, sizeof word);
        sum += word;
      }
    }
    sums[chunk] = sum;
  });
  volatile std::uint64_t kept = 0;
  for (const std::uint64_t sum : sums) kept = kept + sum;
}

void Inspect(const Pair& pair) {
  inspect::PairCollector collector(
      {Shape{1, static_cast<std::int64_t>(kElements) / 64, 64}, 2, inspect::Interval{-3, 3}});
  collector.Start(kElements);
  ParallelFor(kElements / kChunkElements, [&](std::size_t chunk) {
    const std::size_t first = chunk * kChunkElements;
    collector.Visit(first, {pair.golden.data() + first, kChunkElements},
                    {pair.target.data() + first, kChunkElements});
  });
  collector.Finish();
}

void Run() {
  Pair pair;
  Fill(&pair);
  fmt::print("| threads | plain sum | all statistics | share of the bandwidth |\n");
  fmt::print("|---:|---:|---:|---:|\n");
  for (const std::size_t threads : {std::size_t{1}, ThreadCount()}) {
    SetThreadCount(threads);
    const double sum = Rate([&] { SumBytes(pair); });
    const double statistics = Rate([&] { Inspect(pair); });
    fmt::print("| {} | {:.1f} GB/s | {:.2f} GB/s | {:.0f} % |\n", threads, sum, statistics,
               100 * statistics / sum);
    SetThreadCount(0);
    if (ThreadCount() == 1) return;
  }
}

}  // namespace
}  // namespace acc

int main() {
  acc::Run();
  return 0;
}
