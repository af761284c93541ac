// SPDX-License-Identifier: BSD-3-Clause
#include "ort/capture.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>

#include "model/onnx/onnx_format.h"

namespace acc::ort {
namespace {

// A chain of `length` Neg nodes t1 … tn on an input of 1,000 floats, and a sequence nobody can see.
std::string Chain(int length) {
  model::Graph graph;
  graph.name = "chain";
  graph.opsets[""] = 13;
  graph.inputs = {{.name = "t0", .type = ElementType::kFloat32, .dims = {1000}}};
  for (int i = 1; i <= length; ++i) {
    model::Node node;
    node.name = "neg" + std::to_string(i);
    node.op_type = "Neg";
    node.inputs = {"t" + std::to_string(i - 1)};
    node.outputs = {"t" + std::to_string(i)};
    graph.nodes.push_back(node);
  }
  model::Node sequence;
  sequence.name = "sequence";
  sequence.op_type = "SequenceConstruct";
  sequence.inputs = {"t1"};
  sequence.outputs = {"all"};
  graph.nodes.push_back(sequence);
  graph.outputs = {
      {.name = "t" + std::to_string(length), .type = ElementType::kFloat32, .dims = {1000}}};
  return *model::SerializeOnnx(graph);
}

Result<std::map<std::string, Tensor>> Line(std::size_t line) {
  const std::vector<float> values(1000, static_cast<float>(line + 1));
  return std::map<std::string, Tensor>{{"t0", Tensor::FromFloats({1000}, values)}};
}

TEST(Capture, EveryTensorOfEveryLineOnceWhateverTheBudget) {
  for (const std::uint64_t budget :
       {std::uint64_t{1}, std::uint64_t{9000}, std::uint64_t{1} << 20}) {
    CapturePlan plan{.model = Chain(5),
                     .inputs = {"t0"},
                     .outputs = {"t5"},
                     .tensors = {"t0", "t1", "t2", "t3", "t4", "t5", "all"},
                     .memory_budget_bytes = budget};
    std::mutex mutex;
    std::multiset<std::string> seen;
    std::set<std::string> unreadable;
    const auto sink = [&](std::size_t line, const std::string& tensor, const TensorView& value) {
      const std::lock_guard lock(mutex);
      const float sign = tensor == "t0" || tensor == "t2" || tensor == "t4" ? 1.0F : -1.0F;
      EXPECT_EQ((*ToFloats(value))[999], sign * static_cast<float>(line + 1));
      seen.insert(tensor + "@" + std::to_string(line));
      return OkStatus();
    };
    const auto skip = [&](const std::string& tensor, const std::string&) {
      unreadable.insert(tensor);
    };
    const Status status = Capture(plan, 2, Line, sink, skip, "test");
    ASSERT_TRUE(status.ok()) << status.message();
    EXPECT_EQ(seen.size(), 12U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 12U);
    EXPECT_EQ(unreadable, std::set<std::string>{"all"});
  }
}

TEST(Capture, AFailingSinkEndsIt) {
  const CapturePlan plan{.model = Chain(3), .outputs = {"t3"}, .tensors = {"t1", "t2"}};
  const auto sink = [](std::size_t, const std::string&, const TensorView&) {
    return Failure("the disk is full");
  };
  const Status status = Capture(
      plan, 1, Line, sink, [](const auto&, const auto&) {}, "test");
  EXPECT_EQ(status.message(), "the disk is full");
}

}  // namespace
}  // namespace acc::ort
