// SPDX-License-Identifier: BSD-3-Clause
// What a session of ONNX Runtime with Qualcomm's plugin says while it is made.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ort/session.h"

namespace acc::target {

struct SessionLog {
  std::vector<ort::AssignedNode> nodes;         // Empty where no session was made.
  std::map<std::string, std::string> refusals;  // Why the HTP did not take a node, by its name.
  std::vector<std::string> errors;              // Each once.
  std::string backend;  // What the simulator's library calls itself, "HTP_QTI_AISW"; may be empty.
  std::string last_validation;  // How Qualcomm's library refused an operator, before the refusal.

  // One message of the runtime.
  void Read(std::string_view message, bool is_error);
};

}  // namespace acc::target
