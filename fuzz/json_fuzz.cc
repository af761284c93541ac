// SPDX-License-Identifier: BSD-3-Clause
// Feeds the readers of JSON files, and what works on what they read. The first byte says which file
// the rest is; see kReaders.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "dlc/model_net.h"
#include "dlc/to_graph/to_graph.h"
#include "features/comparison/plan.h"
#include "features/quant_checker/config.h"
#include "json_mutator.h"
#include "match/match.h"
#include "memory_file.h"
#include "quantize/encodings_file.h"
#include "quantize/quantize.h"
#include "scratch_folder.h"
#include "store/graph_struct.h"
#include "store/manifest.h"
#include "verify/comparison.h"

// libFuzzer's own changes of bytes.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace acc::fuzz {
namespace {

namespace fs = std::filesystem;

// What we wrote ourselves must read.
void Demand(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "not read back: %s\n", status.message().c_str());
  std::abort();
}

// A convolution "y" of the input "x" with the weights "w" and the bias "b", and a Relu "z".
model::Graph SmallGraph() {
  model::Graph graph;
  graph.opsets[""] = 17;
  graph.inputs = {{.name = "x", .type = ElementType::kFloat32, .dims = {1, 2, 4, 4}}};
  graph.outputs = {{.name = "z", .type = ElementType::kFloat32, .dims = {1, 3, 4, 4}}};
  graph.initializers["w"] =
      Tensor::FromFloats({3, 2, 1, 1}, std::vector{1.F, -2.F, 0.F, 3.F, 5.F, 1.F});
  graph.initializers["b"] = Tensor::FromFloats({3}, std::vector{1.F, 0.F, -1.F});
  graph.nodes = {{.name = "conv",
                  .op_type = "Conv",
                  .domain = "",
                  .inputs = {"x", "w", "b"},
                  .outputs = {"y"},
                  .attributes = {}},
                 {.name = "relu",
                  .op_type = "Relu",
                  .domain = "",
                  .inputs = {"y"},
                  .outputs = {"z"},
                  .attributes = {}}};
  return graph;
}

void Quantize(const quantize::Overrides& overrides, bool given_only) {
  static const model::Graph graph = SmallGraph();
  quantize::Types types;
  types["x"] = graph.inputs.front();
  for (const char* name : {"y", "z"}) {
    types[name] = graph.outputs.front();
    types[name].name = name;
  }
  quantize::Options options;
  options.given_encodings_only = given_only;
  const auto quantizer =
      quantize::CreateQuantizer(graph, types, {{"x", "source"}}, overrides, options);
  if (!quantizer.ok()) return;
  quantize::Quantizer* const quantizers[] = {quantizer->get()};
  quantize::Calibrator calibrator = quantize::CalibratorFor(quantizers);
  constexpr float kValues[] = {-1.F, 0.F, 4.F};
  for (const std::string& tensor : calibrator.tensors()) calibrator.Observe(tensor, kValues);
  static_cast<void>((*quantizer)->Finish(calibrator).ok());
}

void ReadEncodings(std::string_view text) {
  const MemoryFile file(text);
  std::vector<std::string> blockwise;
  static_cast<void>(quantize::ReadOverrides(file.path(), &blockwise).ok());
  quantize::OverridesDetails details;
  const auto overrides = quantize::ReadOverrides(file.path(), details);
  if (!overrides.ok()) return;
  Quantize(*overrides, false);
  Quantize(*overrides, true);
  const fs::path written = Folder() / "encodings.json";
  if (!quantize::WriteEncodings(written, *overrides).ok()) return;
  Demand(quantize::ReadOverrides(written).status());
}

// What a file holds under a key, as a file of its own.
Status Put(const Json& parts, const char* key, const fs::path& path) {
  fs::remove(path);
  if (!parts.is_object() || !parts.contains(key)) return OkStatus();
  ACC_RETURN_IF_ERROR(CreateFolders(path.parent_path()));
  return WriteJson(path, parts[key]);
}

// Two runs, the graph struct and the mapping: {"golden": …, "target": …, "graph": …, "mapping": …}.
Status Compare(std::string_view text) {
  ACC_ASSIGN_OR_RETURN(const Json parts, ParseJson(text, "fuzz"));
  ACC_RETURN_IF_ERROR(Put(parts, "golden", Folder() / "golden/tensors.json"));
  ACC_RETURN_IF_ERROR(Put(parts, "target", Folder() / "target/tensors.json"));
  ACC_RETURN_IF_ERROR(Put(parts, "graph", Folder() / "graph.json"));
  ACC_RETURN_IF_ERROR(Put(parts, "mapping", Folder() / "mapping.json"));
  const auto graph = store::ReadGraphStruct(Folder() / "graph.json");
  const auto mapping = store::ReadTensorMapping(Folder() / "mapping.json");
  ACC_ASSIGN_OR_RETURN(const store::Manifest golden, store::ReadManifest(Folder() / "golden"));
  ACC_ASSIGN_OR_RETURN(const store::Manifest target, store::ReadManifest(Folder() / "target"));
  for (const store::Manifest* manifest : {&golden, &target}) {
    ACC_RETURN_IF_ERROR(store::WriteManifest(Folder() / "golden", *manifest));
    Demand(store::ReadManifest(Folder() / "golden").status());
  }
  return match::Match({.golden = &golden,
                       .target = &target,
                       .mapping = mapping.ok() ? &*mapping : nullptr,
                       .graph_struct = graph.ok() ? &*graph : nullptr})
      .status();
}

void ReadRuns(std::string_view text) { static_cast<void>(Compare(text).ok()); }

void ReadGraph(std::string_view text) {
  const MemoryFile file(text);
  const auto graph = store::ReadGraphStruct(file.path());
  if (!graph.ok() || !store::WriteGraphStruct(Folder() / "struct.json", *graph).ok()) return;
  Demand(store::ReadGraphStruct(Folder() / "struct.json").status());
}

void ReadMapping(std::string_view text) {
  const MemoryFile file(text);
  const auto mapping = store::ReadTensorMapping(file.path());
  if (!mapping.ok() || !store::WriteTensorMapping(Folder() / "map.json", *mapping).ok()) return;
  Demand(store::ReadTensorMapping(Folder() / "map.json").status());
}

void ReadNet(std::string_view text) {
  const MemoryFile file(text);
  const auto model = dlc::ReadModelNet(file.path());
  if (!model.ok()) return;
  for (const dlc::Graph& graph : model->graphs) static_cast<void>(dlc::ToGraph(*model, graph).ok());
}

// The verifiers of the file judge a pair of eight elements, and of none.
void Judge(const std::vector<features::PlannedColumn>& columns) {
  const std::string golden(32, '\x3f');
  const std::string target(32, '\x3e');
  static_cast<void>(WriteFile(Folder() / "golden.raw", golden).ok());
  static_cast<void>(WriteFile(Folder() / "target.raw", target).ok());
  std::vector<verify::Request> requests;
  for (const auto& planned : columns) requests.push_back(planned.column.request);
  verify::PairFiles files;
  files.golden = Folder() / "golden.raw";
  files.target = Folder() / "target.raw";
  files.dims = {2, 4};
  static_cast<void>(verify::Compare(files, requests).ok());
}

void ReadVerifiers(std::string_view text) {
  const MemoryFile file(text);
  const auto config = features::ReadVerifierConfig(file.path());
  if (!config.ok()) return;
  std::vector<match::Pair> pairs(2);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    pairs[i].golden.name = i == 0 ? "a" : "b";
    pairs[i].target.name = i == 0 ? "x" : "y";
  }
  constexpr std::uint64_t kCounts[] = {8, 2};
  std::vector<features::PlannedColumn> columns;
  static_cast<void>(features::AddConfiguredColumns(*config, pairs, kCounts, columns).ok());
  Judge(columns);
}

void ReadChecker(std::string_view text) {
  const MemoryFile file(text);
  static_cast<void>(features::ReadCheckerConfig(file.path()).ok());
}

struct Reader {
  char first_byte;
  void (*read)(std::string_view text);
};

constexpr Reader kReaders[] = {
    {'E', ReadEncodings},  // --quantization_overrides.
    {'R', ReadRuns},       // tensors.json of two runs, graph struct and mapping, to be matched.
    {'G', ReadGraph},      // --graph_struct.
    {'M', ReadMapping},    // --tensor_mapping.
    {'N', ReadNet},        // --qnn_model_json_path.
    {'V', ReadVerifiers},  // --verifier_config.
    {'Q', ReadChecker},    // The quantization checker's configuration.
};

}  // namespace
}  // namespace acc::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  for (const acc::fuzz::Reader& reader : acc::fuzz::kReaders) {
    if (reader.first_byte == static_cast<char>(data[0])) reader.read(text);
  }
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned int seed) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.empty() || seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const std::string changed = acc::fuzz::MutateJson(text.substr(1), "", seed);
  if (changed.empty() || changed.size() + 1 > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  changed.copy(reinterpret_cast<char*>(data) + 1, changed.size());
  return changed.size() + 1;
}

// A part of one file takes the place of a part of another.
extern "C" std::size_t LLVMFuzzerCustomCrossOver(const std::uint8_t* one, std::size_t one_size,
                                                 const std::uint8_t* other, std::size_t other_size,
                                                 std::uint8_t* out, std::size_t max_size,
                                                 unsigned int seed) {
  if (one_size == 0 || other_size == 0 || max_size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(one) + 1, one_size - 1);
  const std::string_view more(reinterpret_cast<const char*>(other) + 1, other_size - 1);
  const std::string changed = acc::fuzz::MutateJson(text, more, seed);
  if (changed.empty() || changed.size() + 1 > max_size) return 0;
  out[0] = one[0];
  changed.copy(reinterpret_cast<char*>(out) + 1, changed.size());
  return changed.size() + 1;
}
