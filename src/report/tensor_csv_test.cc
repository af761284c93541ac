// SPDX-License-Identifier: BSD-3-Clause
#include "report/tensor_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/text.h"
#include "base/threads.h"

namespace acc::report {
namespace {

using testing::HasSubstr;

TensorCsvJob JobOf(const ScratchFolder& folder, std::span<const float> golden,
                   std::span<const float> target) {
  TensorCsvJob job;
  job.folder = folder.path();
  job.source.golden = folder / "golden.raw";
  job.source.target = folder / "target.raw";
  EXPECT_TRUE(WriteFile(job.source.golden, std::as_bytes(golden)).ok());
  EXPECT_TRUE(WriteFile(job.source.target, std::as_bytes(target)).ok());
  job.source.has_dims = false;
  return job;
}

// The values of a file, whose indices must count up.
std::vector<float> ValuesOf(const std::filesystem::path& path) {
  const std::vector<std::string> lines = Split(*ReadFile(path), '\n');
  EXPECT_EQ(lines.front(), "index,value\r");
  EXPECT_EQ(lines.back(), "");
  std::vector<float> values;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const std::string prefix = std::to_string(i - 1) + ",";
    EXPECT_TRUE(lines[i].starts_with(prefix)) << lines[i];
    float value = 0;
    std::from_chars(lines[i].data() + prefix.size(), lines[i].data() + lines[i].size(), value);
    values.push_back(value);
  }
  return values;
}

void ExpectSameBits(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_TRUE(std::bit_cast<std::uint32_t>(a[i]) == std::bit_cast<std::uint32_t>(b[i]) ||
                (std::isnan(a[i]) && std::isnan(b[i])))
        << i;
  }
}

TEST(TensorCsvTest, EveryValueReadsBackEqual) {
  using Limits = std::numeric_limits<float>;
  const std::vector<float> golden = {0.1F,
                                     -0.0F,
                                     Limits::max(),
                                     Limits::denorm_min(),
                                     -1.17549435e-38F,
                                     Limits::infinity(),
                                     Limits::quiet_NaN()};
  const std::vector<float> target = {1, 2, 3, 4, 5, 6, 16777218};
  const ScratchFolder folder;
  const TensorCsvJob job = JobOf(folder, golden, target);
  ASSERT_TRUE(WriteTensorCsvs({&job, 1}).ok());
  ExpectSameBits(ValuesOf(folder / "golden_data.csv"), golden);
  ExpectSameBits(ValuesOf(folder / "target_data.csv"), target);
}

TEST(TensorCsvTest, LargeTensorsAreWrittenByAllThreads) {
  std::vector<float> golden(3'000'001);
  for (std::size_t i = 0; i < golden.size(); ++i) golden[i] = std::sin(static_cast<float>(i));
  const std::vector<float> target(golden.rbegin(), golden.rend());
  const std::size_t before = ThreadCount();
  std::string expected;
  for (const std::size_t threads : {1U, 3U}) {
    SetThreadCount(threads);
    const ScratchFolder folder;
    const TensorCsvJob job = JobOf(folder, golden, target);
    ASSERT_TRUE(WriteTensorCsvs({&job, 1}).ok());
    const std::string text = *ReadFile(folder / "target_data.csv");
    if (expected.empty()) {
      ExpectSameBits(ValuesOf(folder / "golden_data.csv"), golden);
      expected = text;
    }
    EXPECT_TRUE(text == expected);
  }
  SetThreadCount(before);
}

TEST(TensorCsvTest, GoldenIsInTheTargetsOrder) {
  const ScratchFolder folder;
  TensorCsvJob job = JobOf(folder, std::vector<float>{0, 1, 2, 3, 4, 5}, std::vector<float>(6));
  job.source.has_dims = true;
  job.source.dims = {1, 3, 2};
  job.source.golden_to_target = {0, 2, 1};
  ASSERT_TRUE(WriteTensorCsvs({&job, 1}).ok());
  ExpectSameBits(ValuesOf(folder / "golden_data.csv"), {0, 3, 1, 4, 2, 5});
}

TEST(TensorCsvTest, EmptyTensorsHaveAHeader) {
  const ScratchFolder folder;
  const TensorCsvJob job = JobOf(folder, {}, {});
  ASSERT_TRUE(WriteTensorCsvs({&job, 1}).ok());
  EXPECT_EQ(*ReadFile(folder / "golden_data.csv"), "index,value\r\n");
}

TEST(TensorCsvTest, AMissingFolderIsNamed) {
  const ScratchFolder folder;
  TensorCsvJob job = JobOf(folder, std::vector<float>{1}, std::vector<float>{1});
  job.folder = folder / "missing";
  EXPECT_THAT(WriteTensorCsvs({&job, 1}).message(), HasSubstr("missing/golden_data.csv"));
}

}  // namespace
}  // namespace acc::report
