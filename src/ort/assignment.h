// SPDX-License-Identifier: BSD-3-Clause
// Which execution provider computes each node of a session. ONNX Runtime tells so from version 1.24
// on; the headers that this program is built with may be older, so the calls are declared here.
#pragma once

#include <vector>

#include "ort/session.h"

struct OrtSession;

namespace acc::ort {

// The session's configuration entry that makes the runtime remember what AssignmentOf asks for.
inline constexpr char kRecordAssignment[] = "session.record_ep_graph_assignment_info";

// Whether the library that LoadOnnxRuntime() opened is new enough.
bool TellsAssignment();

// Every node that the session runs, those of one compiled group side by side. Nodes have the names
// that the runtime knows them by: it renames those whose axis order it changes ("conv" becomes
// "conv_token_1") and adds some of its own. Throws Ort::Exception. Only where TellsAssignment().
std::vector<AssignedNode> AssignmentOf(const OrtSession* session);

}  // namespace acc::ort
