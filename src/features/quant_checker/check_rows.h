// SPDX-License-Identifier: BSD-3-Clause
// From facts to the rows of reports.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "features/quant_checker/checked_graph.h"
#include "features/quant_checker/config.h"
#include "features/quant_checker/option_result.h"
#include "report/check_report.h"

namespace acc::features {

// What one of `checks` says of a tensor.
report::CheckRow RowOf(const WantedCheck& check, const CheckedOperator& op,
                       const std::string& tensor, const inspect::CheckSubject& subject);

// Of the weights or the biases of an option.
report::CheckTable ParamTable(const std::vector<WantedCheck>& checks, const CheckedGraph& graph,
                              const OptionResult& result, bool biases);

// Facts of a tensor at one line; null where there are none.
using FactsOfTensor = std::function<const inspect::ValueFacts*(const std::string& tensor)>;
using QuantizedFactsOfTensor =
    std::function<const inspect::QuantizationFacts*(const std::string& tensor)>;

// Of the activations of an option at one line, in the order of `stored`. Where `quantized` knows
// nothing of a tensor, its range is judged alone.
report::CheckTable ActivationTable(const std::vector<WantedCheck>& checks,
                                   const CheckedGraph& graph, const OptionResult& result,
                                   const std::vector<std::string>& stored,
                                   const FactsOfTensor& values,
                                   const QuantizedFactsOfTensor& quantized,
                                   const std::string& input);

// What all checks of a list together have to know.
inspect::CheckNeeds NeedsOf(const std::vector<WantedCheck>& checks);
// What any of the two has to.
inspect::CheckNeeds Joined(const inspect::CheckNeeds& one, const inspect::CheckNeeds& other);

}  // namespace acc::features
