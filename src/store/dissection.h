// SPDX-License-Identifier: BSD-3-Clause
// dissection.json of a target run: every layer measured by itself.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace acc::store {

// What can spoil a layer.
enum class ErrorPart {
  kNone,
  kConversion,  // The converted model in float is not the source's.
  kInput,       // The rounding of an input.
  kWeights,     // Of its weights.
  kBias,        // Of its bias.
  kOutput,      // Of its output.
  kArithmetic,  // The chip computes otherwise than the host with the same codes.
  kCapture,     // The run that captures gives another output than the one that does not.
};

// Errors of a layer with one input line, as in LayerErrors.
struct LayerAtLine {
  std::size_t line = 0;
  std::optional<double> accumulated;
  std::optional<double> isolated;
  std::optional<double> inherited;
  std::optional<double> own;
};

// One tensor that a group of nodes makes. Errors are SQNR in dB against the golden tensor, or
// against what the converted model makes in float where golden lacks it: infinite where nothing
// differs, nothing where that was not measured or the tensor holds no numbers. Of several lines,
// the noise (10^(-dB/10)) is the mean of theirs.
struct LayerErrors {
  std::string tensor;  // The target's name.
  std::string node;    // That makes it.
  std::string op_type;
  std::vector<std::string> group;  // The nodes that ran with it, itself among them.
  std::string processor;           // Of the isolated run: "HTP", "CPU"; empty where unknown.
  bool has_golden = false;

  std::optional<double> accumulated;  // In the run of the whole model.
  std::optional<double> isolated;     // The target's group, fed golden.
  std::optional<double> inherited;    // The group in float, fed what the target had.
  // What the layer adds itself: the isolated group against the group in float on the same rounded
  // inputs.
  std::optional<double> own;
  // The model's output in float, with the layer's own error added there and no other; or what it is
  // at least, as that of more layers together.
  std::optional<double> alone;
  std::optional<double> alone_at_least;
  // The same with every layer's own error but this one's.
  std::optional<double> without;

  // The group in float, fed golden, but for one thing.
  std::optional<double> conversion;  // For nothing: how well the converted model is the source's.
  std::optional<double> inputs;      // One input rounded by its encoding, the worst of them.
  std::string worst_input;           // That one.
  std::optional<double> weights;     // All weights rounded.
  std::optional<double> bias;        // All biases rounded.
  std::optional<double> output;      // The golden output itself, rounded.
  // The isolated group on the target against the same on the host: what the chip's arithmetic adds.
  std::optional<double> arithmetic;

  // Of an output that capturing changed: the captured one against that of the run without capture.
  std::optional<double> capture;

  std::string reason;  // Why it could not run alone; empty where it could.

  std::vector<LayerAtLine> lines;  // Of several lines, each; otherwise empty.
};

// The lowest SQNR of the model's outputs, in dB; nothing where none holds numbers.
struct LineOutput {
  std::size_t line = 0;  // Of the input list.
  std::optional<double> output_db;
};

// The model's output where everything up to a layer is the target's and the rest float.
struct Cut {
  std::string tensor;  // Of the last layer on the target.
  double output_db = 0;
};

// A change that leaves the output at least 3 dB better where the cause alone spoils it.
struct CauseRemedy {
  std::string what;     // "store it with 16 bits"
  std::string flag;     // That does it; or empty.
  double after_db = 0;  // The output, with the cause so mended and no other error.
};

// A layer whose own error, alone, leaves the output below 40 dB and makes a good part of its noise.
struct Cause {
  std::string tensor;
  std::string op_type;
  ErrorPart part = ErrorPart::kNone;  // What most of it comes from.
  std::string kind;                   // "clipping", "step too coarse", …
  std::string proof;                  // The numbers that say so.
  double output_db = 0;               // The output with this error alone.
  double share = 0;                   // Of the noise of all layers' errors together; 0 to 1.
  // The target's output where this layer alone computes in float; nothing where not measured.
  std::optional<double> without_db = {};
  std::optional<CauseRemedy> remedy;
  // Kind, proof and remedy are of this line of the input list, where the layer does most harm.
  std::size_t line = 0;
  std::vector<LineOutput> lines;  // Of several lines, the output with this error alone.
};

struct Dissection {
  std::size_t line = 0;             // Of the input list: the golden run's.
  std::vector<LineOutput> lines;    // All that were taken apart, with the run's output.
  std::vector<LayerErrors> layers;  // In the graph's order.
  std::vector<Cause> causes;        // The largest share first.
  // The lowest SQNR of the outputs, in dB: of the run, and in float with every layer's own error.
  std::optional<double> output_db;
  std::optional<double> all_errors_db;
  // The output of the target with the ranges of all remedies; nothing where no remedy is a range.
  std::optional<double> mended_db;
  std::vector<Cut> cuts;   // In the graph's order, those that were tried.
  std::string cause_note;  // What limits the search for them; mostly empty.
};

std::string_view Name(ErrorPart part);  // "weights", …; "" for kNone.

Status WriteDissection(const std::filesystem::path& file, const Dissection& dissection);
// Fails for a file that is malformed, naming it.
Result<Dissection> ReadDissection(const std::filesystem::path& file);

}  // namespace acc::store
