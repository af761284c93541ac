// SPDX-License-Identifier: BSD-3-Clause
// Small DLCs for tests.
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dlc/model.h"

namespace acc::dlc {

// A model of one graph, and the memory of its static tensors.
class TestModel {
 public:
  TestModel() { model_.graphs.emplace_back().name = "test"; }

  Model& model() { return model_; }
  Graph& graph() { return model_.graphs.front(); }

  Tensor& Add(std::string name, TensorKind kind, Shape dims, DataType type = DataType::kFloat32) {
    Tensor tensor;
    tensor.id = static_cast<std::uint32_t>(graph().tensors.size());
    tensor.name = std::move(name);
    tensor.kind = kind;
    tensor.type = type;
    tensor.dims = std::move(dims);
    return graph().tensors.emplace_back(std::move(tensor));
  }
  Tensor& Input(std::string name, Shape dims, DataType type = DataType::kFloat32) {
    return Add(std::move(name), TensorKind::kInput, std::move(dims), type);
  }
  Tensor& Native(std::string name, Shape dims, DataType type = DataType::kFloat32) {
    return Add(std::move(name), TensorKind::kNative, std::move(dims), type);
  }
  Tensor& Output(std::string name, Shape dims, DataType type = DataType::kFloat32) {
    return Add(std::move(name), TensorKind::kOutput, std::move(dims), type);
  }

  template <typename T>
  Tensor& Static(std::string name, Shape dims, const std::vector<T>& values, DataType type) {
    Tensor& tensor = Add(std::move(name), TensorKind::kStatic, std::move(dims), type);
    tensor.data = Kept(values);
    return tensor;
  }
  Tensor& Floats(std::string name, Shape dims, const std::vector<float>& values) {
    return Static(std::move(name), std::move(dims), values, DataType::kFloat32);
  }

  Node& AddNode(std::string type, std::vector<std::string> inputs, std::vector<std::string> outputs,
                std::vector<Attribute> attributes = {}) {
    Node node;
    node.name = "node_" + (outputs.empty() ? type : outputs.front());
    node.type = std::move(type);
    node.package = kQnnPackage;
    node.inputs = std::move(inputs);
    node.outputs = std::move(outputs);
    node.attributes = std::move(attributes);
    return graph().nodes.emplace_back(std::move(node));
  }

  // An attribute that is a tensor.
  template <typename T>
  Attribute List(std::string name, Shape dims, const std::vector<T>& values, DataType type) {
    Tensor tensor;
    tensor.name = name;
    tensor.kind = TensorKind::kStatic;
    tensor.type = type;
    tensor.dims = std::move(dims);
    tensor.data = Kept(values);
    return {std::move(name), std::move(tensor)};
  }
  Attribute List(std::string name, const std::vector<std::uint32_t>& values) {
    return List(std::move(name), {static_cast<std::int64_t>(values.size())}, values,
                DataType::kUint32);
  }

 private:
  template <typename T>
  std::span<const std::byte> Kept(const std::vector<T>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    auto kept = std::make_shared<std::vector<std::byte>>(bytes.begin(), bytes.end());
    model_.storage.push_back(kept);
    return *kept;
  }

  Model model_;
};

inline Encoding TestEncoding(int bitwidth, double scale, std::int64_t offset) {
  return {.bitwidth = bitwidth,
          .min = scale * static_cast<double>(offset),
          .max = scale * static_cast<double>(offset + (std::int64_t{1} << bitwidth) - 1),
          .scale = static_cast<float>(scale),
          .offset = offset};
}

}  // namespace acc::dlc
