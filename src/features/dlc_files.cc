// SPDX-License-Identifier: BSD-3-Clause
#include "features/dlc_files.h"

#include <set>
#include <string>

#include "base/log.h"
#include "base/text.h"
#include "dlc/from_graph.h"
#include "dlc/write.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kProgram = "snpe-accuracy-debugger ";

dlc::GraphToWrite FloatGraph(const TargetModel& model, const CommonOptions& options) {
  dlc::GraphToWrite graph{.graph = model.converted.graph,
                          .name = model.structure.model_name,
                          .tensors = {},
                          .activations = {},
                          .params = {},
                          .converter_command = std::string(kProgram) + Join(options.command, " "),
                          .converter_version = std::string(kProgram) + options.version};
  for (const auto& [name, tensor] : model.converted.tensors) {
    graph.tensors[name] = {convert::WrittenOrder(tensor), tensor.info};
  }
  return graph;
}

// Both files warn of the same operators; `told` keeps what was said.
void WriteDlc(const dlc::GraphToWrite& graph, const fs::path& path, std::set<std::string>& told) {
  const auto written = dlc::FromGraph(graph);
  const auto warn_of = [&](const Status& status) {
    LogWarn("{} is not written, and the run goes on without it: {}", path.filename().string(),
            status.message());
  };
  if (!written.ok()) return warn_of(written.status());
  for (const std::string& warning : written->warnings) {
    if (told.insert(warning).second) LogWarn("{}: {}", path.filename().string(), warning);
  }
  if (const Status status = dlc::Write(written->model, path); !status.ok()) warn_of(status);
}

}  // namespace

void WriteDlcFiles(const TargetModel& model, const CommonOptions& options, const fs::path& run) {
  std::set<std::string> told;
  dlc::GraphToWrite graph = FloatGraph(model, options);
  WriteDlc(graph, run / "base.dlc", told);
  if (!model.quantized) return;
  graph.activations = model.quantized->activations;
  graph.params = model.quantized->params;
  WriteDlc(graph, run / "base_quantized.dlc", told);
}

}  // namespace acc::features
