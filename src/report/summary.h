// SPDX-License-Identifier: BSD-3-Clause
// What the reports of one verification run show. The feature fills it; the reports format it and
// recompute nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inspect/code_use.h"
#include "inspect/common_bins.h"
#include "store/dissection.h"
#include "store/hazards.h"
#include "store/manifest.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"
#include "verify/comparison.h"

namespace acc::report {

// The reason why a golden tensor that conversion computes has no twin.
inline constexpr std::string_view kFoldedConstant = "folded into a constant";

// The processor of a Row that is not the chip's.
inline constexpr std::string_view kCpu = "CPU";

// One verifier with one set of parameters.
struct Column {
  std::string title;  // Unique among the columns; also the name of the folder of its pages.
  verify::Request request;
};

// What one verifier said of one tensor.
struct Cell {
  double score = 0;  // NaN where there is no answer; then `note` says why.
  std::string note;
  bool within_threshold = true;
};

// The error of one channel.
struct ChannelError {
  std::size_t channel = 0;
  double sqnr_db = 0;      // Infinite without noise, NaN without a signal.
  double noise_share = 0;  // Of the noise energy of the tensor, 0 to 1.
  double golden_min = 0;
  double golden_max = 0;
  double target_min = 0;
  double target_max = 0;
};

// How the values of a pair are spread.
struct Distribution {
  inspect::CommonBins bins;
  std::optional<inspect::CodeUse> code_use;  // Of an encoding with one step for all.
  std::uint64_t golden_outside = 0;          // Golden elements that the encoding cannot hold.
  std::size_t channel_count = 0;             // 0 where the channel axis is unknown.
  std::vector<ChannelError> worst_channels;  // Those with most of the noise, at most eight.
};

// What the run without capture, which ships, says of an output that capturing changed.
struct Shipped {
  double sqnr_db = std::numeric_limits<double>::quiet_NaN();  // As Row::sqnr_db.
  std::optional<double> agreement;                            // As Row::agreement.
  verify::Verdict verdict = verify::Verdict::kMatch;
  std::string reason;  // Of the verdict; empty for kMatch.
};

// One compared tensor.
struct Row {
  std::string name;  // The target's.
  std::string golden_name;
  std::string node;  // The node that made it; empty for inputs and where unknown.
  std::string layer_type;
  std::string processor;      // What computed it on the target: "HTP", "CPU"; empty: unknown.
  std::uint64_t size = 0;     // Elements.
  std::optional<Shape> dims;  // In the target's order.
  std::string layout;         // "NHWC", … where the target's order is known to be another.

  std::vector<std::optional<Cell>> cells;  // One for each column; nothing where it was not asked.
  // Always computed; infinite where nothing differs, NaN where undefined and where `agreement`
  // stands in its place.
  double sqnr_db = 0;
  // The share of equal elements, 0 to 1, of integers and truth values that name things: classes,
  // indices, tokens. Nothing for numbers.
  std::optional<double> agreement;
  std::optional<Shipped> shipped;  // Nothing where capturing changed nothing.
  verify::PairSums sums;
  verify::Verdict verdict = verify::Verdict::kMatch;
  std::string reason;                       // Of the verdict; empty for kMatch.
  std::vector<verify::WorstElement> worst;  // The worst first.

  // The compared tensors that its node reads. A read tensor that was not compared stands for the
  // ones that its own node reads, and so on.
  std::vector<std::size_t> inputs;
  bool is_output = false;  // No node reads it.

  std::string matched_by;  // The strategy that found the pair.
  std::string note;        // Doubts, such as an axis order that was inferred; or empty.
  std::optional<TensorEncoding> encoding;    // Of the target, where known.
  std::optional<Distribution> distribution;  // Where the sides pair up.
  std::optional<store::LayerErrors> layer;   // Where its layer was measured by itself.
  std::string inspection;  // The folder of its inspection, beside the reports; empty without one.
};

// The reason of the verdict and the note, in one text; or empty.
inline std::string RemarkOf(const Row& row) {
  return row.reason + (row.reason.empty() || row.note.empty() ? "" : "; ") + row.note;
}

// A node in the graph of one side, to be drawn.
struct GraphNode {
  std::string name;
  std::string type;                  // "Input" for an input of the graph.
  std::vector<std::string> outputs;  // The tensors that it makes.
  std::vector<std::size_t> inputs;   // The nodes that it reads: indices below its own, ascending.
  std::vector<std::size_t> rows;     // The compared tensors among its outputs, ascending.
  std::string absence;               // Why none of them was compared; empty where one was.
};

struct Graph {
  std::vector<GraphNode> nodes;  // The inputs of the graph first, then in topological order.
};

struct Summary {
  std::string golden_directory;
  std::string target_directory;
  std::string notice;  // Said at the top of the pages; empty for most.
  // Of the golden and of the target run, store::Manifest::statements.
  std::vector<std::string> statements;
  std::vector<std::string> command;  // The words after the program's name; may be empty.
  // Those that make the golden run; with --add_layer_outputs and a name it makes that tensor
  // alone. Empty where they are not known.
  std::vector<std::string> golden_command;
  std::vector<Column> columns;
  // Why the thresholds that the user set are not met, one sentence each; empty where they are, or
  // none was set.
  std::vector<std::string> gate;
  std::vector<Row> rows;     // In topological order where `topological`.
  bool topological = false;  // A graph struct gave order and inputs.
  // Of a target run that was taken apart; its layers are with their rows.
  std::optional<store::Dissection> dissection;
  std::vector<store::HazardRecord> hazards;  // Of the target run.
  std::vector<store::SkippedTensor> unmatched_golden;
  std::vector<store::SkippedTensor> unmatched_target;
  std::optional<Graph> golden_graph;  // Where the golden run described its graph.
  std::optional<Graph> target_graph;  // Where a graph struct was given or found.
};

}  // namespace acc::report
