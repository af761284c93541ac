// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/target_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "store/manifest.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// x -> t0 -> … -> t15 -> y. As it ships, y is all ones and tensor number i all i. Where a tensor of
// `disturbing` is captured, all that is captured is twice as large.
constexpr int kBetween = 16;

std::string Between(int i) { return "t" + std::to_string(i); }

class FakeEngine : public target::Engine {
 public:
  explicit FakeEngine(std::set<std::string> disturbing) : disturbing_(std::move(disturbing)) {}

  std::string Description() const override { return "fake"; }

  Status Run(const target::Program& program, std::size_t lines, const target::InputSource&,
             const target::Sink& sink, const target::UnreadableSink&, std::string_view) override {
    ++runs;
    const bool disturbed = std::ranges::any_of(
        program.taps, [&](const target::Tap& tap) { return disturbing_.contains(tap.tensor); });
    for (std::size_t line = 0; line < lines; ++line) {
      for (const target::Tap& tap : program.taps) {
        std::array<float, 4> values{};
        const bool is_fed = tap.tensor == "x";
        values.fill(ValueOf(tap.tensor) * (disturbed && !is_fed ? 2.0F : 1.0F));
        const TensorView view{ElementType::kFloat32, {4}, std::as_bytes(std::span(values))};
        ACC_RETURN_IF_ERROR(sink(line, tap, view, view));
      }
    }
    return OkStatus();
  }

  static float ValueOf(const std::string& tensor) {
    if (!tensor.starts_with("t")) return 1;
    return static_cast<float>(std::stoi(tensor.substr(1)) + 1);
  }

  int runs = 0;

 private:
  std::set<std::string> disturbing_;
};

class TargetRunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("target_run_test_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    AddTensor("x");
    std::string last = "x";
    for (int i = 0; i < kBetween; ++i) last = AddNode(last, Between(i));
    AddNode(last, "y");
    model_.converted.graph.inputs = {model_.converted.tensors.at("x").info};
    model_.converted.graph.outputs = {model_.converted.tensors.at("y").info};
    model_.structure = GraphStructOf(model_.converted, "model");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void AddTensor(const std::string& name) {
    convert::TargetTensor tensor;
    tensor.source = name;
    tensor.info = {.name = name, .type = ElementType::kFloat32, .dims = {4}, .has_rank = true};
    model_.converted.tensors.emplace(name, tensor);
  }
  std::string AddNode(const std::string& input, const std::string& output) {
    AddTensor(output);
    model_.converted.graph.nodes.push_back(
        {.name = output, .op_type = "Relu", .inputs = {input}, .outputs = {output}});
    return output;
  }

  store::Manifest Run(FakeEngine& engine, std::size_t lines) {
    std::string list;
    const std::array<float, 4> zeros{};
    EXPECT_TRUE(WriteFile(folder_ / "x.raw", std::as_bytes(std::span(zeros))).ok());
    for (std::size_t i = 0; i < lines; ++i) list += (folder_ / "x.raw").string() + "\n";
    EXPECT_TRUE(WriteFile(folder_ / "list.txt", std::string_view(list)).ok());
    ExpectedInputs expected;
    expected.inputs = model_.converted.graph.inputs;
    auto opened = InputLines::Open(folder_ / "list.txt", expected);
    EXPECT_TRUE(opened.ok()) << opened.status().message();
    const auto result = RunTarget(model_, *opened, engine, false, false, folder_);
    EXPECT_TRUE(result.ok()) << result.status().message();
    EXPECT_FALSE(fs::exists(folder_ / "capture_in_groups"));
    auto manifest = store::ListTensors(folder_ / "output" / "Result_0");
    EXPECT_TRUE(manifest.ok()) << manifest.status().message();
    return *std::move(manifest);
  }

  float FirstOf(const std::string& file) const {
    float value = 0;
    const auto mapped = MappedFile::Open(folder_ / "output" / "Result_0" / file);
    EXPECT_TRUE(mapped.ok());
    std::memcpy(&value, mapped->bytes().data(), sizeof(value));
    return value;
  }

  static std::set<std::string> Disturbed(const store::Manifest& manifest) {
    std::set<std::string> names;
    for (const auto& record : manifest.tensors) {
      if (record.is_disturbed) names.insert(record.name);
    }
    return names;
  }

  fs::path folder_;
  TargetModel model_;
};

TEST_F(TargetRunTest, ACaptureThatChangesNothingRunsTwice) {
  FakeEngine engine({});
  const auto manifest = Run(engine, 1);
  EXPECT_EQ(engine.runs, 2);
  EXPECT_THAT(Disturbed(manifest), ElementsAre());
  EXPECT_TRUE(manifest.statements.empty());
}

TEST_F(TargetRunTest, GroupsShowWhatShipsAndNameWhatCannotBeShown) {
  FakeEngine engine({Between(5)});
  const auto manifest = Run(engine, 1);
  // All at once, plain, eight pairs, and the two halves of the pair that disturbs.
  EXPECT_EQ(engine.runs, 2 + 8 + 2);
  EXPECT_THAT(Disturbed(manifest), ElementsAre(Between(5)));
  for (const auto& record : manifest.tensors) {
    const float shipped = FakeEngine::ValueOf(record.name);
    const bool disturbed = record.name == Between(5) || record.name == "y";
    EXPECT_EQ(FirstOf(record.file), disturbed ? 2 * shipped : shipped) << record.name;
    EXPECT_EQ(!record.plain_file.empty(), record.name == "y") << record.name;
  }
  EXPECT_THAT(manifest.statements, Contains(HasSubstr("15 of 16 tensors in between are as they "
                                                      "ship, 15 of which the capture of all")));
  EXPECT_THAT(manifest.statements, Contains(HasSubstr("'t5' the first")));
}

// Each group alone leaves the outputs as they ship, so the outputs are those as well.
class PairEngine : public FakeEngine {
 public:
  PairEngine() : FakeEngine({}) {}
  Status Run(const target::Program& program, std::size_t lines, const target::InputSource& inputs,
             const target::Sink& sink, const target::UnreadableSink& unreadable,
             std::string_view what) override {
    FakeEngine engine(program.taps.size() > 10 ? std::set<std::string>{"t0"}
                                               : std::set<std::string>{});
    ++runs;
    return engine.Run(program, lines, inputs, sink, unreadable, what);
  }
};

TEST_F(TargetRunTest, WhereNoGroupDisturbsTheOutputsAreThoseThatShip) {
  PairEngine engine;
  const auto manifest = Run(engine, 1);
  EXPECT_THAT(Disturbed(manifest), ElementsAre());
  for (const auto& record : manifest.tensors) {
    EXPECT_TRUE(record.plain_file.empty());
    EXPECT_EQ(FirstOf(record.file), FakeEngine::ValueOf(record.name)) << record.name;
  }
}

TEST_F(TargetRunTest, ManyLinesAreNotCapturedInGroups) {
  FakeEngine engine({Between(5)});
  const auto manifest = Run(engine, 40);
  EXPECT_EQ(engine.runs, 2);
  EXPECT_EQ(Disturbed(manifest).size(), static_cast<std::size_t>(kBetween));
  EXPECT_THAT(manifest.statements,
              Contains(HasSubstr("The tensors in between come from the captured run")));
}

}  // namespace
}  // namespace acc::features
