// SPDX-License-Identifier: BSD-3-Clause
// What the measurements of a dissection say: whether a layer makes the error or passes it on, and
// what in it makes it.
//
// All of it is judged by noise, the power of an error against that of the golden tensor: 0.01 is
// 20 dB. A layer makes an error that shows where its own noise is half or more of the noise that
// the whole run has there, and passes one on where that is so of what it inherits. The rounding of
// an input is the error of the layer that makes it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/dissection.h"

namespace acc::report {

enum class LayerRole {
  kUnknown,   // Something was not measured.
  kFaithful,  // The whole run is at 40 dB or above here.
  kMakes,
  kPassesOn,
  kBoth,
  kNeither,  // Its inputs are wrong in a way that hurts only together with its own error.
};

LayerRole RoleOf(const store::LayerErrors& layer);
std::string_view Name(LayerRole role);  // "makes", "passes on", …

// What makes most of a layer's error, of what was measured apart.
struct LargestPart {
  store::ErrorPart part = store::ErrorPart::kNone;
  double db = 0;  // With this part alone.
};
LargestPart LargestPartOf(const store::LayerErrors& layer);
// "the rounding of its weights", …; names the input where that is meant.
std::string PartText(const store::LayerErrors& layer, store::ErrorPart part);

// The line with which a layer's own error is loudest, and how many lines have less than 40 dB of
// it; nothing where not several lines were measured.
struct WorstLine {
  std::size_t line = 0;
  double own = 0;
  std::size_t unfaithful = 0;
};
std::optional<WorstLine> WorstLineOf(const store::LayerErrors& layer);

// The output where the model is cut behind that tensor; nothing where that was not tried.
std::optional<double> CutAt(const store::Dissection& dissection, const std::string& tensor);

// The first cut with which the output has half of the noise of the whole run, with the one before
// it where there is one; nothing without cuts.
struct BadCut {
  store::Cut cut;
  std::optional<store::Cut> before;
};
std::optional<BadCut> FirstBadCut(const std::vector<store::Cut>& cuts);

// A row for each tensor.
std::string DissectionCsv(const store::Dissection& dissection);
// Of several lines: a row for each tensor and line.
std::string DissectionLinesCsv(const store::Dissection& dissection);

// For the terminal: the causes of the output's error, the largest first; without any the layers
// that make an error that shows.
std::vector<std::string> DissectionLines(const store::Dissection& dissection);

// The cause that weighs most, in one sentence, or that there is none.
std::string CauseHeadline(const store::Dissection& dissection);

// What proves the first cause and what mends it, a sentence each; none where none is named.
std::vector<std::string> CauseSentences(const store::Dissection& dissection);

// The causes as a table with the id "causes"; empty where there are none.
std::string CausesHtml(const store::Dissection& dissection);

}  // namespace acc::report
