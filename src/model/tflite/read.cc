// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/flatbuffer.h"
#include "model/graph.h"
#include "model/tflite/constants.h"
#include "model/tflite/cut.h"
#include "model/tflite/file.h"
#include "model/tflite/operators.h"
#include "model/tflite/state.h"
#include "model/tflite/tflite_format.h"
#include "model/tflite/translation.h"
#include "model/translation/axis_plan.h"

namespace acc::model {
namespace {

using tflite::File;
using tflite::FileTensor;

// As it is, under its own name: conversion decides whether that matters.
void Keep(tflite::Translation& t) {
  const std::string domain(kUntranslatedDomain);
  std::vector<std::string> inputs;
  for (std::size_t input = 0; input < t.InputCount(); ++input) inputs.push_back(t.Input(input));
  t.builder().RequireOpset(domain, 1);
  t.MakeAsStored(domain, std::move(inputs), {});
}

std::set<int> Indices(const ::flatbuffers::Vector<std::int32_t>* tensors) {
  return tensors == nullptr ? std::set<int>() : std::set<int>(tensors->begin(), tensors->end());
}

class Reader {
 public:
  explicit Reader(const File& file)
      : file_(file), builder_(file.name(), [this](const std::string& tensor) {
          return tflite::ConstantValue(*by_name_.at(tensor));
        }) {}

  Result<Graph> Read() {
    for (const FileTensor& tensor : file_.tensors()) by_name_[tensor.name] = &tensor;
    ACC_RETURN_IF_ERROR(builder_.Take(StoredTensors(), Plan()));
    for (std::uint32_t i = 0; i < SizeOf(file_.graph().operators()); ++i) {
      ACC_RETURN_IF_ERROR(Translate(*file_.graph().operators()->Get(i)));
    }
    ACC_RETURN_IF_ERROR(AddOutputs());
    return Finish();
  }

 private:
  std::vector<StoredTensor> StoredTensors() const {
    const std::set<int> inputs = Indices(file_.graph().inputs());
    const std::set<int> outputs = Indices(file_.graph().outputs());
    std::vector<StoredTensor> stored;
    for (int index = 0; index < static_cast<int>(file_.tensors().size()); ++index) {
      const FileTensor& tensor = file_.tensor(index);
      using Role = StoredTensor::Role;
      const Role role = inputs.contains(index)    ? Role::kInput
                        : tensor.is_constant      ? Role::kConstant
                        : outputs.contains(index) ? Role::kOutput
                                                  : Role::kNative;
      stored.push_back({.name = tensor.name,
                        .role = role,
                        .type = InputInfo(tensor).type,
                        .dims = tensor.dims,
                        .encoding = tensor.encoding});
    }
    return stored;
  }

  std::map<std::string, AxisOrder> Plan() {
    std::unordered_map<std::string, Shape> dims;
    for (const FileTensor& tensor : file_.tensors()) {
      if (!tensor.is_constant) dims.emplace(tensor.name, tensor.dims);
    }
    std::vector<PlannedNode> planned;
    for (std::uint32_t i = 0; i < SizeOf(file_.graph().operators()); ++i) {
      nodes_.emplace_back(file_, *file_.graph().operators()->Get(i), builder_);
    }
    for (std::uint32_t i = 0; i < SizeOf(file_.graph().operators()); ++i) {
      const StoredNode& node = nodes_[i].stored();
      const auto* row = tflite::FindOperator(file_.Code(*file_.graph().operators()->Get(i)));
      const auto kind = row == nullptr ? PlannedNode::Kind::kOther : row->axes;
      planned.push_back({kind, &node.inputs, &node.outputs});
    }
    std::map<std::string, AxisOrder> orders;
    for (const std::string& image : PlanImages(dims, planned)) {
      orders[image] = AxisOrder::kChannelLast;
    }
    return orders;
  }

  Status Translate(const tflite::schema::Operator& node) {
    tflite::Translation& translation = nodes_[next_++];
    const tflite::Operator* row = tflite::FindOperator(file_.Code(node));
    if (!translation.Check(translation.OutputCount() > 0, "it has no output")) {
      return translation.status();
    }
    if (row == nullptr) {
      Keep(translation);
      return translation.status();
    }
    row->Translate(translation);
    return translation.status();
  }

  Status AddOutputs() {
    std::set<int> seen;
    for (const std::int32_t index : *file_.graph().outputs()) {
      if (!seen.insert(index).second) continue;
      ACC_RETURN_IF_ERROR(builder_.AddOutput(file_.tensor(index).name));
    }
    return OkStatus();
  }

  Graph Finish() {
    Translated& made = builder_.described();
    Graph graph = std::move(builder_.graph());
    for (ValueInfo& input : graph.inputs) input.dims = by_name_.at(input.name)->signature;
    for (const FileTensor& tensor : file_.tensors()) {
      if (!tensor.is_constant) graph.source_tensors[tensor.name] = Described(tensor, made);
    }
    graph.source_params = std::move(made.params);
    ShareEncodings(graph);
    return graph;
  }

  // Real numbers before QUANTIZE or after DEQUANTIZE and their integers are one tensor of the
  // target: whichever name it keeps has the encoding.
  void ShareEncodings(Graph& graph) const {
    for (const tflite::Translation& node : nodes_) {
      const StoredNode& stored = node.stored();
      if (stored.inputs.size() != 1 || stored.outputs.size() != 1) continue;
      if (stored.type == "DEQUANTIZE") Share(graph, stored.inputs[0], stored.outputs[0]);
      if (stored.type == "QUANTIZE") Share(graph, stored.outputs[0], stored.inputs[0]);
    }
  }

  static void Share(Graph& graph, const std::string& integers, const std::string& reals) {
    const auto from = graph.source_tensors.find(integers);
    const auto to = graph.source_tensors.find(reals);
    if (from == graph.source_tensors.end() || to == graph.source_tensors.end()) return;
    const auto& encoding = from->second.encoding;
    if (encoding && encoding->channels.size() == 1 && !to->second.encoding) {
      to->second.encoding = encoding;
    }
  }

  static SourceTensor Described(const FileTensor& tensor, const Translated& made) {
    SourceTensor source{.type = tensor.type};
    const auto translated = made.tensors.find(tensor.name);
    const bool moved = translated != made.tensors.end() &&
                       translated->second.axis_order == AxisOrder::kChannelLast;
    const std::size_t rank = tensor.dims.size();
    if (moved) source.held = AxisOrder::kChannelFirst;
    if (tensor.encoding) {
      source.encoding = Moved(*tensor.encoding, moved ? ChannelFirst(rank) : AsStored(rank), rank);
    }
    return source;
  }

  const File& file_;
  std::unordered_map<std::string, const FileTensor*> by_name_;
  GraphBuilder builder_;
  std::vector<tflite::Translation> nodes_;
  std::size_t next_ = 0;
};

}  // namespace

Result<Graph> ReadTflite(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(File stored, tflite::OpenCut(path, ends));
  if (ends.state != nullptr) *ends.state = tflite::StateOf(stored);
  const std::string where = fmt::format("'{}'", Printable(path.native()));
  const auto file = tflite::WithoutState(std::move(stored));
  if (!file.ok()) return file.status().WithContext(where);
  auto graph = Reader(*file).Read();
  if (graph.ok()) return graph;
  return graph.status().WithContext(where);
}

Result<Graph> ParseTflite(std::string_view content, const std::string& name) {
  ACC_ASSIGN_OR_RETURN(File stored, File::Parse(content, name));
  ACC_ASSIGN_OR_RETURN(const File file, tflite::WithoutState(std::move(stored)));
  return Reader(file).Read();
}

}  // namespace acc::model
