// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/halving.h"

#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <set>

namespace acc::target {
namespace {

std::vector<Tap> Taps(int count) {
  std::vector<Tap> taps;
  for (int i = 0; i < count; ++i) taps.push_back({.tensor = std::to_string(i), .fetch = ""});
  return taps;
}

// A simulator that fails with certain tensors.
class Faulty {
 public:
  explicit Faulty(std::set<std::string> bad) : bad_(std::move(bad)) {}

  Result<ChildEnd> operator()(const std::vector<Tap>& taps) {
    ++attempts;
    for (const Tap& tap : taps) {
      if (bad_.contains(tap.tensor)) return ChildEnd{.status = Failure("wrong size")};
    }
    for (const Tap& tap : taps) shown.insert(tap.tensor);
    return ChildEnd{};
  }

  int attempts = 0;
  std::set<std::string> shown;

 private:
  std::set<std::string> bad_;
};

class CaptureApartTest : public ::testing::Test {
 protected:
  Result<Halving> Capture(int taps, const Attempt& attempt) {
    return CaptureApart(Taps(taps), attempt, [&](const std::string& tap, const std::string& why) {
      unreadable[tap] = why;
    });
  }
  std::map<std::string, std::string> unreadable;
};

TEST_F(CaptureApartTest, OneSessionWhereNothingFails) {
  Faulty simulator({});
  const auto done = Capture(8, std::ref(simulator));
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->shown, 8U);
  EXPECT_EQ(done->failures, 0U);
  EXPECT_EQ(simulator.attempts, 1);
}

TEST_F(CaptureApartTest, AnErrorIsNarrowedDownToItsTensor) {
  Faulty simulator({"5"});
  const auto done = Capture(8, std::ref(simulator));
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->shown, 7U);
  EXPECT_EQ(simulator.shown.size(), 7U);
  ASSERT_EQ(unreadable.size(), 1U);
  EXPECT_NE(unreadable.at("5").find("wrong size"), std::string::npos);
  EXPECT_EQ(done->reason, "wrong size");
}

TEST_F(CaptureApartTest, GivesUpWhereEverythingFails) {
  int attempts = 0;
  const auto done = Capture(64, [&](const std::vector<Tap>&) -> Result<ChildEnd> {
    ++attempts;
    return ChildEnd{.signal = SIGKILL};
  });
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->shown, 0U);
  EXPECT_EQ(unreadable.size(), 64U);
  EXPECT_LE(attempts, 10);
  EXPECT_NE(done->reason.find("memory"), std::string::npos);
}

TEST_F(CaptureApartTest, WhatIsLeftAfterTooManyAttemptsIsNamed) {
  std::set<std::string> bad;
  for (int i = 1; i < 64; i += 2) bad.insert(std::to_string(i));
  Faulty simulator(bad);
  const auto done = Capture(64, std::ref(simulator));
  ASSERT_TRUE(done.ok());
  EXPECT_EQ(done->shown + unreadable.size(), 64U);
  EXPECT_EQ(simulator.attempts, 24);
}

TEST_F(CaptureApartTest, AFailureOfTheParentEndsIt) {
  const auto done = Capture(
      4, [](const std::vector<Tap>&) -> Result<ChildEnd> { return Failure("the disk is full"); });
  EXPECT_FALSE(done.ok());
}

}  // namespace
}  // namespace acc::target
