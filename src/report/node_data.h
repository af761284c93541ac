// SPDX-License-Identifier: BSD-3-Clause
// node_data.json: the SQNR of every tensor as a node data overlay of Google's Model Explorer, which
// colours the source model's nodes by it.
#pragma once

#include "base/json.h"
#include "report/findings.h"
#include "report/summary.h"

namespace acc::report {

// {"name", "results": {"<golden tensor>": {"value": dB}}, "thresholds": [{"value", "bgColor",
// "textColor"}]}: the form for one graph, which the viewer lays over the graph that is open,
// whatever it calls it. Tensors go by their golden names, as Model Explorer knows them from the
// source model; of several targets of one golden tensor the worst counts. Values are cut to 0 to
// 100 dB, because JSON has no infinity; a swallowed tensor (see findings.h) has 0 dB, and tensors
// without an SQNR are left out.
Json NodeDataJson(const Summary& summary, const Findings& findings);

}  // namespace acc::report
