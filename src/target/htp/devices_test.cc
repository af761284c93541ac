// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/devices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace acc::target {
namespace {

using ::testing::HasSubstr;

TEST(FindHtpDevice, EveryRuntimeOfTheContractHasAGeneration) {
  EXPECT_EQ(FindHtpDevice("dsp", "")->arch, 73);
  EXPECT_EQ(FindHtpDevice("dspv68", "")->arch, 68);
  EXPECT_EQ(FindHtpDevice("dspv69", "")->arch, 69);
  EXPECT_EQ(FindHtpDevice("dspv73", "")->arch, 73);
  EXPECT_EQ(FindHtpDevice("dspv75", "")->arch, 75);
}

TEST(FindHtpDevice, AChipDecidesForThePlainRuntime) {
  const auto device = FindHtpDevice("dsp", "SM8650");
  ASSERT_TRUE(device.ok());
  EXPECT_EQ(device->arch, 75);
  EXPECT_EQ(device->soc_model, 57);
  EXPECT_EQ(FindHtpDevice("dsp", "57")->arch, 75);
  EXPECT_EQ(FindHtpDevice("dspv73", "sm8550, sc8380xp")->soc_model, 43);
}

TEST(FindHtpDevice, RefusesUnknownAndContradictingChips) {
  const auto unknown = FindHtpDevice("dsp", "sm8551");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.status().code(), StatusCode::kUsage);
  EXPECT_THAT(unknown.status().message(), HasSubstr("sm8550"));
  const auto other = FindHtpDevice("dspv69", "sm8550");
  ASSERT_FALSE(other.ok());
  EXPECT_THAT(other.status().message(), HasSubstr("v73"));
}

}  // namespace
}  // namespace acc::target
