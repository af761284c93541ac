// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/placement.h"

#include "base/text.h"

namespace acc::target {
namespace {

constexpr std::string_view kPlaced = "Node(s) placed on [";
constexpr std::string_view kCpu = "Node(s) placed on [CPUExecutionProvider]";
constexpr std::string_view kAllPlaced = "All nodes placed on [";
constexpr std::string_view kNodeName = "Node name: ";
constexpr std::string_view kReason = "REASON : ";

bool IsQuantization(std::string_view op_type) {
  return op_type == "QuantizeLinear" || op_type == "DequantizeLinear";
}

}  // namespace

void PlacementLog::Read(std::string_view message) {
  if (message.find(kReason) != std::string_view::npos) {
    ReadRefusal(message);
  } else {
    ReadPlacement(message);
  }
}

// A heading " Node(s) placed on [X]. Number of nodes: N" is followed by lines "  Type (name)".
void PlacementLog::ReadPlacement(std::string_view message) {
  if (message.find(kPlaced) != std::string_view::npos ||
      message.find(kAllPlaced) != std::string_view::npos) {
    listing_cpu_ = message.find(kCpu) != std::string_view::npos;
    return;
  }
  if (!listing_cpu_) return;
  const std::size_t open = message.find(" (");
  if (!message.starts_with("  ") || open == std::string_view::npos || !message.ends_with(")")) {
    listing_cpu_ = false;
    return;
  }
  const std::string op_type(Trim(message.substr(0, open)));
  const std::string name(message.substr(open + 2, message.size() - open - 3));
  if (!IsQuantization(op_type) && seen_.insert(name).second) on_cpu_.push_back({name, op_type, ""});
}

// One message of several lines: "\tOperator type: T Node name: N Node index: I" …, "\tREASON :
// why".
void PlacementLog::ReadRefusal(std::string_view message) {
  const std::size_t at = message.find(kReason) + kReason.size();
  const std::string reason(Trim(message.substr(at, message.find('\n', at) - at)));
  for (std::size_t name = message.find(kNodeName); name != std::string_view::npos;
       name = message.find(kNodeName, name)) {
    name += kNodeName.size();
    const std::size_t end = message.find(" Node index", name);
    reason_.emplace(message.substr(name, end - name), reason);
  }
}

std::vector<NotTaken> PlacementLog::NodesNotTaken() const {
  std::vector<NotTaken> nodes = on_cpu_;
  for (NotTaken& node : nodes) {
    if (const auto found = reason_.find(node.node); found != reason_.end())
      node.reason = found->second;
  }
  return nodes;
}

}  // namespace acc::target
