// SPDX-License-Identifier: BSD-3-Clause
// Writes the fuzz target's first inputs into a folder: files and records of our own writer, with
// random structure and with every operator that is translated.
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "dlc/archive.h"
#include "dlc/model_testing.h"
#include "dlc/v3_testing.h"
#include "dlc/write.h"
#include "fuzz_input.h"

namespace acc::dlc {
namespace {

constexpr std::string_view kTypes[] = {"Argmax",
                                       "Batchnorm",
                                       "Cast",
                                       "Concat",
                                       "Conv2d",
                                       "Conv3d",
                                       "Convert",
                                       "DepthToSpace",
                                       "DepthWiseConv2d",
                                       "Dequantize",
                                       "Eltwise_Binary",
                                       "Eltwise_Unary",
                                       "Expand_dims",
                                       "FullyConnected",
                                       "Gather",
                                       "GatherElements",
                                       "GatherNd",
                                       "Gelu",
                                       "InstanceNorm",
                                       "L2Norm",
                                       "LayerNorm",
                                       "LogSoftmax",
                                       "Lstm",
                                       "MatMul",
                                       "Neuron",
                                       "NonZero",
                                       "OneHot",
                                       "Pad",
                                       "Pool",
                                       "Prelu",
                                       "Quantize",
                                       "Reduce",
                                       "Reshape",
                                       "Resize",
                                       "Shape",
                                       "Softmax",
                                       "SpaceToDepth",
                                       "Split",
                                       "Squeeze",
                                       "StridedSlice",
                                       "Tile",
                                       "TopK",
                                       "Transpose",
                                       "TransposeConv2d",
                                       "ElementWiseSelect",
                                       "Relu"};

std::span<const std::byte> Keep(Model& model, std::vector<std::uint32_t> values) {
  auto owned = std::make_shared<std::vector<std::uint32_t>>(std::move(values));
  const auto bytes = std::as_bytes(std::span(*owned));
  model.storage.push_back(std::move(owned));
  return bytes;
}

Tensor Static(Model& model, std::string name, DataType type, Shape dims) {
  const std::uint64_t bytes = ByteSize(StoredType(type), ElementCount(dims).value());
  const auto data = Keep(model, std::vector<std::uint32_t>(bytes / 4 + 1, 1)).first(bytes);
  return {.name = std::move(name),
          .kind = TensorKind::kStatic,
          .type = type,
          .dims = std::move(dims),
          .data = data};
}

// A node of the type, with attributes of many types at once.
Model OneNode(std::string_view type, bool quantized) {
  Model model;
  const DataType element = quantized ? DataType::kUfixed8 : DataType::kFloat32;
  Graph& graph = model.graphs.emplace_back();
  graph.name = "g";
  graph.tensors = {
      {.name = "x", .kind = TensorKind::kInput, .type = element, .dims = {1, 4, 4, 2}},
      Static(model, "w", element, {2, 2, 2, 2}),
      Static(model, "b", element, {2}),
      {.name = "y", .kind = TensorKind::kOutput, .type = element, .dims = {1, 4, 4, 2}}};
  for (Tensor& tensor : graph.tensors) {
    if (quantized)
      tensor.encoding = TensorEncoding{.channels = {{.scale = 0.5, .offset = -8}}, .axis = {}};
  }
  const auto list = [&](const char* name, Shape dims, std::vector<std::uint32_t> values) {
    return Attribute{name, Tensor{.name = name,
                                  .kind = TensorKind::kStatic,
                                  .type = DataType::kUint32,
                                  .dims = std::move(dims),
                                  .data = Keep(model, std::move(values))}};
  };
  graph.nodes.push_back(
      {.name = "n",
       .type = std::string(type),
       .package = std::string(kQnnPackage),
       .inputs = {"x", "w", "b"},
       .outputs = {"y"},
       .attributes = {list("stride", {2}, {1, 1}),
                      list("dilation", {2}, {1, 1}),
                      list("pad_amount", {2, 2}, {0, 1, 0, 1}),
                      list("filter_size", {2}, {2, 2}),
                      list("perm", {4}, {0, 2, 3, 1}),
                      list("axes", {1}, {1}),
                      list("ranges", {4, 3}, {0, 1, 1, 0, 4, 1, 0, 4, 1, 0, 2, 1}),
                      list("multiples", {4}, {1, 1, 2, 1}),
                      list("split_index", {1}, {2}),
                      list("block_size", {2}, {2, 2}),
                      {"axis", std::uint32_t{3}},
                      {"operation", std::uint32_t{4}},
                      {"group", std::uint32_t{1}},
                      {"keep_dims", true},
                      {"epsilon", 0.001F},
                      {"pool_type", "PoolAvg2d"},
                      {"reduce_type", "ReduceMean"},
                      {"transpose_in1", false}}});
  return model;
}

class SeedFolder {
 public:
  explicit SeedFolder(std::filesystem::path path) : path_(std::move(path)) {}

  Status Add(const Model& model) {
    const std::filesystem::path file = path_ / "seed.dlc";
    ACC_RETURN_IF_ERROR(Write(model, file));
    ACC_ASSIGN_OR_RETURN(const std::string content, ReadFile(file));
    std::filesystem::remove(file);
    ACC_RETURN_IF_ERROR(Put(fuzz::kFile, content));
    ACC_ASSIGN_OR_RETURN(Archive archive, Archive::Open(std::as_bytes(std::span(content))));
    ACC_ASSIGN_OR_RETURN(const Archive::Content structure, archive.Read("model"));
    ACC_ASSIGN_OR_RETURN(const Archive::Content params, archive.Read("model.params"));
    Archive::Content weights;
    if (archive.Has("model.params.bin")) {
      ACC_ASSIGN_OR_RETURN(weights, archive.Read("model.params.bin"));
    }
    return AddRecords({Text(structure.bytes), Text(params.bytes), Text(weights.bytes)});
  }

  Status AddRecords(const fuzz::Records& records) { return Put(fuzz::kRecords, Join(records)); }
  Status AddJson(std::string_view json) { return Put(fuzz::kJson, json); }

 private:
  static std::string_view Text(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  Status Put(char kind, std::string_view content) {
    return WriteFile(path_ / fmt::format("seed-{:03}", next_++), kind + std::string(content));
  }

  std::filesystem::path path_;
  int next_ = 0;
};

constexpr std::string_view kNet = R"({"graph":{"tensors":{
"x":{"id":1,"type":0,"data_type":1032,"dims":[1,2,2,2],"quant_params":{"definition":1,"encoding":0,
"scale_offset":{"offset":-10,"scale":0.5}}},
"w":{"type":4,"data_type":776,"dims":[2,2],"quant_params":{"definition":1,"encoding":1,
"axis_scale_offset":{"axis":1,"scale_offsets":[{"scale":0.25,"offset":0},{"scale":2,"offset":0}]}}},
"y":{"type":1,"data_type":562,"dims":[1,2,2,2]}},
"nodes":{"n":{"package":"qti.aisw","type":"Transpose","input_names":["x"],"output_names":["y"],
"scalar_params":{"axis":{"306":3},"beta":{"562":0.5}},
"tensor_params":{"perm":{"p":{"type":4,"data_type":306,"dims":[4],"data":[0,2,3,1]}}}}}}})";

Status WriteSeeds(const std::filesystem::path& path) {
  ACC_RETURN_IF_ERROR(CreateFolders(path));
  SeedFolder folder(path);
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    ACC_RETURN_IF_ERROR(folder.Add(RandomModel(seed).Make()));
  }
  for (const std::string_view type : kTypes) {
    ACC_RETURN_IF_ERROR(folder.Add(OneNode(type, false)));
    ACC_RETURN_IF_ERROR(folder.Add(OneNode(type, true)));
  }
  const std::string structure = Version3Structure();
  const std::string params = Version3Params({2, 2});
  ACC_RETURN_IF_ERROR(folder.AddRecords({structure, params, ""}));
  return folder.AddJson(kNet);
}

}  // namespace
}  // namespace acc::dlc

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("Usage: dlc_seeds <folder>\n", stderr);
    return 2;
  }
  const acc::Status status = acc::dlc::WriteSeeds(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.message().c_str());
  return acc::ExitCode(status);
}
