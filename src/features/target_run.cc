// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#include "base/log.h"
#include "features/conversion.h"
#include "store/tensor_writer.h"

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

const model::Graph& ExecutedGraph(const TargetModel& model) {
  return model.quantized ? model.quantized->graph : model.converted.graph;
}

using Producers = std::map<std::string, const store::GraphStruct::Node*>;

Producers ProducersOf(const store::GraphStruct& structure) {
  Producers producers;
  for (const auto& node : structure.nodes) {
    for (const auto& output : node.outputs) producers[output.name] = &node;
  }
  return producers;
}

// Writes the lines of one run, each into its own Result_N.
class ResultWriters {
 public:
  ResultWriters(const TargetModel& model, const fs::path& run, std::size_t lines,
                bool native_outputs)
      : model_(model), producers_(ProducersOf(model.structure)) {
    for (std::size_t line = 0; line < lines; ++line) {
      writers_.push_back(
          std::make_unique<store::TensorWriter>(run / "output" / fmt::format("Result_{}", line)));
      writers_.back()->SetNativeFirst(native_outputs);
    }
  }

  Status Write(std::size_t line, const target::Tap& tap, const TensorView& value,
               const TensorView& native) {
    const auto& tensor = model_.converted.tensors.at(tap.tensor);
    store::TensorRecord record{.name = tap.tensor,
                               .axis_order = tensor.axis_order,
                               .source = tensor.source,
                               .encoding = tap.encoding};
    const auto producer = producers_.find(tap.tensor);
    record.node = producer == producers_.end() ? "" : producer->second->name;
    record.op_type = producer == producers_.end() ? "Input" : producer->second->type;
    return writers_[line]->Write(std::move(record), value, native, tensor.held);
  }

  void Skip(const std::string& name, const std::string& reason) {
    for (const auto& writer : writers_) writer->Skip(name, reason);
  }

  Status Finish(const std::map<std::string, std::size_t>& order,
                const std::vector<std::string>& statements) {
    for (const auto& writer : writers_) {
      writer->State(statements);
      ACC_RETURN_IF_ERROR(writer->Finish(order));
    }
    return OkStatus();
  }

 private:
  const TargetModel& model_;
  Producers producers_;
  std::vector<std::unique_ptr<store::TensorWriter>> writers_;
};

// Final outputs of line 0, kept to be compared with those of the plain run.
class Outputs {
 public:
  explicit Outputs(const std::vector<target::Tap>& outputs) {
    for (const target::Tap& tap : outputs) wanted_.insert(tap.tensor);
  }
  Status Keep(std::size_t line, const target::Tap& tap, const TensorView& value) {
    if (line != 0 || !wanted_.contains(tap.tensor)) return OkStatus();
    ACC_ASSIGN_OR_RETURN(auto values, ToFloats(value));
    const std::lock_guard lock(mutex_);
    kept_[tap.tensor] = std::move(values);
    return OkStatus();
  }
  const std::map<std::string, std::vector<float>>& kept() const { return kept_; }

 private:
  std::set<std::string> wanted_;
  std::mutex mutex_;
  std::map<std::string, std::vector<float>> kept_;
};

double SqnrDb(const std::vector<float>& reference, const std::vector<float>& other) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < reference.size() && i < other.size(); ++i) {
    signal += double{reference[i]} * reference[i];
    noise += (double{reference[i]} - other[i]) * (double{reference[i]} - other[i]);
  }
  return 10 * std::log10(signal / noise);
}

bool BitwiseEqual(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

Result<std::vector<std::string>> CompareWithPlainRun(const TargetModel& model,
                                                     const InputLines& lines,
                                                     target::Engine& engine,
                                                     const Outputs& captured) {
  const target::Program plain = ProgramOf(model, true);
  Outputs outputs(plain.taps);
  const auto keep = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                        const TensorView&) { return outputs.Keep(line, tap, value); };
  const auto read = [&](std::size_t line) { return lines.Read(line); };
  const Status status = engine.Run(
      plain, 1, read, keep, [](const auto&, const auto&) {}, "plain run");
  if (status.code() == StatusCode::kInterrupted) return status;
  if (!status.ok()) {
    return std::vector<std::string>{
        "the run without capture failed, so nothing tells whether capturing changes the outputs: " +
        status.message()};
  }
  std::vector<std::string> notes;
  for (const auto& [name, values] : outputs.kept()) {
    const auto found = captured.kept().find(name);
    if (found == captured.kept().end() || BitwiseEqual(values, found->second)) continue;
    notes.push_back(
        fmt::format("capturing changed the output '{}': {:.1f} dB against the plain run", name,
                    SqnrDb(values, found->second)));
  }
  return notes;
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

}  // namespace

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

Result<TargetRunResult> RunTarget(const TargetModel& model, const InputLines& lines,
                                  target::Engine& engine, bool final_only, bool native_outputs,
                                  const fs::path& run) {
  const target::Program program = ProgramOf(model, final_only && model.selected.empty());
  ResultWriters writers(model, run, lines.size(), native_outputs);
  Outputs captured(program.outputs);
  const auto write = [&](std::size_t line, const target::Tap& tap, const TensorView& value,
                         const TensorView& stored) -> Status {
    ACC_RETURN_IF_ERROR(captured.Keep(line, tap, value));
    return writers.Write(line, tap, value, native_outputs ? stored : value);
  };
  const auto read = [&](std::size_t line) { return lines.Read(line); };
  const auto skip = [&](const std::string& tensor, const std::string& reason) {
    writers.Skip(tensor, reason);
  };
  ACC_RETURN_IF_ERROR(engine.Run(program, lines.size(), read, write, skip, "target run"));
  for (const auto& [name, reason] : WithoutTwin(model)) writers.Skip(name, reason);
  std::map<std::string, std::size_t> order;
  for (const std::string& tensor : TensorOrder(model.converted.graph))
    order.emplace(tensor, order.size());
  TargetRunResult result{
      .tensors = program.taps.size(), .statements = model.statements, .notes = {}};
  ACC_RETURN_IF_ERROR(writers.Finish(order, result.statements));
  if (!final_only) {
    ACC_ASSIGN_OR_RETURN(result.notes, CompareWithPlainRun(model, lines, engine, captured));
  }
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
