// SPDX-License-Identifier: BSD-3-Clause
// Operators that combine the elements along axes, or pick among them.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "dlc/from_graph/attributes.h"
#include "dlc/from_graph/operators.h"
#include "dlc/operations.h"
#include "model/onnx/operators.h"

namespace acc::dlc {
namespace {

// Without the reduced axes, what is left lies in the graph's order.
AxisOrder OrderToKeep(const Source& source, const model::Node& node, bool keep_dims) {
  return keep_dims ? source.Stored(node.outputs.front()) : AxisOrder::kSource;
}

bool KeepsDims(const model::Node& node) { return node.Get<std::int64_t>("keepdims", 1) != 0; }

// A reduction of one node or of several: it reads, computes and writes in one order.
class Reduction {
 public:
  // Ready only where the axes are known.
  Reduction(Builder& builder, const model::Node& node)
      : builder_(builder),
        node_(node),
        keep_dims_(KeepsDims(node)),
        order_(OrderToKeep(builder.source(), node, keep_dims_)),
        rank_(builder.source().Rank(node.inputs.front())) {
    const Source& source = builder.source();
    auto axes = node.Get<std::vector<std::int64_t>>("axes", {});
    if (HasInput(node, 1)) {
      const auto values = source.Ints(node, 1);
      ready_ = values.has_value();
      if (values) axes = *values;
    }
    if (axes.empty()) {
      if (node.Get<std::int64_t>("noop_with_empty_axes", 0) != 0) ready_ = false;
      axes.resize(rank_);
      std::iota(axes.begin(), axes.end(), 0);
    }
    for (const std::int64_t axis : axes) {
      axes_.push_back(AxisIn(order_, AxisFromStart(axis, rank_), rank_));
    }
    std::ranges::sort(axes_);
    // ONNX lets an axis be named twice.
    axes_.erase(std::unique(axes_.begin(), axes_.end()), axes_.end());
    const auto rank = static_cast<std::int64_t>(rank_);
    ready_ = ready_ && rank > 0 && axes_.back() < rank;
  }

  bool ready() const { return ready_; }

  std::string Input() { return builder_.Read(node_.inputs.front(), order_); }

  // The name of the node's own where it is the last one.
  std::string Reduce(const std::string& from, std::string_view type, bool is_last, bool keep_dims) {
    Shape dims = builder_.DimsOf(from);
    for (const std::int64_t axis : axes_) dims[static_cast<std::size_t>(axis)] = 1;
    if (!keep_dims) {
      for (auto axis = axes_.rbegin(); axis != axes_.rend(); ++axis) {
        dims.erase(dims.begin() + *axis);
      }
    }
    std::string to = Target(is_last, dims);
    builder_.AddNode({.name = is_last ? node_.name : "",
                      .type = "Reduce",
                      .inputs = {from},
                      .outputs = {to},
                      .attributes = {builder_.Uints("axes", axes_), Flag("keep_dims", keep_dims),
                                     Text("reduce_type", type)}});
    return to;
  }
  std::string Reduce(const std::string& from, std::string_view type, bool is_last) {
    return Reduce(from, type, is_last, keep_dims_);
  }

  // To the output's dims.
  void Reshape(const std::string& from) {
    builder_.AddNode({.name = node_.name,
                      .type = "Reshape",
                      .inputs = {from},
                      .outputs = {builder_.Write(node_.outputs.front(), order_)}});
  }

  std::string Apply(std::string_view onnx_operator, const std::vector<std::string>& from,
                    bool is_last) {
    const Operation operation = *OperationOf(onnx_operator);
    std::string to = Target(is_last, builder_.DimsOf(from.front()));
    builder_.AddNode({.name = is_last ? node_.name : "",
                      .type = std::string(operation.type),
                      .inputs = from,
                      .outputs = {to},
                      .attributes = {Uint("operation", operation.number)}});
    return to;
  }

 private:
  std::string Target(bool is_last, const Shape& dims) {
    const std::string& output = node_.outputs.front();
    return is_last ? builder_.Write(output, order_) : builder_.AddBetween(output, "_step", dims);
  }

  Builder& builder_;
  const model::Node& node_;
  bool keep_dims_;
  AxisOrder order_;
  std::size_t rank_;
  std::vector<std::int64_t> axes_;
  bool ready_ = true;
};

bool WriteReduce(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  reduction.Reduce(reduction.Input(), node.op_type, true);
  return true;
}

bool WriteReduceL1(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  const std::string sizes = reduction.Apply("Abs", {reduction.Input()}, false);
  reduction.Reduce(sizes, "ReduceSum", true);
  return true;
}

bool WriteReduceL2(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  const std::string input = reduction.Input();
  const std::string squares = reduction.Apply("Mul", {input, input}, false);
  reduction.Apply("Sqrt", {reduction.Reduce(squares, "ReduceSum", false)}, true);
  return true;
}

bool WriteReduceSumSquare(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  const std::string input = reduction.Input();
  reduction.Reduce(reduction.Apply("Mul", {input, input}, false), "ReduceSum", true);
  return true;
}

bool WriteReduceLogSum(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  reduction.Apply("Log", {reduction.Reduce(reduction.Input(), "ReduceSum", false)}, true);
  return true;
}

// The largest element is taken out first, so that the exponentials do not overflow.
bool WriteReduceLogSumExp(Builder& builder, const model::Node& node) {
  Reduction reduction(builder, node);
  if (!reduction.ready()) return false;
  const std::string input = reduction.Input();
  const std::string largest = reduction.Reduce(input, "ReduceMax", false, true);
  const std::string shifted = reduction.Apply("Sub", {input, largest}, false);
  const std::string exponentials = reduction.Apply("Exp", {shifted}, false);
  const std::string sum = reduction.Reduce(exponentials, "ReduceSum", false, true);
  const std::string logarithm = reduction.Apply("Log", {sum}, false);
  const std::string result = reduction.Apply("Add", {logarithm, largest}, KeepsDims(node));
  if (!KeepsDims(node)) reduction.Reshape(result);
  return true;
}

bool WriteArg(Builder& builder, const model::Node& node) {
  if (node.Get<std::int64_t>("select_last_index", 0) != 0) return false;
  const Source& source = builder.source();
  const std::size_t rank = source.Rank(node.inputs.front());
  const AxisOrder order = OrderToKeep(source, node, KeepsDims(node));
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", 0), rank);
  builder.AddNode(node, "Arg", node.inputs, order,
                  {Text("arg_type", node.op_type == "ArgMax" ? "Argmax" : "Argmin"),
                   Uint("axis", static_cast<std::uint64_t>(AxisIn(order, axis, rank))),
                   Flag("keep_dims", KeepsDims(node))});
  return true;
}

// Before opset 13, all axes from the given one on are one: written on two dims where they are more.
bool WriteJoinedSoftmax(Builder& builder, const model::Node& node, std::size_t axis) {
  const Shape& dims = builder.source().Dims(node.inputs.front());
  const auto split = dims.begin() + static_cast<std::ptrdiff_t>(axis);
  const auto product = [](auto first, auto last) {
    return std::accumulate(first, last, std::int64_t{1}, std::multiplies<>());
  };
  const Shape joined = {product(dims.begin(), split), product(split, dims.end())};
  const std::string& output = node.outputs.front();
  const std::string input =
      builder.AddReshaped(builder.Read(node.inputs.front(), AxisOrder::kSource), joined);
  const std::string made = builder.AddLike(output, "_joined", joined);
  builder.AddNode({.name = node.name,
                   .type = node.op_type,
                   .inputs = {input},
                   .outputs = {made},
                   .attributes = {Uint("axis", 1)}});
  builder.AddNode({.type = "Reshape",
                   .inputs = {made},
                   .outputs = {builder.Write(output, AxisOrder::kSource)}});
  return true;
}

bool WriteSoftmax(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const std::string& input = node.inputs.front();
  const Shape& dims = source.Dims(input);
  if (dims.empty()) return false;
  const std::size_t axis = AxisFromStart(
      node.Get<std::int64_t>("axis", model::DefaultSoftmaxAxis(source.Opset(""))), dims.size());
  if (axis >= dims.size()) return false;
  const bool joins =
      source.Opset("") < 13 && std::any_of(dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1,
                                           dims.end(), [](std::int64_t dim) { return dim != 1; });
  if (joins) return WriteJoinedSoftmax(builder, node, axis);
  const AxisOrder order = source.Stored(node.outputs.front());
  const std::int64_t stored = AxisIn(order, axis, dims.size());
  builder.AddNode(node, node.op_type, node.inputs, order,
                  {Uint("axis", static_cast<std::uint64_t>(stored))});
  return true;
}

bool WriteLpNormalization(Builder& builder, const model::Node& node) {
  if (node.Get<std::int64_t>("p", 2) != 2) return false;
  const Source& source = builder.source();
  const std::size_t rank = source.Rank(node.inputs.front());
  const AxisOrder order = source.Stored(node.outputs.front());
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", -1), rank);
  builder.AddNode(node, "L2Norm", node.inputs, order,
                  {Uint("axis", static_cast<std::uint64_t>(AxisIn(order, axis, rank)))});
  return true;
}

bool WriteCumSum(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto axes = source.Ints(node, 1);
  if (!axes || axes->size() != 1) return false;
  const std::size_t rank = source.Rank(node.inputs.front());
  const AxisOrder order = source.Stored(node.outputs.front());
  const std::size_t axis = AxisFromStart(axes->front(), rank);
  builder.AddNode(node, "CumulativeSum", std::span(node.inputs).first(1), order,
                  {Uint("axis", static_cast<std::uint64_t>(AxisIn(order, axis, rank))),
                   Flag("exclusive", node.Get<std::int64_t>("exclusive", 0) != 0),
                   Flag("reverse", node.Get<std::int64_t>("reverse", 0) != 0)});
  return true;
}

// QNN picks along the last axis.
bool WriteTopK(Builder& builder, const model::Node& node) {
  const Source& source = builder.source();
  const auto count = source.Ints(node, 1);
  const std::size_t rank = source.Rank(node.inputs.front());
  const std::size_t axis = AxisFromStart(node.Get<std::int64_t>("axis", -1), rank);
  if (!count || count->size() != 1 || rank == 0 || axis >= rank) return false;

  Permutation axis_last(rank);
  std::iota(axis_last.begin(), axis_last.end(), 0);
  std::swap(axis_last[axis], axis_last.back());
  const bool moves = axis + 1 != rank;
  std::string input = builder.Read(node.inputs.front(), AxisOrder::kSource);
  if (moves) input = builder.AddTransposed(input, axis_last);
  Shape dims = source.Dims(node.inputs.front());
  dims[axis] = count->front();

  Node pick{.name = node.name,
            .type = "TopK",
            .inputs = {input},
            .attributes = {Uint("k", static_cast<std::uint64_t>(count->front())),
                           Flag("largest", node.Get<std::int64_t>("largest", 1) != 0)}};
  std::vector<std::pair<std::string, std::string>> moved;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!HasOutput(node, i)) {
      const std::string unread = node.outputs[1 - i] + "_unread";
      pick.outputs.push_back(
          i == 1 ? builder.AddNative(unread, DataType::kInt32, Permute(dims, axis_last))
                 : builder.AddLike(node.inputs.front(), "_picked", Permute(dims, axis_last)));
      continue;
    }
    const std::string written = builder.Write(node.outputs[i], AxisOrder::kSource);
    if (!moves) {
      pick.outputs.push_back(written);
      continue;
    }
    pick.outputs.push_back(builder.AddLike(node.outputs[i], "_picked", Permute(dims, axis_last)));
    moved.emplace_back(pick.outputs.back(), written);
  }
  builder.AddNode(std::move(pick));
  const std::vector<std::int64_t> back(axis_last.begin(), axis_last.end());  // Its own inverse.
  for (const auto& [from, to] : moved) {
    builder.AddNode({.type = "Transpose",
                     .inputs = {from},
                     .outputs = {to},
                     .attributes = {builder.Uints("perm", back)}});
  }
  return true;
}

constexpr OperatorRow kRows[] = {
    {"ArgMax", WriteArg},
    {"ArgMin", WriteArg},
    {"CumSum", WriteCumSum},
    {"LogSoftmax", WriteSoftmax},
    {"LpNormalization", WriteLpNormalization},
    {"ReduceL1", WriteReduceL1},
    {"ReduceL2", WriteReduceL2},
    {"ReduceLogSum", WriteReduceLogSum},
    {"ReduceLogSumExp", WriteReduceLogSumExp},
    {"ReduceMax", WriteReduce},
    {"ReduceMean", WriteReduce},
    {"ReduceMin", WriteReduce},
    {"ReduceProd", WriteReduce},
    {"ReduceSum", WriteReduce},
    {"ReduceSumSquare", WriteReduceSumSquare},
    {"Softmax", WriteSoftmax},
    {"TopK", WriteTopK},
};

}  // namespace

std::span<const OperatorRow> ReductionRows() { return kRows; }

}  // namespace acc::dlc
