// SPDX-License-Identifier: BSD-3-Clause
#include "flags/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flags/assign.h"

namespace acc::flags {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Part {
  int count = 1;
  std::string name;
};
struct Whole {
  Part one;
  Part other;
  bool loud = false;
  std::vector<std::string> names;
};

std::string IdleAtOne(const Part& part, const Occurrences& /*given*/) {
  return part.count == 1 ? NoEffect("one is what there is") : "";
}

Rows<Part> PartRows() {
  return {{{.name = "count", .placeholder = "N", .fallback = "3"}, &Set<&Part::count>},
          {{.name = "name", .placeholder = "NAME"}, &Set<&Part::name>, &IdleAtOne}};
}

std::vector<std::string_view> NamesOf(const Rows<Whole>& rows) {
  std::vector<std::string_view> names;
  for (const Row<Whole>& row : rows) names.push_back(row.flag.name);
  return names;
}

TEST(RowsTest, APartsRowsSetThePart) {
  const auto rows = RowsOf(&Whole::one, PartRows());
  Whole whole;
  ASSERT_TRUE(SetOptions(rows, {{"name", {{"a"}}}}, whole).ok());
  EXPECT_EQ(whole.one.name, "a");
  EXPECT_EQ(whole.one.count, 3);  // The default.
  EXPECT_EQ(whole.other.count, 1);
}

TEST(RowsTest, AFlagOfTwoPartsSetsBoth) {
  auto rows = RowsOf(&Whole::one, PartRows());
  rows.push_back({{.name = "loud"}, &Set<&Whole::loud>});
  Add(rows, RowsOf(&Whole::other, PartRows()));
  EXPECT_THAT(NamesOf(rows), ElementsAre("count", "name", "loud"));
  Whole whole;
  ASSERT_TRUE(SetOptions(rows, {{"count", {{"7"}}}, {"loud", {{}}}}, whole).ok());
  EXPECT_EQ(whole.one.count, 7);
  EXPECT_EQ(whole.other.count, 7);
  EXPECT_TRUE(whole.loud);
}

TEST(RowsTest, WhatIsPlacedFirstKeepsItsWords) {
  constexpr Section kHere = {.heading = "here"};
  Rows<Whole> rows = {{{.name = "count", .placeholder = "N", .section = &kHere}}};
  Add(rows, RowsOf(&Whole::one, PartRows()));
  EXPECT_EQ(rows.front().flag.section, &kHere);
  Whole whole;
  ASSERT_TRUE(SetOptions(rows, {{"count", {{"7"}}}}, whole).ok());
  EXPECT_EQ(whole.one.count, 7);
}

TEST(RowsTest, AFlagIsIdleWhereItIsInEachPart) {
  auto rows = RowsOf(&Whole::one, PartRows());
  Add(rows, RowsOf(&Whole::other, PartRows()));
  const Given given = {{"name", {{"a"}}}};
  Whole whole;
  EXPECT_THAT(IdleFlags(rows, given, whole),
              ElementsAre("--name has no effect: one is what there is"));
  whole.other.count = 2;
  EXPECT_THAT(IdleFlags(rows, given, whole), IsEmpty());
  EXPECT_THAT(IdleFlags(rows, {}, Whole()), IsEmpty());  // It is not given.
}

TEST(RowsTest, IdleWhereComesFirst) {
  const auto rows = IdleWhere<Whole>(RowsOf(&Whole::one, PartRows()), [](const Whole& whole) {
    return whole.loud ? std::string("is not heard") : std::string();
  });
  const Given given = {{"count", {{"4"}}}, {"name", {{"a"}}}};
  EXPECT_THAT(IdleFlags(rows, given, Whole{.loud = true}),
              ElementsAre("--count is not heard", "--name is not heard"));
  EXPECT_THAT(IdleFlags(rows, given, Whole()), ElementsAre(HasSubstr("--name has no effect")));
}

TEST(RowsTest, PickedKeepsTheOrderOfTheRows) {
  const auto rows = RowsOf(&Whole::one, PartRows());
  EXPECT_THAT(NamesOf(Picked(rows, {"name", "count"})), ElementsAre("count", "name"));
  EXPECT_THAT(NamesOf(Picked(rows, {"name"})), ElementsAre("name"));
}

TEST(RowsTest, TheFirstFailureIsReturned) {
  Rows<Whole> rows = RowsOf(&Whole::one, PartRows());
  rows.push_back({{.name = "names", .placeholder = "NAMES"}, &Set<&Whole::names>});
  Whole whole;
  const Given wrong = {{"count", {{"0"}}}, {"names", {{","}}}};
  const Status status = SetOptions(rows, wrong, whole);
  EXPECT_EQ(status.code(), StatusCode::kUsage);
  EXPECT_EQ(status.message(), "--count takes a whole number above zero, not '0'");
  EXPECT_THAT(SetOptions(rows, {{"names", {{","}}}}, whole).message(),
              HasSubstr("--names takes names with commas"));
  EXPECT_THAT(SetOptions(rows, {{"count", {{"3000000000"}}}}, whole).message(),
              HasSubstr("--count is too large"));
  ASSERT_TRUE(SetOptions(rows, {{"names", {{" a,b ,, c"}}}}, whole).ok());
  EXPECT_THAT(whole.names, ElementsAre("a", "b", "c"));
}

}  // namespace
}  // namespace acc::flags
