// SPDX-License-Identifier: BSD-3-Clause
// What a user wants to know first: where golden and target part.
//
// The measure is SQNR in dB. It counts between 40 dB (the error is 1 % of the signal: the tensor is
// faithful) and 0 dB (the error is as large as the signal: it cannot get worse); above and below it
// is clamped. A tensor's loss is the lowest SQNR of the tensors its node reads minus its own;
// tensors that are read but have no SQNR, and inputs of the graph, count as faithful; integers that
// are not all equal count as what they were made of. A tensor
// diverges when it loses 10 dB or more. None of this depends on the user's thresholds.
//
// Huge elements hide what a step swallows (inspect/code_use.h), so SQNR does not have the last word
// where an encoding has one step for the tensor. A tensor is swallowed, and counts as 0 dB, where
//   - the step leaves at most 8 effective codes and rounds at least two elements and 1 % of those
//     that are not zero to zero, or rounds 90 % of them to zero; and
//   - it shows: a tensor that reads it loses 10 dB or more by SQNR or is swallowed as well, or
//     90 % of it are lost, nothing reads it and its values are no shares (within 0 … 1, as Softmax
//     leaves them near zero rightly).
// Without a topological order none is swallowed, as what reads a tensor is unknown then.
//
// Where a layer ran alone on golden inputs (Row::layer), its own error there is a measurement where
// the loss is a heuristic: 40 dB minus it, clamped the same way, is then what the tensor loses, for
// the first that diverges, the largest loss and the worst. A swallowed tensor keeps its 0 dB.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "report/summary.h"

namespace acc::report {

inline constexpr double kFaithfulDb = verify::kFaithfulDb;
inline constexpr double kDivergingLossDb = 10;

// Tensors are indices into Summary::rows.
struct Findings {
  std::optional<std::size_t> first_not_finite;
  std::optional<std::size_t> first_both_nan;   // NaN in the same elements of both sides.
  std::optional<std::size_t> first_diverging;  // Nothing without a topological order.
  std::optional<std::size_t> largest_loss;     // Nothing where no tensor loses anything.
  std::optional<std::size_t> lowest;           // The lowest SQNR.
  std::vector<std::size_t> worst;  // At most five: the largest losses, or else the lowest SQNR.
  std::vector<bool> swallowed;     // Of each row: its step swallows the values that matter.
  std::vector<double> loss_db;     // Of each row; NaN where unknown, negative for a gain.
  std::vector<double> inputs_db;   // The lowest SQNR among what each row reads; NaN where unknown.
  // Of each row what it makes itself, in dB, by which rows are ranked: measured where its layer ran
  // alone, otherwise loss_db.
  std::vector<double> makes_db;
  std::vector<bool> ran_alone;  // Of each row: makes_db was measured.

  std::size_t matching = 0;
  std::size_t mismatching = 0;  // Outside a threshold of the user, or of another size.
  std::size_t suspicious = 0;
  std::size_t not_finite = 0;
  std::size_t not_judged = 0;  // No threshold was set, and the SQNR is below kFaithfulDb.
  std::size_t noted = 0;       // Rows with a note, such as a guessed axis order.
};

Findings FindingsOf(const Summary& summary);

// Whether the first tensor to diverge loses most and is swallowed: then it is named once, as its
// decibels are no measurement.
bool SwallowsFirst(const Findings& findings);

// What a swallowed row lost, in one sentence without its name: "its step of 39.2 is larger than …".
// Where the row's own values do not ask for such a step, it names the tensor whose encoding it
// shares.
std::string SwallowedText(const Summary& summary, std::size_t row);

// The findings as lines of text for a terminal, the most important first; the five worst last.
std::vector<std::string> TextLines(const Summary& summary, const Findings& findings);

// The SQNR of what a row's layer adds itself, measured alone: on the target, or already in float by
// conversion, whichever is louder. Nothing where that was not measured.
std::optional<double> OwnErrorOf(const Row& row);

// What is measured of the tensor that makes the largest error: the title of Findings::largest_loss.
std::string LargestLossTitle(const Findings& findings);

// Of results that name things (Row::agreement), the one of which the fewest elements are equal;
// nothing where all are equal or there are none.
std::optional<std::string> AgreementHeadline(const Summary& summary);

// The answer in one sentence each, without the five worst; plain text.
std::vector<std::string> Headlines(const Summary& summary, const Findings& findings);

}  // namespace acc::report
