// SPDX-License-Identifier: BSD-3-Clause
// Marks the tensors that operators on images read and make, and spreads the mark along operators
// that keep the order of axes, in both directions, until nothing new is marked: an Add of an image
// and another tensor of its rank makes both images. Each tensor is marked once, so that the work is
// linear in the edges.
#include "model/translation/axis_plan.h"

#include <cstddef>
#include <deque>

namespace acc::model {
namespace {

using Kind = PlannedNode::Kind;

class Propagation {
 public:
  Propagation(const std::unordered_map<std::string, Shape>& dims,
              const std::vector<PlannedNode>& nodes)
      : dims_(dims), nodes_(nodes) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const PlannedNode& node = nodes[i];
      if (node.kind == Kind::kSpatial) MarkSpatial(node);
      if (node.kind != Kind::kFollowing && node.kind != Kind::kReshaping) continue;
      for (const auto* names : {node.inputs, node.outputs}) {
        for (const std::string& name : *names) following_[name].push_back(i);
      }
    }
  }

  std::unordered_set<std::string> Run() {
    while (!open_.empty()) {
      const std::string name = open_.front();
      open_.pop_front();
      for (const std::size_t node : following_[name]) Spread(name, nodes_[node]);
    }
    return std::move(images_);
  }

 private:
  // Only the first input is an image; the others are weights, grids, regions.
  void MarkSpatial(const PlannedNode& node) {
    if (!node.inputs->empty()) Mark(node.inputs->front());
    if (!node.outputs->empty()) Mark(node.outputs->front());
  }

  void Mark(const std::string& name) {
    const auto dims = dims_.find(name);
    if (dims == dims_.end() || dims->second.size() < 3 || dims->second.size() > 5) return;
    if (images_.insert(name).second) open_.push_back(name);
  }

  void Spread(const std::string& from, const PlannedNode& node) {
    const std::size_t rank = dims_.at(from).size();
    const bool all_ranks = node.kind == Kind::kReshaping;
    for (const auto* names : {node.inputs, node.outputs}) {
      for (const std::string& name : *names) {
        const auto found = dims_.find(name);
        if (found != dims_.end() && (all_ranks || found->second.size() == rank)) Mark(name);
      }
    }
  }

  const std::unordered_map<std::string, Shape>& dims_;
  const std::vector<PlannedNode>& nodes_;
  std::unordered_map<std::string, std::vector<std::size_t>> following_;
  std::unordered_set<std::string> images_;
  std::deque<std::string> open_;
};

}  // namespace

std::unordered_set<std::string> PlanImages(const std::unordered_map<std::string, Shape>& dims,
                                           const std::vector<PlannedNode>& nodes) {
  return Propagation(dims, nodes).Run();
}

}  // namespace acc::model
