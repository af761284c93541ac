// SPDX-License-Identifier: BSD-3-Clause
// Reads out of ONNX Runtime's log which nodes the HTP did not take, and why. The version of the
// interface that this program builds against has no call for it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "target/engine.h"

namespace acc::target {

class PlacementLog {
 public:
  // One message of the runtime while a session is made.
  void Read(std::string_view message);
  // Sorted by the order in which they were read, each once; QuantizeLinear and DequantizeLinear,
  // which stay behind with a node that was refused, are left out.
  std::vector<NotTaken> NodesNotTaken() const;

 private:
  void ReadPlacement(std::string_view message);
  void ReadRefusal(std::string_view message);

  bool listing_cpu_ = false;
  std::vector<NotTaken> on_cpu_;
  std::set<std::string> seen_;
  std::map<std::string, std::string> reason_;  // By node name.
};

}  // namespace acc::target
