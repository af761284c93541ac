// SPDX-License-Identifier: BSD-3-Clause
// Each tensor T becomes (T - from) + to, with two inputs of its own. These are declared without
// dims: fed with single zeros they cost nothing, since they are broadcast. So one session serves
// every choice of tensors. The difference comes first: where T is what it should be, the sum is
// exactly `to`, however large T is (masks of -3.4e38).
#include "features/dissection/error_injection.h"

#include <algorithm>
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
  Injector(const model::Graph& graph, const std::vector<std::string>& tensors)
      : source_(graph), tensors_(tensors.begin(), tensors.end()) {
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
      for (const std::string& input : {inputs.first, inputs.second}) {
        result_.graph.inputs.push_back(
            {.name = input, .type = ElementType::kFloat32, .has_rank = false});
      }
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
    const std::string change = names_.Take(tensor + "_change");
    AddNode("Sub", clean, from, change);
    AddNode("Add", change, to, tensor);
  }

  void AddNode(std::string_view op_type, const std::string& one, const std::string& other,
               const std::string& output) {
    model::Node node;
    node.name = node_names_.Take(output + "_with_error");
    node.op_type = op_type;
    node.inputs = {one, other};
    node.outputs = {output};
    result_.graph.nodes.push_back(std::move(node));
  }

  const model::Graph& source_;
  const std::set<std::string> tensors_;
  Injected result_;
  model::UniqueNames names_;
  model::UniqueNames node_names_;
};

}  // namespace

Result<ErrorInjection> ErrorInjection::Create(const model::Graph& graph,
                                              const std::vector<std::string>& tensors,
                                              const std::map<std::string, Tensor>& inputs) {
  const Injected injected = Injector(graph, tensors).Inject();
  ACC_ASSIGN_OR_RETURN(const std::string model, model::SerializeOnnx(injected.graph));
  ACC_ASSIGN_OR_RETURN(ort::Session session, ort::Session::Create(model, {}));
  ErrorInjection injection(std::move(session));
  for (const auto& [name, value] : inputs) {
    const auto renamed = injected.renamed_inputs.find(name);
    injection.inputs_.emplace(renamed == injected.renamed_inputs.end() ? name : renamed->second,
                              value);
  }
  const Tensor none = Tensor::FromFloats({}, std::vector{0.0F});
  for (const auto& [tensor, names] : injected.error_inputs) {
    injection.inputs_.emplace(names.first, none);
    injection.inputs_.emplace(names.second, none);
    injection.error_inputs_[tensor] = {names.first, names.second};
  }
  for (const ValueInfo& output : injection.session_.outputs()) {
    if (output.type == ElementType::kFloat32) injection.outputs_.push_back(output.name);
  }
  if (injection.outputs_.empty()) return Failure("no output of the model holds float32 numbers");
  ACC_ASSIGN_OR_RETURN(const auto clean, injection.Run({}));
  for (const ort::Value& value : clean) {
    ACC_ASSIGN_OR_RETURN(injection.clean_.emplace_back(), ToFloats(value.view()));
  }
  return injection;
}

Result<std::vector<ort::Value>> ErrorInjection::Run(const Errors& errors) const {
  ++runs_;
  ort::Inputs inputs = ort::Views(inputs_);
  for (const auto& [tensor, error] : errors) {
    const ErrorInputs& names = error_inputs_.at(tensor);
    inputs[names.from] = error.from.view();
    inputs[names.to] = error.to.view();
  }
  return session_.Run(inputs, outputs_);
}

Result<double> ErrorInjection::Measure(const Errors& errors) const {
  ACC_ASSIGN_OR_RETURN(const auto values, Run(errors));
  double lowest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < values.size(); ++i) {
    ACC_ASSIGN_OR_RETURN(const auto floats, ToFloats(values[i].view()));
    if (floats.size() != clean_[i].size()) continue;
    const double db = SumsOf(clean_[i], floats).sqnr_db();
    if (!std::isnan(db)) lowest = std::min(lowest, db);
  }
  return lowest;
}

}  // namespace acc::features
