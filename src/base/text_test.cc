// SPDX-License-Identifier: BSD-3-Clause
#include "base/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace acc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

TEST(TextTest, SplitKeepsEmptyParts) {
  EXPECT_THAT(Split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(Split("", ','), ElementsAre(""));
}

TEST(TextTest, SplitWhitespaceDropsEmptyParts) {
  EXPECT_THAT(SplitWhitespace(" a\t b\r\n"), ElementsAre("a", "b"));
  EXPECT_THAT(SplitWhitespace(" \t"), IsEmpty());
}

TEST(TextTest, Trim) {
  EXPECT_EQ(Trim(" a b\r\n"), "a b");
  EXPECT_EQ(Trim(" \t"), "");
}

TEST(TextTest, ToLowerLeavesOtherAlphabetsAlone) { EXPECT_EQ(ToLower("ABz_9É"), "abz_9É"); }

TEST(TextTest, Join) {
  const std::vector<std::string> parts = {"a", "b", "c"};
  EXPECT_EQ(Join(parts, ", "), "a, b, c");
  EXPECT_EQ(Join({}, ", "), "");
}

TEST(TextTest, ParseIntTakesWholeTextsOnly) {
  EXPECT_THAT(ParseInt("-9223372036854775808"), Optional(std::numeric_limits<std::int64_t>::min()));
  EXPECT_THAT(ParseInt("+7"), Optional(7));
  for (const char* bad :
       {"", "+", "-", "+-1", "++1", " 1", "1 ", "1.0", "0x10", "1,000", "9223372036854775808"}) {
    EXPECT_EQ(ParseInt(bad), std::nullopt) << bad;
  }
}

TEST(TextTest, ParseDoubleTakesWholeTextsOnly) {
  EXPECT_THAT(ParseDouble("1e-3"), Optional(1e-3));
  EXPECT_THAT(ParseDouble("+.5"), Optional(.5));
  EXPECT_THAT(ParseDouble("-inf"), Optional(-std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(std::isnan(ParseDouble("nan").value()));
  for (const char* bad : {"", "1,5", "1.5x", "+-1", "e3", "1e999"}) {
    EXPECT_EQ(ParseDouble(bad), std::nullopt) << bad;
  }
}

TEST(TextTest, FormatDoubleReadsBackEqual) {
  EXPECT_EQ(FormatDouble(0.1), "0.1");
  EXPECT_EQ(FormatDouble(-0.0), "-0");
  EXPECT_EQ(FormatDouble(std::nan("")), "nan");
  EXPECT_EQ(FormatDouble(-std::nan("")), "nan");
  EXPECT_EQ(FormatDouble(-std::numeric_limits<double>::infinity()), "-inf");
  std::mt19937_64 random(1);
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t bits = random();
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    if (std::isnan(value)) continue;
    EXPECT_THAT(ParseDouble(FormatDouble(value)), Optional(value));
  }
}

TEST(TextTest, NearestWordFindsSlipsOfTheFinger) {
  const std::vector<std::string> verifiers = {"RtolAtol", "TopK", "CosineSimilarity", "SQNR"};
  EXPECT_THAT(NearestWord("cosinesimilarity", verifiers),
              Optional(std::string("CosineSimilarity")));
  EXPECT_THAT(NearestWord("CosinSimilarty", verifiers), Optional(std::string("CosineSimilarity")));
  EXPECT_THAT(NearestWord("SNQR", verifiers), Optional(std::string("SQNR")));
  EXPECT_EQ(NearestWord("Entropy", verifiers), std::nullopt);
  EXPECT_EQ(NearestWord("", verifiers), std::nullopt);
  EXPECT_EQ(NearestWord("x", verifiers), std::nullopt);
  EXPECT_EQ(NearestWord(std::string(100000, 'a'), verifiers), std::nullopt);
}

TEST(TextTest, TwoLettersSwappedAreOneSlip) {
  const std::vector<std::string> runtimes = {"cpu", "gpu", "dsp"};
  EXPECT_THAT(NearestWord("dps", runtimes), Optional(std::string("dsp")));
}

TEST(TextTest, DidYouMeanIsEmptyWithoutACandidate) {
  const std::vector<std::string> names = {"data"};
  EXPECT_EQ(DidYouMean("dta", names), " Did you mean 'data'?");
  EXPECT_EQ(DidYouMean("unlike", names), "");
}

struct Utf8Case {
  std::string text;
  bool valid;
};

TEST(TextTest, IsUtf8) {
  const std::vector<Utf8Case> cases = {
      {"", true},
      {"plain", true},
      {"é日😀", true},
      {"\x80", false},              // A continuation alone.
      {"\xC3", false},              // Cut.
      {"\xC0\xAF", false},          // An overlong "/".
      {"\xE0\x80\xAF", false},      // The same in three bytes.
      {"\xED\xA0\x80", false},      // A surrogate.
      {"\xF4\x90\x80\x80", false},  // Above U+10FFFF.
      {"\xF0\x8F\xBF\xBF", false},  // Overlong, four bytes.
      {"\xFF", false},
  };
  for (const Utf8Case& c : cases) EXPECT_EQ(IsUtf8(c.text), c.valid) << Printable(c.text);
}

TEST(TextTest, CutUtf8KeepsCharactersWhole) {
  EXPECT_EQ(CutUtf8("aé", 2), "a");
  EXPECT_EQ(CutUtf8("aé", 3), "aé");
  EXPECT_EQ(CutUtf8("😀", 3), "");
  EXPECT_EQ(CutUtf8("abc", 9), "abc");
  EXPECT_EQ(CutUtf8("\x80\x80\x80\x80\x80\x80", 5).size(), 2U);
}

TEST(TextTest, PrintableLeavesNoByteThatATerminalActsOn) {
  EXPECT_EQ(Printable("conv/é:0"), "conv/é:0");
  EXPECT_EQ(Printable(std::string_view("a\0b\x1b[31m\x7f\n", 10)), "a\\x00b\\x1b[31m\\x7f\\x0a");
  EXPECT_EQ(Printable("\xC2\x9B"), "\\xc2\\x9b");               // C1: CSI.
  EXPECT_EQ(Printable("a\xE2\x80\xAEz"), "a\\xe2\\x80\\xaez");  // Right-to-left override.
  EXPECT_EQ(Printable("\xFFq"), "\\xffq");
}

TEST(TextTest, PrintableIsValidUtf8WhateverComesIn) {
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string text(random() % 12, '\0');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_TRUE(IsUtf8(Printable(text)));
    EXPECT_EQ(Printable(Printable(text)), Printable(text));
  }
}

TEST(TextTest, PrintableLinesKeepsLineEnds) {
  EXPECT_EQ(PrintableLines("a\n\x1b\n"), "a\n\\x1b\n");
}

TEST(HashOfTest, IsThatOfThePublishedVectors) {
  EXPECT_EQ(HashOf(""), 0xCBF29CE484222325U);
  EXPECT_EQ(HashOf("a"), 0xAF63DC4C8601EC8CU);
  EXPECT_EQ(HashOf("foobar"), 0x85944171F73967E8U);
}

TEST(FewNamesTest, TellsTheFirstAndWhetherThereAreMore) {
  const std::vector<std::string> names = {"a", "b\x1b", "c"};
  EXPECT_EQ(FewNames(names, 3), "'a', 'b\\x1b', 'c'");
  EXPECT_EQ(FewNames(names, 2), "'a', 'b\\x1b', …");
  EXPECT_EQ(FewNames({}, 2), "none");
}

}  // namespace
}  // namespace acc
