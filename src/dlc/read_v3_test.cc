// SPDX-License-Identifier: BSD-3-Clause
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "dlc/model_testing.h"
#include "dlc/read.h"
#include "dlc/v3_testing.h"
#include "dlc/zip_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kHeader3("\xD5\x0A\x03\0\0\0\0\0", 8);

constexpr std::string_view kExpected = R"(graph ''
0 'data' kind 0 float32 1x4x4x3 data
1 'conv.out' kind 3 ufixed8 1x2x2x2 encoded axis -1 float false (8 bits -0x1p+0 to 0x1.fcp+7, 0x1p+0 * (q + -1), symmetric false) data
2 'y' kind 1 float32 scalar data
3 'conv.weights' kind 4 ufixed8 2x2 encoded axis -1 float false (8 bits -0x1p+1 to 0x1.fap+7, 0x1p+0 * (q + -2), symmetric false) data 01 02 03 04
4 'conv.bias' kind 4 float32 1 data 00 00 80 3f
node 'conv' Convolutional of : data|conv.weights|conv.bias -> conv.out
  padx [1]: 1
  shape [5]: 0 'shape' kind 4 int32 2 data ff ff ff ff 02 00 00 00
  options.inner.alpha [3]: 0x1p-1
node 'relu' Neuron of : conv.out -> y
)";

TEST(ReadVersion3Test, GivesStructureWeightsAndEncodings) {
  const std::string header(kHeader3);
  const std::string file =
      MakeZip({{.name = "model", .content = header + Version3Structure()},
               {.name = "model.params", .content = header + Version3Params({2, 2})},
               {.name = "dlc.metadata", .content = "converter-command=snpe-onnx-to-dlc a=b\n"}});
  const Result<Model> model = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ(ToText(*model), "3.0 'snpe-onnx-to-dlc a=b' ''\n" + std::string(kExpected));
  EXPECT_THAT(model->notes, ElementsAre("the file gives no dims for 1 tensors"));
}

TEST(ReadVersion3Test, TakesRecordsWithoutAHeader) {
  const std::string file = MakeZip({{.name = "model", .content = Version3Structure()},
                                    {.name = "model.params", .content = Version3Params({2, 2})}});
  const Result<Model> model = Read(BytesOf(file), "x.dlc");
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ(ToText(*model), "3.0 '' ''\n" + std::string(kExpected));
}

TEST(ReadVersion3Test, RefusesWeightsThatDoNotFit) {
  const std::string file = MakeZip({{.name = "model", .content = Version3Structure()},
                                    {.name = "model.params", .content = Version3Params({2, 3})}});
  EXPECT_THAT(Read(BytesOf(file), "x.dlc").status().message(),
              HasSubstr("the tensor 'conv.weights' has 4 bytes of data, but 6 elements"));
}

}  // namespace
}  // namespace acc::dlc
