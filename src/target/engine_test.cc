// SPDX-License-Identifier: BSD-3-Clause
#include "target/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace acc::target {
namespace {

using ::testing::HasSubstr;

EngineOptions Options(std::string runtime, std::string architecture = "x86_64-linux-clang") {
  return {
      .runtime = std::move(runtime), .architecture = std::move(architecture), .quantized = true};
}

TEST(Engines, RowsAreUniqueAndEachRuntimeHasOne) {
  std::set<std::string_view> names;
  for (const EngineInfo& engine : Engines()) {
    EXPECT_TRUE(names.insert(engine.name).second) << engine.name;
    EXPECT_TRUE(engine.summary.ends_with('.')) << engine.name;
  }
  for (const char* runtime : {"cpu", "dsp", "dspv68", "dspv69", "dspv73", "dspv75"}) {
    int serving = 0;
    for (const EngineInfo& engine : Engines()) serving += engine.serves(Options(runtime)) ? 1 : 0;
    EXPECT_EQ(serving, 1) << runtime;
  }
}

TEST(CreateEngine, GpuIsAClearFailureNotAFallback) {
  const auto engine = CreateEngine(Options("gpu"));
  ASSERT_FALSE(engine.ok());
  EXPECT_THAT(engine.status().message(), HasSubstr("--runtime dsp"));
}

TEST(CreateEngine, ADeviceArchitectureNeedsADevice) {
  const auto engine = CreateEngine(Options("dsp", "aarch64-android"));
  ASSERT_FALSE(engine.ok());
  EXPECT_THAT(engine.status().message(), HasSubstr("x86_64-linux-clang"));
}

TEST(CreateEngine, TheHtpHasNoFp32AndV68NoFp16) {
  EngineOptions fp32 = Options("dsp");
  fp32.quantized = false;
  EXPECT_EQ(CreateEngine(fp32).status().code(), StatusCode::kUsage);
  EngineOptions fp16 = Options("dspv68");
  fp16.quantized = false;
  fp16.half = true;
  EXPECT_THAT(CreateEngine(fp16).status().message(), HasSubstr("dspv69"));
}

}  // namespace
}  // namespace acc::target
