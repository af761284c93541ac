// SPDX-License-Identifier: BSD-3-Clause
// Each tensor T becomes (T - from) + to, with two inputs of its own. These are declared without
// dims: fed with single zeros they cost nothing, since they are broadcast. So one session serves
// every choice of tensors. The difference comes first: where T is what it should be, the sum is
// exactly `to`, however large T is (masks of -3.4e38). Where values stand in for tensors, T becomes
// Where(chosen, to, T) with a chosen that is one bool.
#include "features/dissection/error_injection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "features/shared/noise_sums.h"
#include "model/onnx/onnx_format.h"
#include "model/unique_names.h"
#include "ort/capture.h"

namespace acc::features {
namespace {

struct Injected {
  model::Graph graph;
  std::map<std::string, std::pair<std::string, std::string>> error_inputs;  // From and to.
  std::map<std::string, std::string> renamed_inputs;
};

class Injector {
 public:
  Injector(const model::Graph& graph, const std::vector<std::string>& tensors, InjectionKind kind)
      : source_(graph), tensors_(tensors.begin(), tensors.end()), kind_(kind) {
    for (const ValueInfo& input : graph.inputs) names_.Take(input.name);
    for (const auto& [name, value] : graph.initializers) names_.Take(name);
    for (const model::Node& node : graph.nodes) {
      for (const std::string& output : node.outputs) names_.Take(output);
      node_names_.Take(node.name);
    }
  }

  Injected Inject() {
    result_.graph = source_;
    result_.graph.nodes.clear();
    for (ValueInfo& input : result_.graph.inputs) {
      if (!tensors_.contains(input.name)) continue;
      const std::string tensor = std::exchange(input.name, names_.Take(input.name + "_clean"));
      result_.renamed_inputs[tensor] = input.name;
      Add(input.name, tensor);
    }
    for (model::Node node : source_.nodes) {
      std::vector<std::pair<std::string, std::string>> sums;  // Clean name and tensor.
      for (std::string& output : node.outputs) {
        if (!tensors_.contains(output)) continue;
        std::string clean = names_.Take(output + "_clean");
        sums.emplace_back(clean, std::exchange(output, clean));
      }
      result_.graph.nodes.push_back(std::move(node));
      for (const auto& [clean, tensor] : sums) Add(clean, tensor);
    }
    for (const auto& [tensor, inputs] : result_.error_inputs) {
      AddInput(inputs.first,
               kind_ == InjectionKind::kValues ? ElementType::kBool : ElementType::kFloat32);
      AddInput(inputs.second, ElementType::kFloat32);
    }
    // The dims that the graph declares for them are those without the errors' unknown ones.
    for (ValueInfo& output : result_.graph.outputs) {
      output.has_rank = false;
      output.dims.clear();
    }
    return std::move(result_);
  }

 private:
  void Add(const std::string& clean, const std::string& tensor) {
    const auto& [from, to] =
        result_.error_inputs
            .emplace(tensor, std::pair(names_.Take(tensor + "_from"), names_.Take(tensor + "_to")))
            .first->second;
    if (kind_ == InjectionKind::kValues) return AddNode("Where", {from, to, clean}, tensor);
    const std::string change = names_.Take(tensor + "_change");
    AddNode("Sub", {clean, from}, change);
    AddNode("Add", {change, to}, tensor);
  }

  void AddInput(const std::string& name, ElementType type) {
    result_.graph.inputs.push_back({.name = name, .type = type, .has_rank = false});
  }

  void AddNode(std::string_view op_type, std::vector<std::string> inputs,
               const std::string& output) {
    model::Node node;
    node.name = node_names_.Take(output + "_with_error");
    node.op_type = op_type;
    node.inputs = std::move(inputs);
    node.outputs = {output};
    result_.graph.nodes.push_back(std::move(node));
  }

  const model::Graph& source_;
  const std::set<std::string> tensors_;
  const InjectionKind kind_;
  Injected result_;
  model::UniqueNames names_;
  model::UniqueNames node_names_;
};

}  // namespace

Result<ErrorInjection> ErrorInjection::Create(const model::Graph& graph,
                                              const std::vector<std::string>& tensors,
                                              InjectionKind kind) {
  const Injected injected = Injector(graph, tensors, kind).Inject();
  ACC_ASSIGN_OR_RETURN(const std::string model, model::SerializeOnnx(injected.graph));
  ACC_ASSIGN_OR_RETURN(ort::Session session, ort::Session::Create(model, {}));
  ErrorInjection injection(std::move(session), kind);
  injection.renamed_inputs_ = injected.renamed_inputs;
  for (const auto& [tensor, names] : injected.error_inputs) {
    injection.error_inputs_[tensor] = {names.first, names.second};
  }
  for (const ValueInfo& output : injection.session_.outputs()) {
    if (output.type == ElementType::kFloat32) injection.outputs_.push_back(output.name);
  }
  if (injection.outputs_.empty()) return Failure("no output of the model holds float32 numbers");
  return injection;
}

Status ErrorInjection::AddLine(ReadInputs read) {
  ACC_ASSIGN_OR_RETURN(const auto clean, Run(read, {}));
  Line line{.read = std::move(read)};
  for (const ort::Value& value : clean) {
    ACC_ASSIGN_OR_RETURN(line.clean.emplace_back(), ToFloats(value.view()));
  }
  lines_.push_back(std::move(line));
  return OkStatus();
}

Result<std::vector<ort::Value>> ErrorInjection::Run(const ReadInputs& read,
                                                    const Errors& errors) const {
  ACC_ASSIGN_OR_RETURN(auto own, read());
  std::map<std::string, Tensor> given;
  for (auto& [name, value] : own) {
    const auto renamed = renamed_inputs_.find(name);
    given.emplace(renamed == renamed_inputs_.end() ? name : renamed->second, std::move(value));
  }
  ort::Inputs inputs = ort::Views(given);
  const Tensor zero = Tensor::FromFloats({}, std::vector{0.0F});
  ACC_ASSIGN_OR_RETURN(const Tensor no, Tensor::Create(ElementType::kBool, {}, {std::byte{0}}));
  ACC_ASSIGN_OR_RETURN(const Tensor yes, Tensor::Create(ElementType::kBool, {}, {std::byte{1}}));
  const bool are_values = kind_ == InjectionKind::kValues;
  for (const auto& [tensor, names] : error_inputs_) {
    const auto error = errors.find(tensor);
    const bool is_there = error != errors.end();
    inputs[names.to] = is_there ? error->second.to.view() : zero.view();
    if (are_values) {
      inputs[names.from] = is_there ? yes.view() : no.view();
    } else {
      inputs[names.from] = is_there ? error->second.from.view() : zero.view();
    }
  }
  return session_.Run(inputs, outputs_);
}

Result<double> ErrorInjection::Measure(std::size_t line, const Errors& errors) const {
  ACC_ASSIGN_OR_RETURN(const auto values, Run(lines_[line].read, errors));
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < values.size(); ++i) {
    ACC_ASSIGN_OR_RETURN(const auto floats, ToFloats(values[i].view()));
    const std::vector<float>& clean = lines_[line].clean[i];
    if (floats.size() != clean.size()) continue;
    const double db = SumsOf(clean, floats).sqnr_db();
    if (!std::isnan(db)) lowest = std::min(lowest, db);
  }
  return lowest;
}

}  // namespace acc::features
