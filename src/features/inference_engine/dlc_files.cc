// SPDX-License-Identifier: BSD-3-Clause
#include "features/inference_engine/dlc_files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "dlc/from_graph/from_graph.h"
#include "dlc/write.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kProgram = "snpe-accuracy-debugger";

// Without its dashes; nothing for a word that is no flag (-3 is a number).
std::string_view FlagName(std::string_view word) {
  if (!word.starts_with('-')) return {};
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  const bool number =
      !word.empty() && std::string_view("0123456789.").find(word.front()) != std::string_view::npos;
  return number ? std::string_view() : word;
}

// As converters' commands stand in DLCs: the tool, then flag=values;flag=values, each flag once.
std::string CommandOf(const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> flags;
  std::size_t current = 0;
  for (const std::string& word : words) {
    const std::string_view flag = FlagName(word);
    if (!flag.empty()) {
      const auto known =
          std::ranges::find(flags, flag, &std::pair<std::string, std::string>::first);
      current = static_cast<std::size_t>(known - flags.begin());
      if (known == flags.end()) flags.emplace_back(flag, "");
    } else if (current < flags.size()) {
      std::string& values = flags[current].second;
      values += (values.empty() ? "" : " ") + word;
    }
  }
  std::string command(kProgram);
  char separator = ' ';
  for (const auto& [flag, values] : flags) {
    command += fmt::format("{}{}={}", std::exchange(separator, ';'), flag, values);
  }
  return command;
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(now));
}

dlc::GraphToWrite FloatGraph(const TargetModel& model, const CommonOptions& options) {
  dlc::GraphToWrite graph{
      .graph = model.converted.graph,
      .name = model.structure.model_name,
      .converter_command = CommandOf(options.origin.command),
      .converter_version = fmt::format("{} {}", kProgram, options.origin.version),
      .timestamp = Now()};
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
