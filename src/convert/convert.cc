// SPDX-License-Identifier: BSD-3-Clause
#include "convert/convert.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "convert/axis_order.h"
#include "convert/rename.h"
#include "convert/state.h"

namespace acc::convert {
namespace {

struct PassRow {
  std::string_view what;  // For an error's context.
  Pass run;
};

// In this order: what one makes the next one uses.
constexpr std::array kPasses = {
    PassRow{"fixing the input dims", &FixInputDims},
    PassRow{"choosing the outputs", &CutToOutputs},
    PassRow{"checking the operators", &CheckTranslated},
    PassRow{"making floats float32", &MakeFloat32},
    PassRow{"folding constants", &FoldConstants},
    PassRow{"counting groups of channels", &CountConvolutionGroups},
    PassRow{"removing identities", &RemoveIdentities},
    PassRow{"holding images channel-first", &HoldChannelFirst},
    PassRow{"fusing patterns", &FusePatterns},
    PassRow{"folding batch norms", &FoldBatchNorm},
    PassRow{"taking group norms apart", &SplitGroupNorms},
    PassRow{"squeezing indices", &SqueezeArgs},
    PassRow{"dividing for reciprocals", &DivideReciprocals},
    PassRow{"dropping unused nodes", &DropUnusedNodes},
    PassRow{"equalizing layers", &EqualizeLayers},
};

Status RunPasses(State& state) {
  for (const PassRow& pass : kPasses) {
    Status status = pass.run(state);
    if (status.code() == StatusCode::kUsage) return status;  // Says it all.
    if (!status.ok())
      return status.WithContext(std::string("conversion, ") + std::string(pass.what));
  }
  return state.UpdateTypes().WithContext("conversion");
}

void TypeOutputs(State& state) {
  for (ValueInfo& output : state.graph.outputs) {
    if (const ValueInfo* info = state.TypeOf(output.name)) output = *info;
  }
}

// The tensors of the graph under their names in it, as records under their target names.
std::map<std::string, TargetTensor> TensorRecords(const State& state, const NameMap& target_names) {
  std::map<std::string, TargetTensor> records;
  for (const auto& [name, axis_order] : AxisOrders(state)) {
    TargetTensor record;
    record.axis_order = axis_order;
    const auto translated = state.graph.source_tensors.find(name);
    if (translated != state.graph.source_tensors.end()) record.held = translated->second.held;
    record.is_shown = !state.IsAddedByTranslation(name) && !state.added.contains(name);
    if (state.IsSource(name)) record.source = name;
    if (const ValueInfo* info = state.TypeOf(name)) {
      record.info = *info;
    } else {
      record.info.has_rank = false;
    }
    record.info.name = target_names.at(name);
    records.emplace(record.info.name, std::move(record));
  }
  return records;
}

std::vector<Removed> RemovedTensors(const model::Graph& source, const State& state,
                                    const std::unordered_set<std::string>& kept) {
  std::vector<Removed> removed;
  std::unordered_set<std::string> seen = kept;
  const auto add = [&](const std::string& name) {
    if (state.IsSource(name) && seen.insert(name).second) {
      removed.push_back({name, state.WhyRemoved(name), state.TwinOf(name)});
    }
  };
  for (const ValueInfo& input : source.inputs) add(input.name);
  for (const model::Node& node : source.nodes) std::ranges::for_each(node.outputs, add);
  for (const auto& [name, reason] : source.onnx_quantization.removed) {
    if (seen.insert(name).second) removed.push_back({name, reason});
  }
  for (const auto& [name, tensor] : source.source_tensors) {
    if (seen.insert(name).second) removed.push_back({name, "folded into a constant"});
  }
  return removed;
}

bool IsWordCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

AxisOrder WrittenOrder(const TargetTensor& tensor) {
  return tensor.held == AxisOrder::kChannelFirst ? AxisOrder::kChannelLast : tensor.axis_order;
}

std::string SanitizedName(std::string_view source_name) {
  std::string name(source_name);
  std::ranges::replace_if(
      name, [](char c) { return !IsWordCharacter(c); }, '_');
  const bool needs_prefix = name.empty() || (name[0] >= '0' && name[0] <= '9');
  return needs_prefix ? "_" + name : name;
}

Result<TargetGraph> Convert(const model::Graph& source, const Options& options, Oracle& oracle) {
  State state(source, options, oracle);
  ACC_RETURN_IF_ERROR(RunPasses(state));
  TypeOutputs(state);

  TargetGraph target;
  target.graph = state.graph;
  target.equalization = std::move(state.equalization);
  target.made_float32 = std::move(state.made_float32);
  model::UniqueNames taken;
  const NameMap target_names = RenameTensors(target.graph, &SanitizedName, taken);
  RenameNodes(target.graph, &SanitizedName);
  target.tensors = TensorRecords(state, target_names);
  std::unordered_set<std::string> kept;
  for (const auto& [name, tensor] : target.tensors) kept.insert(tensor.source);
  target.removed = RemovedTensors(source, state, kept);
  return target;
}

}  // namespace acc::convert
