// SPDX-License-Identifier: BSD-3-Clause
// What a spreadsheet program sees is tested with openpyxl, in tests/engines.
#include "report/xlsx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>

#include <cmath>

#include "base/files.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class XlsxTest : public testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }

  // The text of a part of the closed file; empty where there is none.
  std::string Part(const std::string& name) const {
    zip_t* archive = zip_open(path_.c_str(), ZIP_RDONLY, nullptr);
    EXPECT_NE(archive, nullptr);
    if (archive == nullptr) return "";
    std::string text;
    if (zip_file_t* part = zip_fopen(archive, name.c_str(), 0); part != nullptr) {
      std::string buffer(4096, '\0');
      for (zip_int64_t count = 0; (count = zip_fread(part, buffer.data(), buffer.size())) > 0;) {
        text.append(buffer, 0, static_cast<std::size_t>(count));
      }
      zip_fclose(part);
    }
    zip_discard(archive);
    return text;
  }

  XlsxFile Created(std::size_t most_rows = XlsxFile::kMostRows) const {
    Result<XlsxFile> file = XlsxFile::Create(path_, most_rows);
    EXPECT_TRUE(file.ok());
    return *std::move(file);
  }

  const fs::path path_ =
      fs::path(testing::TempDir()) /
      (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".xlsx");
  const std::vector<XlsxColumn> columns_ = {{"Name", 30}, {"Value", 10}};
};

TEST_F(XlsxTest, AHeaderIsFrozenAndHasAFilter) {
  XlsxFile file = Created();
  const std::size_t sheet = file.AddSheet("Params", columns_);
  ASSERT_TRUE(file.AddRow(sheet, std::vector<XlsxCell>{{"a"}, {1.5, Fill::kDiffers}}).ok());
  ASSERT_TRUE(file.AddRow(sheet, std::vector<XlsxCell>{{"b"}, {{}, Fill::kMissing}}).ok());
  ASSERT_TRUE(file.Close().ok());
  EXPECT_THAT(Part("xl/workbook.xml"), HasSubstr("name=\"Params\""));
  EXPECT_THAT(Part("xl/worksheets/sheet1.xml"),
              AllOf(HasSubstr("state=\"frozen\""), HasSubstr("<autoFilter ref=\"A1:B3\"/>"),
                    HasSubstr("<t>Name</t>"), HasSubstr("<v>1.5</v>"), HasSubstr("<c r=\"B3\"")));
}

TEST_F(XlsxTest, HostileTextStaysText) {
  XlsxFile file = Created();
  const std::size_t sheet = file.AddSheet("Params", columns_);
  for (const char* text : {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "<b>&\x01\xff"}) {
    ASSERT_TRUE(file.AddRow(sheet, std::vector<XlsxCell>{{text}}).ok());
  }
  ASSERT_TRUE(file.AddRow(sheet, std::vector<XlsxCell>{{std::string(40000, 'x')}}).ok());
  ASSERT_TRUE(file.Close().ok());
  const std::string xml = Part("xl/worksheets/sheet1.xml");
  EXPECT_THAT(xml, AllOf(Not(HasSubstr("<f>")), HasSubstr("<t>=cmd|' /C calc'!A0</t>"),
                         HasSubstr("<t>&lt;b&gt;&amp;\\x01\\xff</t>"),
                         HasSubstr("<t>" + std::string(32767, 'x') + "</t>")));
}

TEST_F(XlsxTest, NumbersThatAreNoneBecomeText) {
  XlsxFile file = Created();
  const std::size_t sheet = file.AddSheet("Params", columns_);
  ASSERT_TRUE(file.AddRow(sheet, std::vector<XlsxCell>{{NAN}, {INFINITY}}).ok());
  ASSERT_TRUE(file.Close().ok());
  EXPECT_THAT(Part("xl/worksheets/sheet1.xml"),
              AllOf(HasSubstr("<t>nan</t>"), HasSubstr("<t>inf</t>")));
}

TEST_F(XlsxTest, AFullSheetGoesOnInAnother) {
  XlsxFile file = Created(3);
  const std::size_t first = file.AddSheet("A", columns_);
  const std::size_t second = file.AddSheet("B", columns_);
  for (const double value : {1, 2, 3}) {
    ASSERT_TRUE(file.AddRow(first, std::vector<XlsxCell>{{value}}).ok());
  }
  ASSERT_TRUE(file.AddRow(second, std::vector<XlsxCell>{{7.0}}).ok());
  ASSERT_TRUE(file.Close().ok());
  EXPECT_THAT(Part("xl/workbook.xml"), HasSubstr("name=\"A 2\""));
  EXPECT_THAT(Part("xl/worksheets/sheet2.xml"), HasSubstr("<v>7</v>"));
  EXPECT_THAT(Part("xl/worksheets/sheet3.xml"), AllOf(HasSubstr("<v>3</v>"), HasSubstr("Value")));
  EXPECT_THAT(Part("xl/worksheets/sheet4.xml"), IsEmpty());
}

TEST_F(XlsxTest, AnUnwritablePathIsNamed) {
  Result<XlsxFile> file = XlsxFile::Create("/no such folder/x.xlsx");
  ASSERT_TRUE(file.ok());
  file->AddSheet("A", columns_);
  EXPECT_THAT(file->Close().message(), HasSubstr("/no such folder/x.xlsx"));
}

TEST_F(XlsxTest, WithoutCloseThereIsNoFile) {
  { Created().AddSheet("A", columns_); }
  EXPECT_FALSE(fs::exists(path_));
}

}  // namespace
}  // namespace acc::report
