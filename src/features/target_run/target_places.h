// SPDX-License-Identifier: BSD-3-Clause
// What a target run says of where its nodes were computed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "features/target_run/target_run.h"
#include "target/engine.h"

namespace acc::features {

// "The HTP computed 164 of 166 nodes, 99.9 % of the multiply-accumulates.", and how many nodes
// nothing is known of. Empty where `places` is. `places` are those of the model's program.
std::string PlaceStatement(const TargetModel& model, std::span<const target::NodePlace> places);

// Of nodes that the HTP computes where nothing is captured, and did not where the tensors were
// captured; empty where there are none.
std::string CaptureStatement(std::span<const target::NodePlace> captured,
                             std::span<const target::NodePlace> plain);

}  // namespace acc::features
