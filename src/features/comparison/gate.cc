// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/text.h"

namespace acc::features {
namespace {

// Failures of one kind: how many, and the first of them.
class Kind {
 public:
  void Add(const std::string& name, const std::string& reason) {
    if (++count_ == 1) first_ = fmt::format("'{}': {}", Printable(name), Printable(reason));
  }
  // "Fails: 3 tensors are …; the first, 'a': …."
  void Tell(std::string_view what, std::vector<std::string>& failures) const {
    if (count_ == 0) return;
    failures.push_back(fmt::format("Fails the threshold: {} {}; {}{}.", Counted(count_, "tensor"),
                                   what, count_ == 1 ? "" : "the first, ", first_));
  }

 private:
  std::size_t count_ = 0;
  std::string first_;
};

bool HasThreshold(const report::Summary& summary) {
  return std::ranges::any_of(summary.columns, [](const report::Column& column) {
    return column.request.threshold.has_value();
  });
}

bool IsOutside(const report::Row& row) {
  return std::ranges::any_of(row.cells,
                             [](const auto& cell) { return cell && !cell->within_threshold; });
}

bool IsFailure(verify::Verdict verdict) {
  return verdict == verify::Verdict::kMismatch || verdict == verify::Verdict::kNotFinite ||
         verdict == verify::Verdict::kShapeMismatch;
}

void JudgeRows(const report::Summary& summary, std::vector<std::string>& failures) {
  Kind outside, not_finite, other_size, shipped;
  for (const report::Row& row : summary.rows) {
    if (row.verdict == verify::Verdict::kNotFinite) {
      not_finite.Add(row.name, row.reason);
    } else if (row.verdict == verify::Verdict::kShapeMismatch) {
      other_size.Add(row.name, row.reason);
    } else if (IsOutside(row)) {
      outside.Add(row.name, row.reason);
    }
    if (row.shipped && IsFailure(row.shipped->verdict)) shipped.Add(row.name, row.shipped->reason);
  }
  outside.Tell("outside it", failures);
  not_finite.Tell("with NaN or infinity on one side", failures);
  other_size.Tell("of another size", failures);
  shipped.Tell("of the run without capture, which ships", failures);
}

// The pairs that became no row: a file is missing, odd-sized or cannot be read.
void JudgeUnread(const report::Summary& summary, const match::Matches& matches,
                 std::vector<std::string>& failures) {
  Kind unread;
  for (std::size_t i = matches.unmatched_target.size(); i < summary.unmatched_target.size(); ++i) {
    unread.Add(summary.unmatched_target[i].name, summary.unmatched_target[i].reason);
  }
  unread.Tell("that cannot be compared", failures);
}

void JudgeUnmatched(const std::vector<match::Unmatched>& tensors, std::string_view what,
                    std::vector<std::string>& failures) {
  Kind lost;
  for (const match::Unmatched& tensor : tensors) {
    if (!tensor.expected) lost.Add(tensor.name, tensor.reason);
  }
  lost.Tell(what, failures);
}

}  // namespace

std::vector<std::string> GateFailures(const report::Summary& summary,
                                      const match::Matches& matches) {
  std::vector<std::string> failures;
  if (!HasThreshold(summary)) return failures;
  JudgeRows(summary, failures);
  JudgeUnread(summary, matches, failures);
  JudgeUnmatched(matches.unmatched_target, "of the target without a golden twin", failures);
  JudgeUnmatched(matches.unmatched_golden,
                 "of golden without a target twin (a --tensor_mapping "
                 "names those that have one)",
                 failures);
  return failures;
}

}  // namespace acc::features
