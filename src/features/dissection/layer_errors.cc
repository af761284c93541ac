// SPDX-License-Identifier: BSD-3-Clause
// Every group of nodes runs alone, fed what it should get, and once more for each thing that may
// spoil it: the target's inputs, one input rounded, the weights rounded, the biases rounded. All
// groups of one variant are one session, so that the number of runs does not grow with the model.
//
// A layer's own error is that of its isolated run against the group in float on the same rounded
// inputs: the rounding of an input is the error of the layer that makes it, and so is what this
// layer clips of it. So the own errors of all layers, and of the graph's inputs, count everything
// once.
#include "features/dissection/layer_errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "features/dissection/group_runs.h"
#include "features/dissection/model_variants.h"
#include "features/dissection/tensor_errors.h"
#include "target/node_groups.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

using store::ErrorPart;
using Layer = store::LayerErrors;
using Groups = std::vector<target::NodeGroup>;
using Field = std::optional<double> Layer::*;

// The same taps as `wanted`, of the converted graph in float.
target::Program FloatProgram(const TargetModel& model, const target::Program& wanted) {
  target::Program program{.graph = model.converted.graph};
  for (const target::Tap& tap : wanted.taps) {
    program.taps.push_back({.tensor = tap.tensor, .fetch = tap.tensor});
  }
  return program;
}

// With the taps that the float run shows: all but those that other encodings bring.
target::Program KnownProgram(const LayersToMeasure& layers) {
  target::Program program = WholeProgramOf(layers.model);
  std::erase_if(program.taps,
                [&](const target::Tap& tap) { return !layers.values.Knows(tap.tensor); });
  return program;
}

class Measuring {
 public:
  // `only`: the tensors that are looked at; empty for all.
  Measuring(const LayersToMeasure& layers, std::set<std::string> only, ErrorSink sink)
      : layers_(layers),
        only_(std::move(only)),
        sink_(std::move(sink)),
        program_(KnownProgram(layers)),
        in_float_(FloatProgram(layers.model, program_)) {
    for (const target::Tap& tap : program_.taps) encodings_[tap.tensor] = tap.encoding;
  }

  // Files of what the groups make of rounded inputs in float, once Run() has them.
  const std::map<std::string, fs::path>& rounded() const { return rounded_; }

  Result<std::vector<Layer>> Run() {
    AddInputRows();
    const Groups groups = Prepared(program_, true);
    const Groups float_groups = Prepared(in_float_, false);
    ACC_RETURN_IF_ERROR(MakeEngines());
    ACC_RETURN_IF_ERROR(Whole());
    ACC_RETURN_IF_ERROR(RoundedInputs(float_groups));
    ACC_RETURN_IF_ERROR(OnTarget(groups));
    ACC_RETURN_IF_ERROR(InFloat(float_groups, in_float_, Reference(), &Layer::conversion));
    ACC_RETURN_IF_ERROR(Inherited(float_groups));
    ACC_RETURN_IF_ERROR(RoundedParams(float_groups));
    std::vector<Layer> rows = TakeRows();
    for (const target::Tap& tap : WholeProgramOf(layers_.model).taps) {
      if (layers_.values.Knows(tap.tensor)) continue;
      rows.push_back({.tensor = tap.tensor, .reason = "the float run does not show it"});
    }
    return rows;
  }

  Status RunParams(const std::map<std::string, TensorEncoding>& encodings) {
    const Groups groups = Prepared(in_float_, true);
    ACC_RETURN_IF_ERROR(MakeEngines());
    return InFloat(groups, Rounded(in_float_, encodings), Reference(), &Layer::weights,
                   ErrorPart::kWeights);
  }

  // What the target makes of golden inputs, as the error of all of the layer.
  Status RunOnTarget() {
    const auto made = [&](const target::Tap& tap, const Tensor& value) -> Status {
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tap.tensor));
      return Tell(tap.tensor, ErrorPart::kNone, reference, value);
    };
    return RunGroups(RunOf(program_, layers_.engine, "layers on the target"),
                     Prepared(program_, true), Reference(), made, Quiet());
  }

  // What the groups make on the target, and against the host.
  Result<std::vector<Layer>> RunIsolated() {
    const Groups groups = Prepared(program_, true);
    ACC_RETURN_IF_ERROR(MakeEngines());
    ACC_RETURN_IF_ERROR(OnTarget(groups));
    return TakeRows();
  }

  // Of the first group that is looked at.
  std::vector<std::string> Inputs() {
    std::vector<std::string> inputs;
    for (const target::NodeGroup& group : Prepared(program_, true)) {
      for (const std::size_t input : group.inputs) inputs.push_back(program_.taps[input].tensor);
    }
    return inputs;
  }

  Status RunParts() {
    AddInputRows();
    const Groups groups = Prepared(program_, true);
    ACC_RETURN_IF_ERROR(MakeEngines());
    ACC_RETURN_IF_ERROR(Whole());
    const Groups float_groups = Prepared(in_float_, false);
    if (!layers_.model.quantized) ACC_RETURN_IF_ERROR(RoundedInputs(float_groups));
    ACC_RETURN_IF_ERROR(OnTarget(groups));
    return RoundedParams(float_groups);
  }

 private:
  Status MakeEngines() {
    ACC_ASSIGN_OR_RETURN(host_, EngineOf({.half = layers_.model.half,
                                          .quantized = layers_.model.quantized.has_value()}));
    ACC_ASSIGN_OR_RETURN(float_, EngineOf({}));
    return OkStatus();
  }

  Result<std::unique_ptr<target::Engine>> EngineOf(target::EngineOptions options) const {
    options.runtime = "cpu";
    options.architecture = "x86_64-linux-clang";
    options.memory_budget_bytes = layers_.memory_budget_bytes;
    return target::CreateEngine(options);
  }

  bool IsLookedAt(const std::string& tensor) const {
    return only_.empty() || only_.contains(tensor);
  }

  // ---- Rows ----

  // In the graph's order; none are left.
  std::vector<Layer> TakeRows() {
    std::vector<Layer> rows;
    for (const std::string& tensor : order_) rows.push_back(std::move(rows_.at(tensor)));
    return rows;
  }

  void AddInputRows() {
    for (const ValueInfo& input : layers_.model.converted.graph.inputs) {
      if (!encodings_.contains(input.name) || !IsLookedAt(input.name)) continue;
      AddRow({.tensor = input.name, .op_type = "Input"});
    }
  }

  // The groups that can run alone. Those of the target get their rows.
  Groups Prepared(const target::Program& program, bool with_rows) {
    Groups ready;
    for (target::NodeGroup& group : target::GroupsOf(program)) {
      if (std::ranges::none_of(group.outputs, [&](std::size_t tap) {
            return IsLookedAt(program.taps[tap].tensor);
          })) {
        continue;
      }
      if (with_rows) AddRows(group);
      if (group.obstacle.empty()) ready.push_back(std::move(group));
    }
    return ready;
  }

  void AddRows(const target::NodeGroup& group) {
    std::vector<std::string> names;
    for (const std::size_t node : group.nodes) {
      const model::Node& made = program_.graph.nodes[node];
      if (!target::IsQuantization(made.op_type)) names.push_back(made.name);
    }
    for (const std::size_t output : group.outputs) {
      AddRow({.tensor = program_.taps[output].tensor, .group = names, .reason = group.obstacle});
    }
  }

  void AddRow(Layer row) {
    for (const auto& node : layers_.model.structure.nodes) {
      const bool makes_it = std::ranges::any_of(
          node.outputs, [&](const auto& value) { return value.name == row.tensor; });
      if (!makes_it) continue;
      row.node = node.name;
      row.op_type = node.type;
    }
    row.has_golden = layers_.values.HasGolden(row.tensor);
    order_.push_back(row.tensor);
    rows_.emplace(order_.back(), std::move(row));
  }

  // ---- Runs ----

  GivenValue Reference() const {
    return [this](std::size_t tap, std::size_t) {
      return layers_.values.Reference(program_.taps[tap].tensor);
    };
  }

  Status Tell(const std::string& tensor, ErrorPart part, const Tensor& reference,
              const Tensor& value) const {
    if (!sink_ || !AreNumbers(reference, value)) return OkStatus();
    const std::lock_guard lock(mutex_);
    return sink_(tensor, part, {reference, value});
  }

  // The whole run's tensors, and what rounding alone does to them.
  Status Whole() {
    for (auto& [tensor, row] : rows_) {
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tensor));
      if (layers_.values.HasTarget(tensor)) {
        ACC_ASSIGN_OR_RETURN(const Tensor value, layers_.values.OfTarget(tensor));
        row.accumulated = SqnrOf(reference, value);
        if (layers_.values.HasPlain(tensor)) {
          ACC_ASSIGN_OR_RETURN(const Tensor plain, layers_.values.OfPlainRun(tensor));
          row.capture = SqnrOf(plain, value);
        }
      }
      if (!encodings_.at(tensor)) continue;
      const Tensor rounded = RoundedBy(encodings_.at(tensor), reference);
      row.output = SqnrOf(reference, rounded);
      ACC_RETURN_IF_ERROR(Tell(tensor, ErrorPart::kOutput, reference, rounded));
      if (row.op_type != "Input") continue;
      row.own = row.output;
      ACC_RETURN_IF_ERROR(Tell(tensor, ErrorPart::kNone, reference, rounded));
    }
    return OkStatus();
  }

  // What is kept of a tensor in place of what was made; null for just that.
  using Change = std::function<Result<Tensor>(const target::Tap& tap, const Tensor& value)>;

  // Runs that keep what they make in the scratch folder.
  Status Keep(const target::Program& program, target::Engine& engine, const Groups& groups,
              const GivenValue& given, std::string_view name, const Change& change,
              std::map<std::string, fs::path>& kept) const {
    const auto made = [&](const target::Tap& tap, const Tensor& value) -> Status {
      fs::path file;
      {
        const std::lock_guard lock(mutex_);
        file = layers_.scratch / fmt::format("{}_{}.raw", name, kept.size());
        kept[tap.tensor] = file;
      }
      if (!change) return WriteFile(file, value.bytes());
      ACC_ASSIGN_OR_RETURN(const Tensor changed, change(tap, value));
      return WriteFile(file, changed.bytes());
    };
    return RunGroups(RunOf(program, engine, "layers on the host"), groups, given, made, Quiet());
  }

  static Result<Tensor> Read(const fs::path& file, const Tensor& like) {
    return ReadTensor(file, like.type(), like.dims());
  }

  // On the host first, in float with rounded inputs, to tell the layer's own error, and as the
  // target does, to tell what the chip's arithmetic adds.
  Status OnTarget(const Groups& groups) {
    std::map<std::string, fs::path> on_host;
    if (!layers_.is_host) {
      ACC_RETURN_IF_ERROR(Keep(program_, *host_, groups, Reference(), "host", nullptr, on_host));
    }
    const auto measure = [&](const target::Tap& tap, const Tensor& value) -> Status {
      Layer& row = rows_.at(tap.tensor);
      row.processor = target::Name(tap.processor);
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tap.tensor));
      row.isolated = SqnrOf(reference, value);
      if (const auto file = rounded_.find(tap.tensor); file != rounded_.end()) {
        ACC_ASSIGN_OR_RETURN(Tensor in_float, Read(file->second, reference));
        Tensor made = value;
        if (LeaveOutInherited(reference, in_float, made)) {
          ACC_RETURN_IF_ERROR(WriteFile(file->second, in_float.bytes()));
        }
        row.own = SqnrOf(in_float, made);
        ACC_RETURN_IF_ERROR(Tell(tap.tensor, ErrorPart::kNone, in_float, made));
        if (!layers_.model.quantized) {
          ACC_RETURN_IF_ERROR(Tell(tap.tensor, ErrorPart::kArithmetic, in_float, made));
        }
      }
      const auto file = on_host.find(tap.tensor);
      if (file == on_host.end()) return OkStatus();
      ACC_ASSIGN_OR_RETURN(const Tensor host, Read(file->second, value));
      row.arithmetic = SqnrOf(host, value);
      return layers_.model.quantized ? Tell(tap.tensor, ErrorPart::kArithmetic, host, value)
                                     : OkStatus();
    };
    return RunGroups(RunOf(program_, layers_.engine, "layers on the target"), groups, Reference(),
                     measure, [&](const std::string& tensor, const std::string& reason) {
                       rows_.at(tensor).reason = reason;
                     });
  }

  Status Inherited(Groups groups) {
    const auto is_lost = [&](std::size_t tap) {
      return !layers_.values.HasTarget(in_float_.taps[tap].tensor);
    };
    std::erase_if(groups, [&](const target::NodeGroup& group) {
      return std::ranges::any_of(group.inputs, is_lost);
    });
    const auto given = [&](std::size_t tap, std::size_t) {
      return layers_.values.OfTarget(in_float_.taps[tap].tensor);
    };
    return InFloat(groups, in_float_, given, &Layer::inherited);
  }

  Status RoundedInputs(const Groups& groups) {
    const auto all = [&](std::size_t tap, std::size_t) -> Result<Tensor> {
      const std::string& tensor = in_float_.taps[tap].tensor;
      ACC_ASSIGN_OR_RETURN(const Tensor value, layers_.values.Reference(tensor));
      const auto& encoding = encodings_.at(tensor);
      return layers_.model.half && !encoding ? RoundedToHalf(value) : RoundedBy(encoding, value);
    };
    const auto in_range = [&](const target::Tap& tap, const Tensor& value) -> Result<Tensor> {
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tap.tensor));
      return InRangeOf(encodings_.at(tap.tensor), reference, value);
    };
    ACC_RETURN_IF_ERROR(Keep(in_float_, *float_, groups, all, "rounded", in_range, rounded_));
    if (!layers_.model.quantized) return OkStatus();
    std::size_t places = 0;
    for (const target::NodeGroup& group : groups) places = std::max(places, group.inputs.size());
    for (std::size_t place = 0; place < std::min(places, kMostPlaces); ++place) {
      ACC_RETURN_IF_ERROR(RoundedInput(groups, place));
    }
    return OkStatus();
  }

  // Of the groups that have so many inputs and quantize this one.
  Status RoundedInput(const Groups& all, std::size_t place) {
    Groups groups;
    std::map<std::string, std::string> input_of;
    for (const target::NodeGroup& group : all) {
      if (place >= group.inputs.size()) continue;
      const std::string& input = in_float_.taps[group.inputs[place]].tensor;
      if (!encodings_.at(input)) continue;
      groups.push_back(group);
      for (const std::size_t output : group.outputs) {
        input_of[in_float_.taps[output].tensor] = input;
      }
    }
    const auto given = [&](std::size_t tap, std::size_t at) -> Result<Tensor> {
      const std::string& tensor = in_float_.taps[tap].tensor;
      ACC_ASSIGN_OR_RETURN(const Tensor value, layers_.values.Reference(tensor));
      return at == place ? RoundedBy(encodings_.at(tensor), value) : value;
    };
    const auto made = [&](const target::Tap& tap, const Tensor& value) -> Status {
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tap.tensor));
      const auto db = SqnrOf(reference, value);
      const auto row = rows_.find(tap.tensor);
      if (!db || row == rows_.end()) return OkStatus();
      if (row->second.inputs && *row->second.inputs <= *db) return OkStatus();
      row->second.inputs = db;
      row->second.worst_input = input_of.at(tap.tensor);
      return OkStatus();
    };
    return RunGroups(RunOf(in_float_, *float_, "layers with a rounded input"), groups, given, made,
                     Quiet());
  }

  Status RoundedParams(const Groups& groups) {
    if (!layers_.model.quantized) return OkStatus();
    ACC_RETURN_IF_ERROR(InFloat(groups, Rounded(in_float_, EncodingsOf(layers_.model, false)),
                                Reference(), &Layer::weights, ErrorPart::kWeights));
    return InFloat(groups, Rounded(in_float_, EncodingsOf(layers_.model, true)), Reference(),
                   &Layer::bias, ErrorPart::kBias);
  }

  Status InFloat(const Groups& groups, const target::Program& program, const GivenValue& given,
                 Field field, ErrorPart part = ErrorPart::kNone) {
    const auto made = [&](const target::Tap& tap, const Tensor& value) -> Status {
      const auto row = rows_.find(tap.tensor);
      if (row == rows_.end()) return OkStatus();
      ACC_ASSIGN_OR_RETURN(const Tensor reference, layers_.values.Reference(tap.tensor));
      row->second.*field = SqnrOf(reference, value);
      return part == ErrorPart::kNone ? OkStatus() : Tell(tap.tensor, part, reference, value);
    };
    return RunGroups(RunOf(program, *float_, "layers in float"), groups, given, made, Quiet());
  }

  GroupRun RunOf(const target::Program& program, target::Engine& engine,
                 std::string_view what) const {
    return {program, engine, layers_.values, layers_.memory_budget_bytes, what};
  }

  static LostValue Quiet() {
    return [](const std::string& tensor, const std::string& reason) {
      LogDebug("'{}' does not run alone: {}", tensor, reason);
    };
  }

  // Inputs of a Concat beyond are not rounded one by one.
  static constexpr std::size_t kMostPlaces = 4;

  const LayersToMeasure& layers_;
  const std::set<std::string> only_;
  const ErrorSink sink_;
  const target::Program program_;
  const target::Program in_float_;
  std::unique_ptr<target::Engine> host_;
  std::unique_ptr<target::Engine> float_;
  std::map<std::string, std::optional<TensorEncoding>> encodings_;
  std::map<std::string, Layer> rows_;
  std::vector<std::string> order_;
  mutable std::mutex mutex_;                 // Of the sink and of maps that groups fill.
  std::map<std::string, fs::path> rounded_;  // What groups make of rounded inputs in float.
};

}  // namespace

Result<MeasuredLayers> MeasureLayers(const LayersToMeasure& layers) {
  MeasuredLayers measured;
  const std::map<std::string, fs::path>* rounded = nullptr;
  const auto keep = [&](const std::string& tensor, ErrorPart part,
                        const ErrorOfTensor& error) -> Status {
    if (part != ErrorPart::kNone) return OkStatus();
    const std::size_t number = measured.own_errors.size();
    MeasuredLayers::Files files{.to = layers.scratch / fmt::format("to_{}.raw", number)};
    ACC_RETURN_IF_ERROR(WriteFile(files.to, error.to.bytes()));
    if (const auto there = rounded->find(tensor); there != rounded->end()) {
      files.from = there->second;
    } else {
      files.from = layers.scratch / fmt::format("from_{}.raw", number);
      ACC_RETURN_IF_ERROR(WriteFile(files.from, error.from.bytes()));
    }
    measured.own_errors.emplace(tensor, std::move(files));
    return OkStatus();
  };
  Measuring measuring(layers, {}, keep);
  rounded = &measuring.rounded();
  ACC_ASSIGN_OR_RETURN(measured.layers, measuring.Run());
  return measured;
}

Result<std::vector<Layer>> MeasureNodes(const LayersToMeasure& layers,
                                        const std::set<std::string>& nodes) {
  const target::Program program = KnownProgram(layers);
  std::set<std::string> tensors;
  for (const target::NodeGroup& group : target::GroupsOf(program)) {
    const bool has_one = std::ranges::any_of(group.nodes, [&](std::size_t node) {
      return nodes.contains(program.graph.nodes[node].name);
    });
    if (!has_one) continue;
    for (const std::size_t output : group.outputs) tensors.insert(program.taps[output].tensor);
  }
  if (tensors.empty()) return std::vector<Layer>();
  return Measuring(layers, std::move(tensors), nullptr).RunIsolated();
}

Status PartsOf(const LayersToMeasure& layers, const std::set<std::string>& tensors,
               const ErrorSink& sink) {
  return Measuring(layers, tensors, sink).RunParts();
}

Result<ErrorOfTensor> ErrorOfParams(const LayersToMeasure& layers, const std::string& tensor,
                                    const std::map<std::string, TensorEncoding>& encodings) {
  std::optional<ErrorOfTensor> found;
  const auto keep = [&](const std::string& made, ErrorPart, const ErrorOfTensor& error) {
    if (made == tensor) found = error;
    return OkStatus();
  };
  ACC_RETURN_IF_ERROR(Measuring(layers, {tensor}, keep).RunParams(encodings));
  if (!found) return Failure("'" + Printable(tensor) + "' does not run alone");
  return *found;
}

target::Program FloatProgramOf(const LayersToMeasure& layers) {
  return FloatProgram(layers.model, KnownProgram(layers));
}

Result<ErrorOfTensor> ErrorOnTarget(const LayersToMeasure& layers, const std::string& tensor,
                                    const std::map<std::string, TensorEncoding>& encodings) {
  TargetModel model = layers.model;
  ACC_ASSIGN_OR_RETURN(model.quantized, QuantizedWith(layers.model, encodings));
  const LayersToMeasure changed{.model = model,
                                .values = layers.values,
                                .engine = layers.engine,
                                .is_host = layers.is_host,
                                .scratch = layers.scratch,
                                .memory_budget_bytes = layers.memory_budget_bytes};
  std::optional<ErrorOfTensor> found;
  const auto keep = [&](const std::string& made, ErrorPart, const ErrorOfTensor& error) {
    if (made == tensor) found = error;
    return OkStatus();
  };
  ACC_RETURN_IF_ERROR(Measuring(changed, {tensor}, keep).RunOnTarget());
  if (!found) return Failure("'" + Printable(tensor) + "' does not run alone");
  return *found;
}

std::vector<std::string> InputsOf(const LayersToMeasure& layers, const std::string& tensor) {
  return Measuring(layers, {tensor}, nullptr).Inputs();
}

}  // namespace acc::features
