// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/float_run.h"

#include <algorithm>

#include "features/source_model/quantization.h"

namespace acc::features {
namespace {

std::uint64_t OutputBytes(const convert::TargetGraph& target) {
  constexpr std::uint64_t kUnknownBytes = std::uint64_t{8} << 20;
  std::uint64_t bytes = 0;
  for (const ValueInfo& output : target.graph.outputs) {
    const auto count = output.has_rank ? ElementCount(output.dims) : std::nullopt;
    bytes += count ? *count * sizeof(float) : kUnknownBytes;
  }
  return std::max<std::uint64_t>(bytes, 1);
}

// Which tensors of a graph are still to be seen, in the graph's order.
std::vector<std::string> Unseen(const CheckedGraph& graph, const FloatRunPlan& plan,
                                bool with_outputs, std::set<std::string>& seen) {
  std::vector<std::string> tensors;
  const auto take = [&](const std::string& tensor) {
    if (seen.insert(tensor).second) tensors.push_back(tensor);
  };
  for (const auto& [tensor, maker] : graph.maker) {
    if (plan.stored.contains(tensor) || plan.checked.contains(tensor)) take(tensor);
  }
  if (!with_outputs) return tensors;
  for (const ValueInfo& output : graph.target.graph.outputs) take(output.name);
  return tensors;
}

}  // namespace

LineFacts::LineFacts(std::set<std::string> tensors, std::size_t first_line, std::size_t lines)
    : first_line_(first_line) {
  for (const std::string& tensor : tensors) facts_[tensor].resize(lines);
}

void LineFacts::Set(std::size_t line, const std::string& tensor, const inspect::ValueFacts& facts) {
  const auto found = facts_.find(tensor);
  if (found != facts_.end()) found->second[line - first_line_] = {.seen = true, .facts = facts};
}

const inspect::ValueFacts* LineFacts::Of(std::size_t line, const std::string& tensor) const {
  const auto found = facts_.find(tensor);
  if (found == facts_.end()) return nullptr;
  const Cell& cell = found->second[line - first_line_];
  return cell.seen ? &cell.facts : nullptr;
}

Result<FloatRun> RunFloatGraphs(std::span<const CheckedGraph> graphs, const InputLines& lines,
                                const FloatRunPlan& plan) {
  FloatRun run;
  run.calibrator = std::make_unique<quantize::Calibrator>(plan.stored, plan.stored);
  const std::uint64_t budget = plan.memory_budget_bytes / 4;
  if (plan.checked.size() * lines.size() * sizeof(inspect::ValueFacts) <= budget) {
    run.facts = std::make_unique<LineFacts>(plan.checked, 0, lines.size());
  }
  const convert::TargetGraph& first = graphs.front().target;
  run.outputs.lines = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(budget / OutputBytes(first), 1, lines.size()));
  for (const ValueInfo& output : first.graph.outputs) {
    run.outputs.values[output.name].resize(run.outputs.lines);
  }
  const auto see = [&](std::size_t line, const std::string& tensor,
                       const TensorView& value) -> Status {
    ACC_ASSIGN_OR_RETURN(const Floats floats, Floats::Of(value));
    run.calibrator->Observe(tensor, floats.values());
    if (run.facts != nullptr && plan.checked.contains(tensor)) {
      run.facts->Set(line, tensor, inspect::FactsOf(floats.values(), plan.wanted_facts));
    }
    const auto output = run.outputs.values.find(tensor);
    if (output != run.outputs.values.end() && line < run.outputs.lines) {
      output->second[line].assign(floats.values().begin(), floats.values().end());
    }
    return OkStatus();
  };
  std::set<std::string> seen;
  for (const CheckedGraph& graph : graphs) {
    const auto tensors = Unseen(graph, plan, &graph == &graphs.front(), seen);
    ACC_RETURN_IF_ERROR(RunFloat(graph.target, tensors, lines, {0, lines.size()},
                                 plan.memory_budget_bytes / 2, see, "calibration"));
  }
  return run;
}

}  // namespace acc::features
