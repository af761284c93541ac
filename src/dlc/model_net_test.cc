// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/model_net.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "base/text.h"
#include "dlc/model_testing.h"

namespace acc::dlc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Result<Model> ReadText(std::string_view json) {
  const ScratchFolder scratch;
  EXPECT_TRUE(WriteFile(scratch / "x_net.json", json).ok());
  return ReadModelNet(scratch / "x_net.json");
}

constexpr std::string_view kNet = R"({
  "coverter_command": "qnn-onnx-converter",
  "graph": {
    "tensors": {
      "x": {"id": 1, "type": 0, "dataFormat": 0, "data_type": 1032, "current_dims": [1, 2, 3],
            "quant_params": {"definition": 1, "encoding": 0,
                             "scale_offset": {"offset": -10, "scale": 0.5}}},
      "w": {"id": 2, "type": 4, "data_type": 776, "max_dims": [3, 2], "params_count": 6,
            "quant_params": {"definition": 1, "encoding": 1,
              "axis_scale_offset": {"axis": 1, "num_scale_offsets": 2,
                "scale_offsets": [{"scale": 0.25, "offset": 0}, {"scale": 2, "offset": 0}]}}},
      "y": {"id": 3, "type": 3, "data_type": 562, "dims": [1, 2, 2],
            "quant_params": {"definition": 2147483647, "encoding": 2147483647,
                             "scale_offset": {"offset": 0, "scale": 0.0}}},
      "z": {"id": 4, "type": 1, "data_type": 562, "dims": [1, 2, 2],
            "quant_params": {"definition": 1, "encoding": 4, "block": {}}}
    },
    "nodes": {
      "a_last": {"package": "qti.aisw", "type": "Transpose", "input_names": ["y"],
                 "output_names": ["z"], "scalar_params": {},
                 "tensor_params": {"perm": {"perm_1": {"id": 5, "type": 4, "data_type": 306,
                                    "dims": [3], "data": [0, 2, 1]}},
                                   "half": {"half_1": {"type": 4, "data_type": 534,
                                    "dims": [1, 2], "data": [[1.0, -2.0]]}},
                                   "ranges": {"ranges_1": {"type": 4, "data_type": 50,
                                    "dims": [2, 1], "data": [[-1], [7]]}}}},
      "b_first": {"package": "qti.aisw", "type": "FullyConnected", "input_names": ["x", "w"],
                  "output_names": ["y"], "tensor_params": {},
                  "scalar_params": {"axis": {"306": 4294967295}, "keep": {"1288": true},
                                    "drop": {"1288": 0}, "beta": {"562": 0.5},
                                    "shift": {"50": -3}, "mode": {"1544": "same"}}}
    }
  }
})";

TEST(ModelNetTest, SaysWhatTheFileSays) {
  const Result<Model> model = ReadText(kNet);
  ASSERT_TRUE(model.ok()) << model.status().message();
  EXPECT_EQ(ToText(*model), R"(4.1 'qnn-onnx-converter' ''
graph 'x_net'
1 'x' kind 0 ufixed8 1x2x3 encoded axis -1 float false (8 bits -0x1.4p+2 to 0x1.eap+6, 0x1p-1 * (q + -10), symmetric false) data
2 'w' kind 4 sfixed8 3x2 encoded axis 1 float false (8 bits -0x1p+5 to 0x1.fcp+4, 0x1p-2 * (q + -128), symmetric true) (8 bits -0x1p+8 to 0x1.fcp+7, 0x1p+1 * (q + -128), symmetric true) data
3 'y' kind 3 float32 1x2x2 data
4 'z' kind 1 float32 1x2x2 data
node 'b_first' FullyConnected of qti.aisw: x|w -> y
  axis [2]: 4294967295
  keep [0]: true
  drop [0]: false
  beta [3]: 0x1p-1
  shift [1]: -3
  mode [4]: same
node 'a_last' Transpose of qti.aisw: y -> z
  perm [5]: 5 'perm_1' kind 4 uint32 3 data 00 00 00 00 02 00 00 00 01 00 00 00
  half [5]: 0 'half_1' kind 4 float16 1x2 data 00 3c 00 c0
  ranges [5]: 0 'ranges_1' kind 4 int32 2x1 data ff ff ff ff 07 00 00 00
)");
  EXPECT_THAT(
      model->notes,
      ElementsAre("the encoding of the tensor 'z' is left out, as it has kind 4 (of blocks, "
                  "or newer)"));
}

TEST(ModelNetTest, OneScaleIsNoEncodingPerChannel) {
  for (const char* kind : {"1", "3"}) {
    const Result<Model> model = ReadText(fmt::format(
        R"({{"graph": {{"nodes": {{}}, "tensors": {{"w": {{"data_type": 776, "dims": [2], "type": 4,
        "quant_params": {{"definition": 1, "encoding": {}, "scale_offset": {{"offset": 4,
        "scale": 4.2e-45}}}}}}}}}}}})",
        kind));
    ASSERT_TRUE(model.ok()) << model.status().message();
    EXPECT_FALSE(model->graphs[0].tensors[0].encoding);
    EXPECT_THAT(model->notes, ElementsAre(testing::HasSubstr("'w' is left out")));
  }
}

// The description, with a piece replaced.
std::string FailureWith(std::string_view piece, std::string_view by) {
  std::string json(kNet);
  const std::size_t at = json.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  const Result<Model> model = ReadText(json.replace(at, piece.size(), by));
  EXPECT_FALSE(model.ok());
  return model.ok() ? "" : model.status().message();
}

TEST(ModelNetTest, NamesTheEntryThatIsWrong) {
  EXPECT_THAT(ReadText("[1]").status().message(), HasSubstr("it has no 'graph'"));
  EXPECT_THAT(ReadText("{").status().message(), HasSubstr("x_net.json"));
  EXPECT_THAT(FailureWith(R"("current_dims": [1, 2, 3])", R"("current_dims": [1, "2"])"),
              HasSubstr("the tensor 'x': its 'dims'"));
  EXPECT_THAT(FailureWith(R"("data_type": 1032)", R"("data_type": "uint8")"),
              HasSubstr("the tensor 'x': its 'data_type'"));
  EXPECT_THAT(FailureWith(R"("dims": [3], "data": [0, 2, 1])", R"("dims": [3], "data": [0])"),
              HasSubstr("attribute 'perm' of the node 'a_last': the tensor 'perm_1' has 4 bytes"));
  EXPECT_THAT(FailureWith(R"([0, 2, 1])", R"([0, 2, "1"])"),
              HasSubstr("parameter 'perm': its 'data'"));
  EXPECT_THAT(FailureWith(R"({"306": 4294967295})", R"({"uint32": 1})"),
              HasSubstr("the node 'b_first': its parameter 'axis' is no pair"));
  EXPECT_THAT(FailureWith(R"(["x", "w"])", R"(["x", "v"])"),
              HasSubstr("the node 'b_first' names the tensor 'v'"));
  EXPECT_THAT(FailureWith(R"(["x", "w"])", R"(["z", "w"])"), HasSubstr("form a cycle"));
  EXPECT_THAT(FailureWith(R"("input_names": ["y"],)", ""), HasSubstr("its 'input_names'"));
  EXPECT_THAT(FailureWith("[1, 2, 3]", "[-1]"), HasSubstr("the tensor 'x' has dims"));
}

}  // namespace
}  // namespace acc::dlc
