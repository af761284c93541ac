// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/check_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace acc::features {

namespace {

// One value, on which the range ends or another code lies: whatever the encoding, nothing shows.
bool ProvesNothing(const inspect::CheckSubject& subject) {
  constexpr double kFloatRounding = 1e-6;
  const inspect::ValueFacts& values = subject.values;
  if (subject.quantized == nullptr || values.count == 0 || values.min != values.max) return false;
  const double difference = std::max(std::abs(subject.quantized->min - values.min),
                                     std::abs(subject.quantized->max - values.max));
  return difference <= kFloatRounding * std::abs(values.max);
}

}  // namespace

report::CheckRow RowOf(const WantedCheck& check, const CheckedOperator& op,
                       const std::string& tensor, const inspect::CheckSubject& subject) {
  report::CheckRow row{.op_name = op.name,
                       .node = tensor,
                       .threshold = check.threshold_text,
                       .algorithm = std::string(check.check->name)};
  if (subject.values.count > 0) {
    inspect::CheckResult result = check.check->judge(subject, check.threshold);
    row.passes = result.passes;
    row.difference = std::move(result.difference);
    row.log_difference = std::move(result.log_difference);
    if (row.passes && ProvesNothing(subject)) {
      row.difference += " (proves nothing: its only value lies on a code)";
    }
  }
  if (subject.values.not_finite > 0 || subject.values.count == 0) {
    row.passes = false;
    row.difference += fmt::format("{}{} values are NaN or infinite",
                                  row.difference.empty() ? "" : "; ", subject.values.not_finite);
    row.log_difference.clear();
  }
  return row;
}

report::CheckTable ParamTable(const std::vector<WantedCheck>& checks, const CheckedGraph& graph,
                              const OptionResult& result, bool biases) {
  report::CheckTable table{.kind = biases ? report::Checked::kBias : report::Checked::kWeight};
  for (std::size_t i = 0; i < graph.params.size(); ++i) {
    const CheckedParam& param = graph.params[i];
    const ParamResult& of_option = result.params[i];
    if (param.is_bias != biases || !of_option.encoding) continue;
    const int bitwidth = of_option.encoding->channels.front().bitwidth;
    for (const WantedCheck& check : checks) {
      table.rows.push_back(
          RowOf(check, param.reader, param.tensor, {param.facts, &of_option.facts, bitwidth}));
    }
  }
  return table;
}

report::CheckTable ActivationTable(const std::vector<WantedCheck>& checks,
                                   const CheckedGraph& graph, const OptionResult& result,
                                   const std::vector<std::string>& stored,
                                   const FactsOfTensor& values,
                                   const QuantizedFactsOfTensor& quantized,
                                   const std::string& input) {
  report::CheckTable table{.kind = report::Checked::kActivation};
  for (const std::string& tensor : stored) {
    const auto encoding = result.activations.find(tensor);
    const inspect::ValueFacts* facts = values(tensor);
    if (encoding == result.activations.end() || encoding->second.is_float || facts == nullptr) {
      continue;
    }
    const Encoding& range = encoding->second.channels.front();
    const inspect::QuantizationFacts* seen = quantized(tensor);
    const auto judged = seen != nullptr ? *seen : inspect::RangeFacts(*facts, range);
    for (const WantedCheck& check : checks) {
      table.rows.push_back(
          RowOf(check, graph.maker.at(tensor), tensor, {*facts, &judged, range.bitwidth}));
      table.rows.back().input = input;
    }
  }
  return table;
}

inspect::CheckNeeds Joined(const inspect::CheckNeeds& one, const inspect::CheckNeeds& other) {
  return {.elements = one.elements || other.elements,
          .entropy = one.entropy || other.entropy,
          .moments = one.moments || other.moments,
          .order = one.order || other.order,
          .distinct = one.distinct || other.distinct,
          .swallowed = one.swallowed || other.swallowed};
}

inspect::CheckNeeds NeedsOf(const std::vector<WantedCheck>& checks) {
  inspect::CheckNeeds needs;
  for (const WantedCheck& check : checks) needs = Joined(needs, check.check->needs);
  return needs;
}

}  // namespace acc::features
