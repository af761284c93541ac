// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/frozen_graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"
#include "model/tensorflow/file.h"
#include "model/tensorflow/types.h"

namespace acc::model::tensorflow {
namespace {

std::size_t PortOf(std::string_view tensor) {
  const auto port = ParseInt(tensor.substr(tensor.rfind(':') + 1));
  return static_cast<std::size_t>(port.value_or(0));
}

constexpr std::size_t kMostOutputs = 65536;

// How many outputs an op has where they are not one, or where an attribute says it: a number, or a
// list of their types. Outputs that
// only the training of a model reads (the batch statistics of FusedBatchNorm) are not counted.
struct OutputCount {
  std::string_view op;
  std::size_t count = 1;
  std::string_view attribute = {};
};

constexpr OutputCount kOutputCounts[] = {
    {"Split", 1, "num_split"},
    {"SplitV", 1, "num_split"},
    {"Unpack", 1, "num"},
    {"TopK", 2},
    {"TopKV2", 2},
    {"Switch", 2},
    {"Merge", 2},
    {"Unique", 2},
    {"UniqueV2", 2},
    {"UniqueWithCounts", 3},
    {"Moments", 2},
    {"NonMaxSuppressionV4", 2},
    {"NonMaxSuppressionV5", 3},
    {"CombinedNonMaxSuppression", 4},
    {"LSTMBlockCell", 7},
    {"BlockLSTM", 7},
    {"BlockLSTMV2", 7},
    {"GRUBlockCell", 4},
    {"IdentityN", 1, "T"},
    {"PartitionedCall", 1, "Tout"},
    {"StatefulPartitionedCall", 1, "Tout"},
    {"If", 1, "Tout"},
    {"StatelessIf", 1, "Tout"},
    {"Case", 1, "Tout"},
    {"StatelessCase", 1, "Tout"},
    {"While", 1, "T"},
    {"StatelessWhile", 1, "T"},
    {"NoOp", 0},
    {"Assert", 0},
};

std::size_t OutputsOf(const proto::NodeDef& def) {
  const auto* row = std::ranges::find(kOutputCounts, def.op(), &OutputCount::op);
  if (row == std::end(kOutputCounts)) return 1;
  if (row->attribute.empty()) return row->count;
  const proto::AttrValue* attribute = FindAttribute(def, std::string(row->attribute));
  if (attribute == nullptr || attribute->i() < 0) return 1;
  if (attribute->has_list()) return static_cast<std::size_t>(attribute->list().type_size());
  return std::min(static_cast<std::size_t>(attribute->i()), kMostOutputs);
}

bool IsPlaceholder(const proto::NodeDef& def) {
  return def.op() == "Placeholder" || def.op() == "PlaceholderV2";
}

bool IsIdentity(const proto::NodeDef& def) {
  return def.op() == "Identity" || def.op() == "StopGradient" || def.op() == "Snapshot";
}

std::string WithPort(const std::string& name) {
  const auto colon = name.rfind(':');
  const bool has_port =
      colon != std::string::npos && ParseInt(std::string_view(name).substr(colon + 1));
  return has_port ? name : name + ":0";
}

// The type of the op's first output, as far as its attributes tell.
ElementType OutputType(const proto::NodeDef& def) {
  constexpr std::string_view kBytes[] = {"DecodeBmp", "DecodeGif", "DecodeJpeg"};
  if (std::ranges::find(kBytes, def.op()) != std::end(kBytes)) return ElementType::kUint8;
  for (const char* name : {"dtype", "DstT", "out_type", "output_type", "T"}) {
    const proto::AttrValue* attribute = FindAttribute(def, name);
    if (attribute != nullptr && attribute->type() != 0) return TypeOf(attribute->type());
  }
  return ElementType::kFloat32;
}

}  // namespace

std::string_view OpOf(std::string_view tensor) { return tensor.substr(0, tensor.rfind(':')); }

const proto::AttrValue* FindAttribute(const proto::NodeDef& def, const std::string& name) {
  const auto found = def.attr().find(name);
  return found == def.attr().end() ? nullptr : &found->second;
}

Result<FrozenGraph> FrozenGraph::Open(const std::filesystem::path& path, const Ends& ends,
                                      CompiledCalls compiled) {
  ACC_ASSIGN_OR_RETURN(auto def, ReadGraphDef(path));
  auto graph = Create(std::move(def), ends, compiled);
  if (graph.ok()) return graph;
  return graph.status().WithContext(fmt::format("cannot read the model '{}'", path.string()));
}

Result<FrozenGraph> FrozenGraph::Create(std::unique_ptr<proto::GraphDef> def, const Ends& ends,
                                        CompiledCalls compiled) {
  FrozenGraph graph;
  graph.graph_ = std::move(def);
  std::set<std::string, std::less<>> fed;
  for (const std::string& input : ends.inputs) fed.emplace(OpOf(WithPort(input)));
  graph.inlined_ = InlineCalls(*graph.graph_, fed, compiled);
  ACC_RETURN_IF_ERROR(graph.Index());
  ACC_RETURN_IF_ERROR(graph.Choose(ends));
  ACC_RETURN_IF_ERROR(graph.Collect());
  return graph;
}

Status FrozenGraph::Index() {
  for (int i = 0; i < graph_->node_size(); ++i) {
    if (!by_name_.emplace(graph_->node(i).name(), i).second) {
      return Failure(fmt::format("two ops are named '{}'", Printable(graph_->node(i).name())));
    }
  }
  return OkStatus();
}

// Names that the graph does not have are left to the caller, who knows what was asked.
Status FrozenGraph::Choose(const Ends& ends) {
  for (const auto& [name, dims] : ends.dims) given_dims_.emplace(WithPort(name), dims);
  for (const std::string& name : ends.inputs) {
    const std::string tensor = WithPort(name);
    if (by_name_.contains(OpOf(tensor)) && fed_.insert(tensor).second) AddInput(tensor);
  }
  for (const std::string& name : ends.outputs) {
    const std::string tensor = WithPort(name);
    if (by_name_.contains(OpOf(tensor))) outputs_.push_back(tensor);
  }
  if (!outputs_.empty()) return OkStatus();
  std::set<std::string, std::less<>> read;
  for (const proto::NodeDef& node : graph_->node()) {
    for (const std::string& input : node.input()) read.emplace(OpOf(WithPort(input)));
  }
  for (const proto::NodeDef& node : graph_->node()) {
    const bool is_end = !read.contains(node.name()) && node.op() != "Const" && OutputsOf(node) > 0;
    if (is_end) outputs_.push_back(node.name() + ":0");
  }
  return outputs_.empty() ? Failure("its graph has no outputs: it holds nothing but constants")
                          : OkStatus();
}

void FrozenGraph::AddInput(const std::string& tensor) {
  const proto::NodeDef& def = *Find(OpOf(tensor));
  const proto::AttrValue* shape = FindAttribute(def, "shape");
  ValueInfo info{.name = tensor, .type = OutputType(def), .has_rank = false};
  // A scalar's shape was what older versions wrote where nothing was known.
  if (shape != nullptr && shape->has_shape() && shape->shape().dim_size() > 0) {
    info = WithShape(tensor, info.type, shape->shape());
  }
  GiveDims(info);
  inputs_.push_back(std::move(info));
}

// Dims that contradict the file's are left to the caller to refuse.
void FrozenGraph::GiveDims(ValueInfo& input) const {
  const auto given = given_dims_.find(input.name);
  if (given == given_dims_.end()) return;
  const bool agrees = !input.has_rank ||
                      std::ranges::equal(input.dims, given->second,
                                         [](auto a, auto b) { return a == kUnknownDim || a == b; });
  if (!agrees) return;
  input.dims = given->second;
  input.has_rank = true;
}

Result<Op> FrozenGraph::Resolve(const proto::NodeDef& def) {
  Op op{.def = &def, .outputs = OutputsOf(def)};
  for (const std::string& input : def.input()) {
    if (input.starts_with('^')) continue;
    std::string tensor = WithPort(input);
    const proto::NodeDef* source = Find(OpOf(tensor));
    if (source == nullptr) {
      return Failure(fmt::format("op '{}' reads '{}', which is not in the graph",
                                 Printable(def.name()), Printable(input)));
    }
    if (PortOf(tensor) >= kMostOutputs) {
      return Failure(fmt::format("op '{}' reads '{}', which no op makes", Printable(def.name()),
                                 Printable(input)));
    }
    if (source->op() == "NextIteration") {
      loop_ends_.push_back(std::move(tensor));
    } else {
      op.inputs.push_back(std::move(tensor));
    }
  }
  return op;
}

// Depth first, without recursion: graphs may be as deep as they are large.
Status FrozenGraph::Collect() {
  for (const std::string& output : outputs_) ACC_RETURN_IF_ERROR(CollectFrom(output));
  // What only the loops' next rounds need.
  for (std::size_t i = 0; i < loop_ends_.size(); ++i) {
    const std::string end = loop_ends_[i];
    ACC_RETURN_IF_ERROR(CollectFrom(end));
  }
  for (Op& op : ops_) op.outputs = std::max(op.outputs, read_outputs_[op.def]);
  return OkStatus();
}

Status FrozenGraph::CollectFrom(const std::string& tensor) {
  std::vector<Step> open;
  ACC_RETURN_IF_ERROR(Enter(tensor, open));
  while (!open.empty()) {
    Step& step = open.back();
    if (step.next < step.op.inputs.size()) {
      const std::string input = step.op.inputs[step.next++];
      ACC_RETURN_IF_ERROR(Enter(input, open));
      continue;
    }
    marks_[step.op.def] = Mark::kDone;
    ops_.push_back(std::move(step.op));
    open.pop_back();
  }
  return OkStatus();
}

Status FrozenGraph::Enter(const std::string& tensor, std::vector<Step>& open) {
  if (fed_.contains(tensor)) return OkStatus();
  const proto::NodeDef& def = *Find(OpOf(tensor));
  read_outputs_[&def] = std::max(read_outputs_[&def], PortOf(tensor) + 1);
  const auto mark = marks_.find(&def);
  if (mark != marks_.end()) {
    if (mark->second == Mark::kDone) return OkStatus();
    return Failure(fmt::format("op '{}' depends on its own output", Printable(def.name())));
  }
  if (IsPlaceholder(def)) {
    marks_[&def] = Mark::kDone;
    fed_.insert(def.name() + ":0");
    AddInput(def.name() + ":0");
    return OkStatus();
  }
  ACC_ASSIGN_OR_RETURN(Op op, Resolve(def));
  marks_[&def] = Mark::kOpen;
  open.push_back({std::move(op), 0});
  return OkStatus();
}

// With what control inputs name: in branches and loops they say where a constant belongs.
std::set<const proto::NodeDef*> FrozenGraph::Needed() const {
  std::set<const proto::NodeDef*> needed;
  std::vector<const proto::NodeDef*> open;
  const auto enter = [&](std::string_view op) {
    const proto::NodeDef* def = Find(op);
    if (def != nullptr && needed.insert(def).second) open.push_back(def);
  };
  for (const std::string& output : outputs_) enter(OpOf(output));
  while (!open.empty()) {
    const proto::NodeDef* def = open.back();
    open.pop_back();
    for (const std::string& input : def->input()) {
      if (input.starts_with('^')) {
        enter(std::string_view(input).substr(1));
      } else if (!fed_.contains(WithPort(input))) {
        enter(OpOf(WithPort(input)));
      }
    }
  }
  return needed;
}

Cut FrozenGraph::CutOff() const {
  const auto is_source = [](const proto::NodeDef& def) {
    return def.op().starts_with("Placeholder") || def.op() == "Const";
  };
  Cut cut;
  std::set<const proto::NodeDef*> before;
  std::vector<const proto::NodeDef*> open;
  const auto enter = [&](std::string_view op) {
    const proto::NodeDef* def = Find(op);
    if (def != nullptr && before.insert(def).second) open.push_back(def);
  };
  for (const ValueInfo& input : inputs_) {
    const proto::NodeDef* def = Find(OpOf(input.name));
    if (def == nullptr || is_source(*def)) continue;
    cut.at.push_back(input.name);
    enter(OpOf(input.name));
  }
  while (!open.empty()) {
    const proto::NodeDef* def = open.back();
    open.pop_back();
    for (const std::string& input : def->input()) {
      if (!input.starts_with('^')) enter(OpOf(WithPort(input)));
    }
  }
  for (const Op& op : ops_) before.erase(op.def);
  cut.nodes = static_cast<std::size_t>(
      std::ranges::count_if(before, [&](const auto* def) { return !is_source(*def); }));
  return cut;
}

std::string FrozenGraph::Serialized() const {
  const std::set<const proto::NodeDef*> needed = Needed();
  if (needed.size() == static_cast<std::size_t>(graph_->node_size()))
    return graph_->SerializeAsString();
  proto::GraphDef part;
  *part.mutable_library() = graph_->library();
  *part.mutable_versions() = graph_->versions();
  for (const proto::NodeDef& node : graph_->node()) {
    if (!needed.contains(&node)) continue;
    proto::NodeDef& copy = *part.add_node();
    copy = node;
    copy.mutable_attr()->erase("_class");  // May want it on the device of an op that is not here.
  }
  return part.SerializeAsString();
}

const proto::NodeDef* FrozenGraph::Find(std::string_view op) const {
  const auto found = by_name_.find(op);
  return found == by_name_.end() ? nullptr : &graph_->node(found->second);
}

const std::string* FrozenGraph::WhyKept(const std::string& op) const {
  const auto found = inlined_.kept.find(op);
  return found == inlined_.kept.end() ? nullptr : &found->second;
}

const proto::NodeDef* FrozenGraph::ConstantOf(std::string_view tensor) const {
  constexpr int kLongestChain = 64;
  std::string current(tensor);
  for (int step = 0; step < kLongestChain && !fed_.contains(current); ++step) {
    const proto::NodeDef* def = Find(OpOf(current));
    if (def == nullptr || PortOf(current) != 0) return nullptr;
    if (def->op() == "Const") return def;
    if (!IsIdentity(*def) || def->input().empty()) return nullptr;
    current = WithPort(def->input(0));
  }
  return nullptr;
}

}  // namespace acc::model::tensorflow
