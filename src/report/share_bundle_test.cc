// SPDX-License-Identifier: BSD-3-Clause
#include "report/share_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <filesystem>
#include <map>
#include <string>

#include "base/files.h"
#include "report/summary_testing.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;

class ShareBundleTest : public ::testing::Test {
 protected:
  ShareBundleTest()
      : folder_(fs::path(testing::TempDir()) /
                (std::string("acc_share_") +
                 testing::UnitTest::GetInstance()->current_test_info()->name())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~ShareBundleTest() override { fs::remove_all(folder_); }

  static Summary Sample() {
    return TestSummary({TestColumn({"SQNR"})}, {TestRow("a", 30), TestRow("b/c", 20, {0})});
  }

  Status Write(const std::string& name = "bundle.zip") {
    return WriteShareBundle(folder_ / name, Sample(), folder_ / "scratch");
  }

  std::map<std::string, std::string> Unpacked() {
    std::map<std::string, std::string> files;
    zip_t* archive = zip_open((folder_ / "bundle.zip").c_str(), ZIP_RDONLY, nullptr);
    for (zip_int64_t i = 0; archive != nullptr && i < zip_get_num_entries(archive, 0); ++i) {
      const auto index = static_cast<zip_uint64_t>(i);
      zip_stat_t stat;
      zip_stat_index(archive, index, 0, &stat);
      std::string content(stat.size, '\0');
      zip_file_t* file = zip_fopen_index(archive, index, 0);
      EXPECT_EQ(zip_fread(file, content.data(), stat.size), static_cast<zip_int64_t>(stat.size));
      zip_fclose(file);
      files[stat.name] = std::move(content);
    }
    if (archive != nullptr) zip_discard(archive);
    return files;
  }

  fs::path folder_;
};

TEST_F(ShareBundleTest, HoldsTheReportsInOneFolder) {
  ASSERT_TRUE(Write().ok());
  const auto files = Unpacked();
  for (const char* file : {"report.html", "summary.html", "summary.csv", "summary.json",
                           "node_data.json", "SQNR/b/c.html", "report_assets/report.css"}) {
    EXPECT_THAT(files, Contains(Key(std::string("bundle/") + file)));
  }
  EXPECT_THAT(files.at("bundle/summary.csv"), HasSubstr("b/c,Conv"));
  EXPECT_FALSE(fs::exists(folder_ / "scratch"));
}

TEST_F(ShareBundleTest, TheSameSummaryGivesTheSameBytes) {
  ASSERT_TRUE(Write().ok());
  const std::string first = *ReadFile(folder_ / "bundle.zip");
  ASSERT_TRUE(Write().ok());
  EXPECT_TRUE(first == *ReadFile(folder_ / "bundle.zip"));
}

TEST_F(ShareBundleTest, AFailureLeavesTheOldFileAndNothingElse) {
  fs::create_directories(folder_ / "bundle.zip");
  const Status status = Write();
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("bundle.zip"));
  EXPECT_TRUE(fs::is_directory(folder_ / "bundle.zip"));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), {}), 1);
}

TEST_F(ShareBundleTest, AFolderThatIsMissingIsNamed) {
  const Status status = Write("missing/bundle.zip");
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(status.message(), HasSubstr("missing/bundle.zip"));
}

}  // namespace
}  // namespace acc::report
