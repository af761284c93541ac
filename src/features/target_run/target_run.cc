// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/target_run.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"
#include "features/source_model/conversion.h"
#include "features/target_run/group_capture.h"
#include "features/target_run/plain_run.h"
#include "features/target_run/result_writers.h"
#include "features/target_run/target_places.h"
#include "model/random_numbers.h"
#include "verify/comparison.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

std::set<std::string> TensorsOf(const model::Graph& graph) {
  const auto order = TensorOrder(graph);
  return {order.begin(), order.end()};
}

// Of an integer output of a file that quantizes itself: its codes are compared as real numbers, as
// the golden run writes them.
std::optional<TensorEncoding> EncodingOfCodes(const TargetModel& model,
                                              const convert::TargetTensor& tensor) {
  const model::Graph& graph = model.converted.graph;
  const auto source = graph.source_tensors.find(tensor.source);
  const bool holds_codes = graph.onnx_quantization.is_read &&
                           source != graph.source_tensors.end() && !IsFloat(source->second.type);
  return holds_codes ? source->second.encoding : std::nullopt;
}

// The tap that shows `tensor`, or nothing where the target never stores it.
std::optional<target::Tap> TapOf(const TargetModel& model, const std::set<std::string>& stored,
                                 const std::string& tensor) {
  const auto described = model.converted.tensors.find(tensor);
  if (described == model.converted.tensors.end() || !described->second.is_shown) {
    return std::nullopt;
  }
  if (model.quantized) {
    const auto integers = model.quantized->quantized_name.find(tensor);
    if (integers != model.quantized->quantized_name.end()) {
      return target::Tap{tensor, integers->second, model.quantized->activations.at(tensor)};
    }
    if (model.quantized->fused.contains(tensor)) return std::nullopt;
  }
  if (!stored.contains(tensor)) return std::nullopt;
  return target::Tap{tensor, tensor, EncodingOfCodes(model, described->second)};
}

// Of the first output of the model that was not captured.
std::string LostOutputStatement(const target::Program& program, const ResultWriters& writers) {
  for (const target::Tap& tap : program.outputs) {
    const std::string reason = writers.SkipReason(tap.tensor);
    if (!reason.empty() && !writers.Has(tap.tensor)) {
      return fmt::format("The output '{}' is neither captured nor compared: {}.",
                         Printable(tap.tensor), reason);
    }
  }
  return "";
}

// What draws random numbers, and how much of the run depends on it.
std::string RandomStatement(const TargetModel& model) {
  const model::Graph& graph = model.converted.graph;
  std::size_t tensors = 0;
  std::string drawn;
  std::string output;
  for (const auto& [tensor, cause] : model::RandomTensors(graph)) {
    const auto described = model.converted.tensors.find(tensor);
    if (described == model.converted.tensors.end() || !described->second.is_shown) continue;
    ++tensors;
    if (drawn.empty()) drawn = cause;
    if (output.empty() && model::IsGraphOutput(graph, tensor)) output = tensor;
  }
  if (tensors == 0) return "";
  const auto described = model.converted.tensors.find(drawn);
  const bool has_source =
      described != model.converted.tensors.end() && !described->second.source.empty();
  const std::string source = Printable(has_source ? described->second.source : drawn);
  std::string text = fmt::format(
      "'{}' holds random numbers, which differ from run to run: {} with such numbers{} "
      "cannot be compared.",
      source, Counted(tensors, "tensor"),
      output.empty() ? "" : fmt::format(" ('{}', an output, among them)", Printable(output)));
  if (model::IsGraphOutput(graph, drawn)) return text;
  return text +
         fmt::format(" --input_tensor with the name '{}' gives it numbers that stay.", source);
}

// What the reader has to know of the run before its scores.
std::vector<std::string> StatementsOf(const TargetModel& model, const TargetRunResult& captured,
                                      const PlainRun& plain, const GroupCapture& groups) {
  std::vector<std::string> statements;
  const auto state = [&](std::string statement) {
    if (!statement.empty()) statements.push_back(std::move(statement));
  };
  state(PlaceStatement(model, plain.places.empty() ? captured.places : plain.places));
  state(CaptureStatement(captured.places, plain.places));
  if (captured.tensors < captured.wanted) {
    state(fmt::format("{} of {} tensors were captured; of the others tensors.json says why not.",
                      captured.tensors, captured.wanted));
  }
  state(captured.lost_output);
  state(RandomStatement(model));
  for (const std::string& change : plain.changes) state(change);
  if (plain.lowest_db) state(GroupStatement(groups));
  statements.insert(statements.end(), model.statements.begin(), model.statements.end());
  return statements;
}

store::GraphStruct::Value Describe(const convert::TargetGraph& converted,
                                   const std::string& tensor) {
  store::GraphStruct::Value value{.name = tensor};
  const auto found = converted.tensors.find(tensor);
  if (found == converted.tensors.end() || !found->second.info.has_rank) return value;
  const Shape& dims = found->second.info.dims;
  const AxisOrder written = convert::WrittenOrder(found->second);
  value.dims = Permute(dims, FromSource(written, dims.size()));
  value.has_dims = true;
  value.layout = LayoutName(written, dims.size());
  return value;
}

void AddUnselected(const TargetModel& model, std::vector<store::SkippedTensor>& skipped) {
  if (model.selected.empty()) return;
  for (const std::string& tensor : TensorOrder(model.converted.graph)) {
    const auto described = model.converted.tensors.find(tensor);
    if (described == model.converted.tensors.end() || model.selected.contains(tensor)) continue;
    if (model.quantized && model.quantized->fused.contains(tensor)) continue;  // Has its reason.
    const std::string& source = described->second.source;
    skipped.push_back({source.empty() ? tensor : source,
                       "the '#' and '%' lines of the input list do not select it"});
  }
}

// The tensors that each processor computed.
void LogProcessors(std::span<const store::TensorRecord> records) {
  std::map<std::string_view, std::vector<std::string>> computed_by;
  for (const store::TensorRecord& record : records) {
    computed_by[record.processor].push_back(Printable(record.name));
  }
  for (const auto& [processor, tensors] : computed_by) {
    if (!processor.empty()) LogDebug("computed by the {}: {}", processor, Join(tensors, ", "));
  }
}

// Source tensors that have no twin among the taps, and why.
std::vector<store::SkippedTensor> WithoutTwin(const TargetModel& model) {
  std::vector<store::SkippedTensor> skipped;
  AddUnselected(model, skipped);
  for (const convert::Removed& removed : model.converted.removed) {
    skipped.push_back({removed.source, removed.reason});
  }
  if (!model.quantized) return skipped;
  for (const std::string& tensor : TensorOrder(model.converted.graph)) {
    const auto fused = model.quantized->fused.find(tensor);
    if (fused == model.quantized->fused.end()) continue;
    const std::string& source = model.converted.tensors.at(tensor).source;
    skipped.push_back({source.empty() ? tensor : source, fused->second});
  }
  return skipped;
}

}  // namespace

const model::Graph& ExecutedGraph(const TargetModel& model) {
  return model.quantized ? model.quantized->graph : model.converted.graph;
}

target::Program ProgramOf(const TargetModel& model, bool final_only) {
  target::Program program;
  program.graph = ExecutedGraph(model);
  program.half = model.half;
  const auto stored = TensorsOf(program.graph);
  for (const std::string& tensor : TensorOrder(model.converted.graph)) {
    const bool is_final = model::IsGraphOutput(model.converted.graph, tensor);
    const auto tap = TapOf(model, stored, tensor);
    if (!tap) continue;
    const bool selected = model.selected.empty() || model.selected.contains(tensor);
    if (final_only ? is_final : selected) program.taps.push_back(*tap);
    if (is_final) program.outputs.push_back(*tap);
  }
  return program;
}

Result<TargetRunResult> RunTarget(const TargetModel& model, const InputLines& lines,
                                  target::Engine& engine, bool final_only, bool native_outputs,
                                  const fs::path& run) {
  const bool only_outputs = final_only && model.selected.empty();
  const target::Program program = ProgramOf(model, only_outputs);
  ResultWriters writers(model, run, lines.size(), native_outputs);
  const auto write = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                         const TensorView& stored) {
    return writers.Write(line, tap, value, stored);
  };
  const auto read = [&](std::size_t line) { return lines.Read(line); };
  const auto skip = [&](const std::string& tensor, const std::string& reason) {
    writers.Skip(tensor, reason);
  };
  ACC_RETURN_IF_ERROR(engine.Run(program, lines.size(), read, write, skip, "target run"));
  const std::string lost_output = LostOutputStatement(program, writers);
  LogProcessors(writers.records());
  for (const auto& [name, reason] : WithoutTwin(model)) writers.Skip(name, reason);
  TargetRunResult result{.tensors = writers.Count(), .wanted = program.taps.size()};
  result.places = engine.places();
  result.lost_output = lost_output;
  PlainRun plain;
  if (!only_outputs) {
    ACC_ASSIGN_OR_RETURN(plain, RunPlain(model, lines, engine, writers));
  }
  GroupCapture groups;
  // Above, the difference is no finding, and runs of their own are not worth it.
  if (plain.lowest_db.value_or(verify::kFaithfulDb) < verify::kFaithfulDb) {
    ACC_ASSIGN_OR_RETURN(groups, CaptureInGroups(model, program, lines, engine, native_outputs,
                                                 run / "capture_in_groups", writers));
  }
  result.statements = StatementsOf(model, result, plain, groups);
  if (!plain.places.empty()) result.places = std::move(plain.places);
  std::map<std::string, std::size_t> order;
  for (const std::string& tensor : TensorOrder(model.converted.graph))
    order.emplace(tensor, order.size());
  ACC_RETURN_IF_ERROR(writers.Finish(order, result.statements));
  return result;
}

store::GraphStruct GraphStructOf(const convert::TargetGraph& converted,
                                 const std::string& model_name) {
  store::GraphStruct graph{.model_name = model_name};
  for (const ValueInfo& input : converted.graph.inputs)
    graph.inputs.push_back(Describe(converted, input.name));
  for (const model::Node& node : converted.graph.nodes) {
    store::GraphStruct::Node described{
        .name = node.name, .type = node.op_type, .inputs = node.inputs};
    for (const std::string& output : node.outputs) {
      if (!output.empty()) described.outputs.push_back(Describe(converted, output));
    }
    graph.nodes.push_back(std::move(described));
  }
  return graph;
}

store::TensorMapping MappingOf(const TargetModel& model) {
  store::TensorMapping mapping;
  for (const target::Tap& tap : ProgramOf(model, false).taps) {
    const std::string& source = model.converted.tensors.at(tap.tensor).source;
    if (!source.empty()) mapping.emplace_back(tap.tensor, source);
  }
  return mapping;
}

}  // namespace acc::features
