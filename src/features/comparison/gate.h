// SPDX-License-Identifier: BSD-3-Clause
// Whether a comparison passes the thresholds that the user set.
#pragma once

#include <string>
#include <vector>

#include "match/match.h"
#include "report/summary.h"

namespace acc::features {

// Why it does not, one sentence for each kind of failure; empty where it does and where no
// threshold was set. With a threshold on any verifier, what could not be judged fails as well: NaN
// and infinity that disagree, files of another size, pairs that cannot be read (the rows of
// `summary` leave them out), and tensors without a twin that nothing explains.
std::vector<std::string> GateFailures(const report::Summary& summary,
                                      const match::Matches& matches);

}  // namespace acc::features
