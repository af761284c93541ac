// SPDX-License-Identifier: BSD-3-Clause
// hazards.json of a target run: forms of nodes that the target is known to get wrong, each with
// what was measured of it here.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace acc::store {

struct HazardRecord {
  std::string rule;  // The same for all nodes of one form.
  std::string node;
  std::string op_type;
  std::string text;    // What is wrong and what to do instead, to be read behind the node's name.
  std::string tensor;  // That the node's layer stores, by the target's name; empty where unknown.

  // Of the layer alone, fed what the converted model has there in float.
  std::string processor;            // "HTP", "CPU"; empty where unknown.
  std::optional<double> isolated;   // SQNR in dB against float.
  std::optional<double> on_target;  // Against the host with the same codes.
  std::string reason;               // Why it was not measured; empty where it was.
};

Status WriteHazards(const std::filesystem::path& file, const std::vector<HazardRecord>& hazards);
// Fails for a file that is malformed, naming it.
Result<std::vector<HazardRecord>> ReadHazards(const std::filesystem::path& file);

}  // namespace acc::store
