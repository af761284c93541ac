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
Status WriteDlc(const dlc::GraphToWrite& graph, const fs::path& path, std::set<std::string>& told) {
  const auto written = dlc::FromGraph(graph);
  if (!written.ok()) {
    LogWarn("{} is not written: {}", path.filename().string(), written.status().message());
    return OkStatus();
  }
  for (const std::string& warning : written->warnings) {
    if (told.insert(warning).second) LogWarn("{}: {}", path.filename().string(), warning);
  }
  return dlc::Write(written->model, path);
}

}  // namespace

Status WriteDlcFiles(const TargetModel& model, const CommonOptions& options, const fs::path& run) {
  std::set<std::string> told;
  dlc::GraphToWrite graph = FloatGraph(model, options);
  ACC_RETURN_IF_ERROR(WriteDlc(graph, run / "base.dlc", told));
  if (!model.quantized) return OkStatus();
  graph.activations = model.quantized->activations;
  graph.params = model.quantized->params;
  return WriteDlc(graph, run / "base_quantized.dlc", told);
}

}  // namespace acc::features
