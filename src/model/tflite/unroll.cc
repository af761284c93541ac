// SPDX-License-Identifier: BSD-3-Clause
// The number of steps is counted first, on scalars alone (counter.h). Then the body is copied into
// the main graph once for each step: `places` maps the body's tensors to those of the main graph,
// constants once for all steps, and what a step makes becomes what the next one reads. Bodies may
// hold loops and branches themselves, which are written out as they are met.
//
// A file of a few bytes can ask for any number of copies, so that depth, work and memory have
// bounds; where one is reached the loop stays as it is.
#include "model/tflite/unroll.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "model/flatbuffer.h"
#include "model/tflite/branches.h"
#include "model/tflite/copy.h"
#include "model/tflite/counter.h"

namespace acc::model::tflite {
namespace {

namespace schema = ::tflite;

using Indices = std::vector<std::int32_t>;

// Of loops within loops; a body may name itself.
constexpr int kMostDepth = 4;
// Tensors and operators that are looked at to count steps, of all loops: seconds.
constexpr std::uint64_t kMostWork = 100'000'000;

class Unroller {
 public:
  Unroller(schema::ModelT& model, CopyBudget& budget)
      : model_(model), main_(*model.subgraphs[0]), budget_(budget) {}

  // Whether any loop was written out.
  Result<bool> Run() {
    std::vector<std::unique_ptr<schema::OperatorT>> nodes = std::move(main_.operators);
    main_.operators.clear();
    for (auto& node : nodes) ACC_RETURN_IF_ERROR(Emit(std::move(node)));
    for (std::int32_t& output : main_.outputs) output = Renamed(output);
    return unrolled_ > 0;
  }

 private:
  // Where a body's tensors are in the main graph; -1 for those that are not there yet.
  struct Step {
    const schema::SubGraphT& body;
    Indices places;
    std::map<std::int32_t, std::int32_t>& constants;  // Of all steps.
    std::string suffix;                               // Of names.

    std::int32_t Get(std::int32_t tensor) const { return places[static_cast<std::size_t>(tensor)]; }
    void Set(std::int32_t tensor, std::int32_t place) {
      places[static_cast<std::size_t>(tensor)] = place;
    }
  };

  Status Emit(std::unique_ptr<schema::OperatorT> node) {
    for (std::int32_t& input : node->inputs) input = Renamed(input);
    if (depth_ < kMostDepth && node->builtin_options.AsIfOptions() != nullptr) {
      ACC_ASSIGN_OR_RETURN(const bool is_inlined, EmitBranches(*node));
      if (is_inlined) return OkStatus();
    }
    const Loop loop = depth_ < kMostDepth ? LoopOf(*node) : Loop();
    std::optional<int> steps;
    if (loop.body != nullptr) {
      steps = StepsOf(model_, *loop.condition, *loop.body, Initial(node->inputs), kMostSteps,
                      work_left_);
    }
    if (!steps) {
      Append(std::move(node));
      return OkStatus();
    }
    ++unrolled_;
    ++depth_;
    Status status = WriteOut(*node, *loop.body, *steps);
    --depth_;
    return status;
  }

  void Append(std::unique_ptr<schema::OperatorT> node) {
    made_.insert(node->outputs.begin(), node->outputs.end());
    main_.operators.push_back(std::move(node));
  }

  // Null for a number that is none of a body.
  const schema::SubGraphT* Body(std::int32_t number) const {
    const auto place = static_cast<std::size_t>(number);
    return number > 0 && place < model_.subgraphs.size() ? model_.subgraphs[place].get() : nullptr;
  }

  bool IsConstant(std::int32_t tensor) const {
    const schema::TensorT& record = *main_.tensors[static_cast<std::size_t>(tensor)];
    return !made_.contains(tensor) && !model_.buffers[record.buffer]->data.empty();
  }

  // False where the IF stays: a branch may do what must not be done unless it is taken.
  Result<bool> EmitBranches(const schema::OperatorT& node) {
    const auto* options = node.builtin_options.AsIfOptions();
    const std::array<Branch, 2> branches = {Branch{Body(options->then_subgraph_index), "/then"},
                                            Branch{Body(options->else_subgraph_index), "/else"}};
    for (const Branch& branch : branches) {
      const bool fits = branch.graph != nullptr && std::ranges::count(node.inputs, -1) == 0 &&
                        branch.graph->inputs.size() + 1 == node.inputs.size() &&
                        branch.graph->outputs.size() == node.outputs.size();
      if (!fits) return false;
    }
    const Counter taken = Initial({node.inputs[0]})[0];
    if (!taken && !CanSelect(node, *branches[0].graph, *branches[1].graph)) return false;
    ++unrolled_;
    ++depth_;
    const Status status = taken ? TakeBranch(node, branches[*taken != 0 ? 0 : 1])
                                : SelectBranch(node, branches[0], branches[1]);
    --depth_;
    ACC_RETURN_IF_ERROR(status);
    return true;
  }

  bool CanSelect(const schema::OperatorT& node, const schema::SubGraphT& one,
                 const schema::SubGraphT& other) const {
    std::vector<bool> is_constant;
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
      is_constant.push_back(IsConstant(node.inputs[i]));
    }
    const schema::TensorT& condition = *main_.tensors[static_cast<std::size_t>(node.inputs[0])];
    return HaveSelectableOutputs(one, other, condition.shape.size()) &&
           IsHarmless(model_, one, is_constant) && IsHarmless(model_, other, is_constant);
  }

  struct Branch {
    const schema::SubGraphT* graph = nullptr;
    std::string_view suffix;
  };

  Status TakeBranch(const schema::OperatorT& node, const Branch& branch) {
    std::map<std::int32_t, std::int32_t> constants;
    Step places{*branch.graph, Indices(branch.graph->tensors.size(), -1), constants,
                std::string(branch.suffix)};
    return WriteGraph(node, places, {node.inputs.begin() + 1, node.inputs.end()}, true).status();
  }

  Status SelectBranch(const schema::OperatorT& node, const Branch& one, const Branch& other) {
    std::vector<Indices> made;
    for (const Branch& branch : {one, other}) {
      std::map<std::int32_t, std::int32_t> constants;
      Step places{*branch.graph, Indices(branch.graph->tensors.size(), -1), constants,
                  std::string(branch.suffix)};
      ACC_ASSIGN_OR_RETURN(
          made.emplace_back(),
          WriteGraph(node, places, {node.inputs.begin() + 1, node.inputs.end()}, false));
    }
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      auto select = std::make_unique<schema::OperatorT>();
      select->opcode_index = SelectCode();
      select->builtin_options.Set(schema::SelectV2OptionsT());
      select->inputs = {node.inputs[0], made[0][i], made[1][i]};
      select->outputs = {node.outputs[i]};
      Append(std::move(select));
    }
    return OkStatus();
  }

  // Of SELECT_V2, which the file may not list yet.
  std::uint32_t SelectCode() {
    constexpr auto kCode = schema::BuiltinOperator_SELECT_V2;
    auto& codes = model_.operator_codes;
    const auto found = std::ranges::find_if(
        codes, [&](const auto& code) { return code->builtin_code == kCode && code->version == 1; });
    if (found != codes.end()) return static_cast<std::uint32_t>(found - codes.begin());
    codes.push_back(std::make_unique<schema::OperatorCodeT>());
    codes.back()->builtin_code = kCode;
    codes.back()->deprecated_builtin_code = static_cast<std::int8_t>(kCode);
    codes.back()->version = 1;
    return static_cast<std::uint32_t>(codes.size()) - 1;
  }

  struct Loop {
    const schema::SubGraphT* condition = nullptr;
    const schema::SubGraphT* body = nullptr;
  };

  // Null where it is none, or one whose parts do not fit together.
  Loop LoopOf(const schema::OperatorT& node) const {
    const auto* options = node.builtin_options.AsWhileOptions();
    if (options == nullptr) return {};
    const Loop loop{Body(options->cond_subgraph_index), Body(options->body_subgraph_index)};
    if (loop.condition == nullptr || loop.body == nullptr) return {};
    const std::size_t count = node.inputs.size();
    const bool fits = loop.condition->inputs.size() == count && loop.body->inputs.size() == count &&
                      loop.body->outputs.size() == count && node.outputs.size() == count &&
                      loop.condition->outputs.size() == 1 &&
                      std::ranges::count(node.inputs, -1) == 0;
    return fits ? loop : Loop();
  }

  std::int32_t Renamed(std::int32_t tensor) const {
    const auto found = renamed_.find(tensor);
    return found == renamed_.end() ? tensor : found->second;
  }

  std::vector<Counter> Initial(const Indices& tensors) const {
    std::vector<Counter> values;
    for (const std::int32_t tensor : tensors) {
      const auto place = static_cast<std::size_t>(tensor);
      values.push_back(made_.contains(tensor) ? Counter()
                                              : ConstantOf(model_, *main_.tensors[place]));
    }
    return values;
  }

  Status WriteOut(const schema::OperatorT& loop, const schema::SubGraphT& body, int steps) {
    Indices carried = loop.inputs;
    std::map<std::int32_t, std::int32_t> constants;
    for (int step = 0; step < steps; ++step) {
      Step places{body, Indices(body.tensors.size(), -1), constants, fmt::format("/step_{}", step)};
      ACC_ASSIGN_OR_RETURN(carried, WriteGraph(loop, places, carried, step + 1 == steps));
    }
    if (steps == 0) Rename(loop.outputs, carried);
    return OkStatus();
  }

  // One step or branch of `node`, from `given` on; what it made. `is_last`: that is what the node
  // makes.
  Result<Indices> WriteGraph(const schema::OperatorT& node, Step& places, const Indices& given,
                             bool is_last) {
    const schema::SubGraphT& body = places.body;
    for (std::size_t i = 0; i < given.size(); ++i) places.Set(body.inputs[i], given[i]);
    if (is_last) KeepNames(node, places);
    for (const auto& inner : body.operators) ACC_RETURN_IF_ERROR(WriteNode(*inner, places));
    Indices made;
    for (const std::int32_t output : body.outputs) {
      ACC_ASSIGN_OR_RETURN(made.emplace_back(), Read(output, places));
    }
    if (is_last) Rename(node.outputs, made);
    return made;
  }

  // What is made under another name.
  void Rename(const Indices& outputs, const Indices& made) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (made[i] != outputs[i]) renamed_[outputs[i]] = made[i];
    }
  }

  // What the last step makes is what the loop makes.
  static void KeepNames(const schema::OperatorT& loop, Step& step) {
    for (std::size_t i = 0; i < loop.outputs.size(); ++i) {
      const std::int32_t tensor = step.body.outputs[i];
      const bool is_made = std::ranges::any_of(step.body.operators, [&](const auto& node) {
        return std::ranges::count(node->outputs, tensor) > 0;
      });
      if (is_made && step.Get(tensor) < 0) step.Set(tensor, loop.outputs[i]);
    }
  }

  Status WriteNode(const schema::OperatorT& node, Step& step) {
    ACC_RETURN_IF_ERROR(
        budget_.Take(sizeof(node) + 4 * (node.inputs.size() + node.outputs.size())));
    auto copy = std::make_unique<schema::OperatorT>(node);
    for (std::int32_t& input : copy->inputs) {
      if (input < 0) continue;
      ACC_ASSIGN_OR_RETURN(input, Read(input, step));
    }
    for (std::int32_t& output : copy->outputs) {
      if (step.Get(output) < 0) {
        ACC_ASSIGN_OR_RETURN(const std::int32_t place, Copy(output, step));
        main_.tensors[static_cast<std::size_t>(place)]->name += step.suffix;
        step.Set(output, place);
      }
      output = step.Get(output);
    }
    return Emit(std::move(copy));
  }

  // What no operator has made so far is a constant.
  Result<std::int32_t> Read(std::int32_t tensor, Step& step) {
    if (step.Get(tensor) >= 0) return step.Get(tensor);
    const auto known = step.constants.find(tensor);
    if (known != step.constants.end()) return known->second;
    ACC_ASSIGN_OR_RETURN(const std::int32_t place, Copy(tensor, step));
    return step.constants[tensor] = place;
  }

  Result<std::int32_t> Copy(std::int32_t tensor, const Step& step) {
    const schema::TensorT& original = *step.body.tensors[static_cast<std::size_t>(tensor)];
    ACC_RETURN_IF_ERROR(budget_.Take(
        sizeof(original) + original.name.size() +
        4 * (original.shape.size() + original.shape_signature.size()) +
        (original.quantization == nullptr ? 0 : 12 * original.quantization->scale.size())));
    main_.tensors.push_back(std::make_unique<schema::TensorT>(original));
    return static_cast<std::int32_t>(main_.tensors.size()) - 1;
  }

  schema::ModelT& model_;
  schema::SubGraphT& main_;
  CopyBudget& budget_;
  std::map<std::int32_t, std::int32_t> renamed_;
  std::unordered_set<std::int32_t> made_;
  std::uint64_t work_left_ = kMostWork;
  int unrolled_ = 0;
  int depth_ = 0;
};

}  // namespace

Result<std::vector<std::byte>> WithControlFlowInlined(const schema::Model& model,
                                                      std::uint64_t file_bytes) {
  const bool has_any = HasOperator(model, schema::BuiltinOperator_WHILE) ||
                       HasOperator(model, schema::BuiltinOperator_IF);
  if (!has_any) return std::vector<std::byte>();
  CopyBudget budget(file_bytes);
  ACC_ASSIGN_OR_RETURN(auto copy, CopyOf(model, budget));
  if (!copy) return std::vector<std::byte>();
  ACC_ASSIGN_OR_RETURN(const bool is_changed, Unroller(*copy, budget).Run());
  if (!is_changed) return std::vector<std::byte>();
  DropUnusedGraphs(*copy);
  return Packed(*copy);
}

}  // namespace acc::model::tflite
