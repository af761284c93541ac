// SPDX-License-Identifier: BSD-3-Clause
// Feeds the readers of DLC files with what libFuzzer makes. The first byte says what the rest is:
// a whole file; the records "model" and "model.params", which the archive's framing would keep the
// fuzzer from; or a model_net.json.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "dlc/model_net.h"
#include "dlc/read.h"
#include "dlc/to_graph/to_graph.h"
#include "dlc/zip_testing.h"
#include "fuzz_input.h"
#include "memory_file.h"

namespace acc::dlc {
namespace {

void Translate(const Result<Model>& model) {
  if (!model.ok()) return;
  for (const Graph& graph : model->graphs) static_cast<void>(ToGraph(*model, graph).ok());
}

void ReadFile(std::string_view input) {
  Translate(Read(std::as_bytes(std::span(input.data(), input.size())), "fuzz"));
}

void ReadRecords(std::string_view input) {
  const fuzz::Records records = fuzz::Split(input);
  const std::string file =
      MakeZip({{.name = "model.params.bin", .content = std::string(records.external), .crc = 0},
               {.name = "model", .content = std::string(records.model), .crc = 0},
               {.name = "model.params", .content = std::string(records.params), .crc = 0}});
  Translate(Read(BytesOf(file), "fuzz"));
}

void ReadJson(std::string_view input) {
  const acc::fuzz::MemoryFile file(input);
  Translate(ReadModelNet(file.path()));
}

}  // namespace
}  // namespace acc::dlc

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case acc::dlc::fuzz::kFile: acc::dlc::ReadFile(rest); break;
    case acc::dlc::fuzz::kJson: acc::dlc::ReadJson(rest); break;
    default: acc::dlc::ReadRecords(rest);
  }
  return 0;
}
