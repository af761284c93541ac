// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/target_places.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>

#include "base/text.h"
#include "model/macs.h"

namespace acc::features {
namespace {

using target::NodePlace;
using target::Processor;

// Dims of the program's tensors: those of the float graph, of constants, and of the integers and
// real values around quantization, which have the dims of what is quantized.
class ProgramDims {
 public:
  explicit ProgramDims(const TargetModel& model, const model::Graph& graph)
      : model_(model), graph_(graph), connections_(graph) {}

  const Shape* Find(const std::string& name) const {
    const auto known = model_.converted.tensors.find(name);
    if (known != model_.converted.tensors.end()) {
      return known->second.info.has_rank ? &known->second.info.dims : nullptr;
    }
    const auto constant = graph_.initializers.find(name);
    if (constant != graph_.initializers.end()) return &constant->second.dims();
    const int maker = connections_.Producer(name);
    if (maker < 0 || !target::IsQuantization(graph_.nodes[maker].op_type)) return nullptr;
    return Find(graph_.nodes[maker].inputs[0]);
  }

 private:
  const TargetModel& model_;
  const model::Graph& graph_;
  model::Connections connections_;
};

struct Sums {
  std::size_t nodes = 0;
  std::size_t on_htp = 0;
  std::size_t unknown = 0;
  std::size_t uncounted = 0;  // Not on the HTP, of unknown multiply-accumulates.
  double macs = 0;
  double htp_macs = 0;
};

// `places` has the graph's nodes in their order, those of quantization apart.
Sums SumsOf(const TargetModel& model, std::span<const NodePlace> places) {
  const model::Graph& graph = ExecutedGraph(model);
  const ProgramDims dims(model, graph);
  Sums sums;
  for (const model::Node& node : graph.nodes) {
    if (target::IsQuantization(node.op_type) || sums.nodes == places.size()) continue;
    const Processor processor = places[sums.nodes++].processor;
    const auto counted =
        model::MultiplyAccumulates(node, [&](const std::string& name) { return dims.Find(name); });
    const auto macs = static_cast<double>(counted.value_or(0));
    sums.macs += macs;
    sums.unknown += processor == Processor::kUnknown ? 1 : 0;
    if (processor != Processor::kHtp) {
      sums.uncounted += !counted && model::MayMultiply(node) ? 1 : 0;
      continue;
    }
    ++sums.on_htp;
    sums.htp_macs += macs;
  }
  return sums;
}

// A share below one is never rounded up to 100 %.
std::string Percent(double part, double whole) {
  const double percent = 100 * part / whole;
  return fmt::format("{:.1f} %", part < whole ? std::min(percent, 99.9) : percent);
}

}  // namespace

std::string PlaceStatement(const TargetModel& model, std::span<const NodePlace> places) {
  if (places.empty()) return "";
  const Sums sums = SumsOf(model, places);
  std::string text = fmt::format("The HTP computed {} of {} nodes", sums.on_htp, sums.nodes);
  if (sums.on_htp == sums.nodes) {
    text = sums.nodes == 1 ? "The HTP computed the only node"
                           : fmt::format("The HTP computed all {} nodes", sums.nodes);
  }
  if (sums.uncounted > 0) {
    text += ", an unknown share of the multiply-accumulates";
  } else if (sums.macs > 0 && sums.on_htp < sums.nodes) {
    text += fmt::format(", {} of the multiply-accumulates", Percent(sums.htp_macs, sums.macs));
  }
  const std::size_t on_cpu = sums.nodes - sums.on_htp - sums.unknown;
  if (on_cpu > 0) text += fmt::format("; the host's CPU computed {}", on_cpu);
  if (sums.unknown > 0) {
    text += fmt::format(
        "; nothing is known of {}, which the runtime merged into others or could not run",
        sums.unknown);
  }
  return text + ".";
}

std::string CaptureStatement(std::span<const NodePlace> captured,
                             std::span<const NodePlace> plain) {
  std::size_t moved = 0;
  std::string first;
  for (std::size_t i = 0; i < captured.size() && i < plain.size(); ++i) {
    if (captured[i].processor != Processor::kCpu || plain[i].processor != Processor::kHtp) continue;
    if (moved++ == 0) first = captured[i].node;
  }
  if (moved == 0) return "";
  return fmt::format("Capturing kept {} off the HTP that it computes otherwise, '{}' the first.",
                     Counted(moved, "node"), Printable(first));
}

}  // namespace acc::features
