// SPDX-License-Identifier: BSD-3-Clause
#include "report/csv.h"

#include <gtest/gtest.h>

#include <limits>

namespace acc::report {
namespace {

std::string One(std::string_view text) {
  CsvTable csv;
  csv.Text(text);
  return csv.content();
}

TEST(CsvTest, QuotesAsRfc4180) {
  EXPECT_EQ(One("plain"), "plain");
  EXPECT_EQ(One("a,b"), "\"a,b\"");
  EXPECT_EQ(One("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(One("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(One("größe"), "größe");
}

TEST(CsvTest, WhatIsNoTextIsEscaped) {
  EXPECT_EQ(One("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(One("a\xff,\""), "\"a\\xff,\"\"\"");
  EXPECT_EQ(One("\x1b"), "\\x1b");
  EXPECT_EQ(One("tab\there"), "tab\there");
}

TEST(CsvTest, FormulasAreDisarmed) {
  EXPECT_EQ(One("=SUM(A1)"), "'=SUM(A1)");
  EXPECT_EQ(One("+1"), "'+1");
  EXPECT_EQ(One("-x"), "'-x");
  EXPECT_EQ(One("@cmd"), "'@cmd");
  EXPECT_EQ(One("\t=1"), "'\t=1");
  EXPECT_EQ(One("=HYPERLINK(\"a\",\"b\")"), "\"'=HYPERLINK(\"\"a\"\",\"\"b\"\")\"");
}

TEST(CsvTest, NumbersStayNumbers) {
  CsvTable csv;
  csv.Number(-0.5).Number(0.1F).Number(std::numeric_limits<double>::quiet_NaN());
  csv.Number(-std::numeric_limits<double>::infinity()).Count(7).Empty().EndRow();
  EXPECT_EQ(csv.content(), "-0.5,0.1,nan,-inf,7,\r\n");
}

TEST(CsvTest, RowsStartAfresh) {
  CsvTable csv;
  csv.Text("a").Text("b").EndRow();
  csv.EndRow();
  csv.Text("c").EndRow();
  EXPECT_EQ(csv.content(), "a,b\r\n\r\nc\r\n");
}

TEST(CsvTest, AppendedRowsAreContinued) {
  CsvTable shared;
  shared.Text("a").EndRow();
  shared.Text("b");
  CsvTable csv;
  csv.Text("first").EndRow();
  csv.Append(shared).Text("c").EndRow();
  EXPECT_EQ(csv.content(), "first\r\na\r\nb,c\r\n");
}

}  // namespace
}  // namespace acc::report
