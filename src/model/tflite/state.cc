// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/tflite/copy.h"
#include "model/tflite/types.h"

namespace acc::model::tflite {
namespace {

using Indices = ::flatbuffers::Vector<std::int32_t>;

constexpr std::array kStateOperators = {
    schema::BuiltinOperator_VAR_HANDLE, schema::BuiltinOperator_READ_VARIABLE,
    schema::BuiltinOperator_ASSIGN_VARIABLE, schema::BuiltinOperator_CALL_ONCE};

bool IsStateOperator(schema::BuiltinOperator code) {
  return std::ranges::count(kStateOperators, code) > 0;
}

std::int32_t At(const Indices* indices, std::uint32_t place) {
  return place < SizeOf(indices) ? indices->Get(place) : -1;
}

// Follows the operators in the order in which TensorFlow Lite runs them.
class Planner {
 public:
  explicit Planner(const schema::Model& model) : model_(model) {}

  Result<StatePlan> Run() {
    const schema::SubGraph& main = *model_.subgraphs()->Get(0);
    if (!HasVariables(main)) return StatePlan();
    std::map<std::int32_t, std::string> handles;
    for (std::uint32_t i = 0; i < SizeOf(main.operators()); ++i) {
      ACC_RETURN_IF_ERROR(Follow(*main.operators()->Get(i), 0, handles));
    }
    for (const auto& [variable, value] : current_) {
      if (value.graph == 0) plan_.next.push_back(value.tensor);
    }
    return std::move(plan_);
  }

 private:
  bool HasVariables(const schema::SubGraph& graph) const {
    for (std::uint32_t i = 0; i < SizeOf(graph.operators()); ++i) {
      if (CodeOf(model_, *graph.operators()->Get(i)) == schema::BuiltinOperator_VAR_HANDLE) {
        return true;
      }
    }
    return false;
  }

  // `handles` are those of the graph, by tensor.
  Status Follow(const schema::Operator& node, std::int32_t graph,
                std::map<std::int32_t, std::string>& handles) {
    const schema::BuiltinOperator code = CodeOf(model_, node);
    const auto handle = handles.find(At(node.inputs(), 0));
    if (code == schema::BuiltinOperator_VAR_HANDLE) {
      handles[At(node.outputs(), 0)] = NameOf(node);
      return OkStatus();
    }
    if (code == schema::BuiltinOperator_CALL_ONCE && graph == 0) return FollowOnce(node);
    const bool is_access = code == schema::BuiltinOperator_READ_VARIABLE ||
                           code == schema::BuiltinOperator_ASSIGN_VARIABLE;
    if (is_access && handle == handles.end()) {
      return Failure(fmt::format("{} reads no VAR_HANDLE", EnumNameBuiltinOperator(code)));
    }
    if (code == schema::BuiltinOperator_ASSIGN_VARIABLE) {
      current_[handle->second] = {graph, At(node.inputs(), 1)};
      return OkStatus();
    }
    if (code == schema::BuiltinOperator_READ_VARIABLE && graph == 0) {
      if (At(node.outputs(), 0) < 0) return Failure("READ_VARIABLE has no output");
      const auto value = current_.find(handle->second);
      plan_.reads[At(node.outputs(), 0)] = value == current_.end() ? StateValue() : value->second;
      return OkStatus();
    }
    for (std::uint32_t i = 0; i < SizeOf(node.inputs()); ++i) {
      const auto taken = handles.find(node.inputs()->Get(i));
      if (taken == handles.end()) continue;
      return Failure(fmt::format("{} takes the variable '{}'", EnumNameBuiltinOperator(code),
                                 Printable(taken->second)));
    }
    return OkStatus();
  }

  Status FollowOnce(const schema::Operator& node) {
    const auto* options = node.builtin_options_as_CallOnceOptions();
    const std::int32_t number = options == nullptr ? -1 : options->init_subgraph_index();
    if (number <= 0 || static_cast<std::uint32_t>(number) >= SizeOf(model_.subgraphs())) {
      return Failure("CALL_ONCE calls no graph of the file");
    }
    if (!called_.insert(number).second) return OkStatus();
    const schema::SubGraph& graph = *model_.subgraphs()->Get(static_cast<std::uint32_t>(number));
    std::map<std::int32_t, std::string> handles;
    std::set<std::int32_t> made;
    for (std::uint32_t i = 0; i < SizeOf(graph.operators()); ++i) {
      const schema::Operator& inner = *graph.operators()->Get(i);
      if (inner.opcode_index() >= SizeOf(model_.operator_codes())) {
        return Failure("CALL_ONCE calls operators of types that the file does not list");
      }
      if (CodeOf(model_, inner) == schema::BuiltinOperator_ASSIGN_VARIABLE &&
          made.contains(At(inner.inputs(), 1))) {
        return Failure("CALL_ONCE computes an initial value instead of assigning a constant");
      }
      ACC_RETURN_IF_ERROR(Follow(inner, number, handles));
      for (std::uint32_t k = 0; k < SizeOf(inner.outputs()); ++k) {
        made.insert(inner.outputs()->Get(k));
      }
    }
    return OkStatus();
  }

  static std::string NameOf(const schema::Operator& node) {
    const auto* options = node.builtin_options_as_VarHandleOptions();
    if (options == nullptr) return "";
    return std::string(View(options->container())) + "/" +
           std::string(View(options->shared_name()));
  }

  const schema::Model& model_;
  std::map<std::string, StateValue> current_;
  std::set<std::int32_t> called_;  // Graphs that CALL_ONCE names.
  StatePlan plan_;
};

// Writes the plan into a copy of the model.
class Rewriter {
 public:
  Rewriter(schema::ModelT& model, CopyBudget& budget, const StatePlan& plan)
      : model_(model), main_(*model.subgraphs[0]), budget_(budget), plan_(plan) {}

  Status Run() {
    for (const auto& [read, value] : plan_.reads) ACC_RETURN_IF_ERROR(Replace(read, value));
    std::erase_if(main_.operators,
                  [&](const auto& node) { return IsStateOperator(CodeOf(model_, *node)); });
    std::set<std::int32_t> made;
    for (const auto& node : main_.operators) {
      for (std::int32_t& input : node->inputs) input = Renamed(input);
      made.insert(node->outputs.begin(), node->outputs.end());
    }
    for (std::int32_t& output : main_.outputs) output = Renamed(output);
    for (const std::int32_t tensor : plan_.next) {
      const std::int32_t next = Renamed(tensor);
      const bool is_new = made.contains(next) && std::ranges::count(main_.outputs, next) == 0;
      if (is_new) main_.outputs.push_back(next);
    }
    return OkStatus();
  }

 private:
  Status Replace(std::int32_t read, const StateValue& value) {
    if (value.graph == 0) {
      renamed_[read] = value.tensor;
      return OkStatus();
    }
    schema::TensorT& tensor = *main_.tensors[static_cast<std::size_t>(read)];
    if (value.graph < 0) return FillWithZeros(tensor);
    const schema::SubGraphT& graph = *model_.subgraphs[static_cast<std::size_t>(value.graph)];
    if (value.tensor < 0 || static_cast<std::size_t>(value.tensor) >= graph.tensors.size()) {
      return Failure("CALL_ONCE assigns a tensor that is not there");
    }
    const schema::TensorT& initial = *graph.tensors[static_cast<std::size_t>(value.tensor)];
    if (initial.type != tensor.type) {
      return Failure(
          fmt::format("'{}' is of another type than its initial value", Printable(tensor.name)));
    }
    tensor.buffer = initial.buffer;
    tensor.shape = initial.shape;
    tensor.shape_signature.clear();
    return OkStatus();
  }

  Status FillWithZeros(schema::TensorT& tensor) {
    const auto count = ElementCount({tensor.shape.begin(), tensor.shape.end()});
    const std::uint64_t bytes = count ? ByteSize(TypeOf(tensor.type), *count) : 0;
    if (bytes == 0) {
      return Failure(fmt::format("the size of '{}' is not known", Printable(tensor.name)));
    }
    ACC_RETURN_IF_ERROR(budget_.Take(bytes));
    model_.buffers.push_back(std::make_unique<schema::BufferT>());
    model_.buffers.back()->data.resize(bytes);
    tensor.buffer = static_cast<std::uint32_t>(model_.buffers.size()) - 1;
    return OkStatus();
  }

  // A value may have been read and assigned again.
  std::int32_t Renamed(std::int32_t tensor) const {
    for (std::size_t step = 0; step <= renamed_.size(); ++step) {
      const auto found = renamed_.find(tensor);
      if (found == renamed_.end()) break;
      tensor = found->second;
    }
    return tensor;
  }

  schema::ModelT& model_;
  schema::SubGraphT& main_;
  CopyBudget& budget_;
  const StatePlan& plan_;
  std::map<std::int32_t, std::int32_t> renamed_;
};

}  // namespace

Result<StatePlan> PlanState(const schema::Model& model) { return Planner(model).Run(); }

StateTensors StateOf(const File& file) {
  const auto followed = PlanState(file.model());
  if (!followed.ok()) return {};
  const StatePlan& plan = *followed;
  StateTensors names;
  for (const auto& [read, value] : plan.reads) {
    if (value.graph != 0 && read >= 0) names.initial.push_back(file.tensor(read).name);
  }
  for (const std::int32_t tensor : plan.next) {
    if (tensor >= 0 && !plan.reads.contains(tensor) && !file.tensor(tensor).is_constant) {
      names.next.push_back(file.tensor(tensor).name);
    }
  }
  return names;
}

Result<File> WithoutState(File file) {
  constexpr std::string_view kWhat = "the state that the model keeps cannot be followed";
  const auto plan = PlanState(file.model());
  if (!plan.ok()) return plan.status().WithContext(kWhat);
  if (plan->reads.empty() && plan->next.empty()) return file;
  CopyBudget budget(file.content().size());
  ACC_ASSIGN_OR_RETURN(auto copy, CopyOf(file.model(), budget));
  if (!copy) {
    return Failure(
        fmt::format("{}: the file has sparse tensors, newer operators or data outside", kWhat));
  }
  const Status written = Rewriter(*copy, budget, *plan).Run();
  if (!written.ok()) return written.WithContext(kWhat);
  DropUnusedGraphs(*copy);
  return File::Own(Packed(*copy), file.name());
}

}  // namespace acc::model::tflite
