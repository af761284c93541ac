// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/reproducer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "match/names.h"
#include "model/onnx/onnx_format.h"
#include "quantize/encodings_file.h"
#include "store/file_names.h"
#include "target/node_groups.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

class Reproducer {
 public:
  Reproducer(const LayersToMeasure& layers, target::Program program, fs::path folder)
      : layers_(layers), program_(std::move(program)), folder_(std::move(folder)) {}

  Status Write(const std::string& name, const std::vector<std::string>& engine_words) {
    const std::vector<target::NodeGroup> groups = target::GroupsOf(program_);
    ACC_ASSIGN_OR_RETURN(const target::NodeGroup group, Find(groups, name));
    if (!group.obstacle.empty()) {
      return Failure(fmt::format("the layer of '{}' cannot run alone: {}", Printable(name),
                                 Printable(group.obstacle)));
    }
    ACC_RETURN_IF_ERROR(CreateFolders(folder_));
    ACC_RETURN_IF_ERROR(WriteModel(group));
    ACC_RETURN_IF_ERROR(WriteValues(group));
    if (layers_.model.quantized) ACC_RETURN_IF_ERROR(WriteEncodings(group));
    return WriteFileAtomically(folder_ / "command.txt",
                               Join(Command(group, engine_words), " ") + "\n");
  }

 private:
  // Names may be longer than the file system takes.
  static std::string FileOf(const std::string& tensor) {
    return store::FileNames().PathFor(tensor) + ".raw";
  }

  const std::string& TensorOf(std::size_t tap) const { return program_.taps[tap].tensor; }

  // By the name of a tensor that it makes, or of a node.
  Result<target::NodeGroup> Find(const std::vector<target::NodeGroup>& groups,
                                 const std::string& name) const {
    const std::string wanted = match::PortKey(name);
    for (const target::NodeGroup& group : groups) {
      std::vector<std::string> names;
      for (const std::size_t output : group.outputs) {
        names.push_back(TensorOf(output));
        names.push_back(layers_.model.converted.tensors.at(TensorOf(output)).source);
      }
      for (const std::size_t node : group.nodes) names.push_back(program_.graph.nodes[node].name);
      for (const std::string& one : names) {
        if (!one.empty() && match::PortKey(one) == wanted) return group;
      }
    }
    return Failure(fmt::format("--only: no layer that runs alone makes '{}'", Printable(name)));
  }

  Status WriteModel(const target::NodeGroup& group) const {
    target::IsolatedProgram isolated = target::Isolated(
        program_, {&group, 1},
        [&](std::size_t tap) -> ValueInfo { return layers_.values.InfoOf(TensorOf(tap)); });
    model::Graph& graph = isolated.program.graph;
    graph.name = TensorOf(group.outputs.front());
    std::map<std::string, std::string> renamed;  // Inputs get the names of their tensors.
    for (const target::IsolatedInput& input : isolated.inputs) {
      renamed[input.name] = TensorOf(input.tap);
    }
    for (ValueInfo& input : graph.inputs) input.name = renamed.at(input.name);
    for (model::Node& node : graph.nodes) {
      for (std::string& input : node.inputs) {
        if (const auto found = renamed.find(input); found != renamed.end()) input = found->second;
      }
    }
    for (ValueInfo& output : graph.outputs) output = layers_.values.InfoOf(output.name);
    ACC_ASSIGN_OR_RETURN(const std::string bytes, model::SerializeOnnx(graph));
    return WriteFileAtomically(folder_ / "model.onnx", bytes);
  }

  Status WriteValues(const target::NodeGroup& group) const {
    std::string list;
    for (const std::size_t input : group.inputs) {
      const std::string& tensor = TensorOf(input);
      ACC_ASSIGN_OR_RETURN(const Tensor value, layers_.values.Reference(tensor));
      ACC_RETURN_IF_ERROR(WriteFile(folder_ / FileOf(tensor), value.bytes()));
      list += fmt::format("{}{}:={}", list.empty() ? "" : " ", tensor, FileOf(tensor));
    }
    ACC_RETURN_IF_ERROR(CreateFolders(folder_ / "golden"));
    for (const std::size_t output : group.outputs) {
      ACC_ASSIGN_OR_RETURN(const Tensor value, layers_.values.Reference(TensorOf(output)));
      ACC_RETURN_IF_ERROR(WriteFile(folder_ / "golden" / FileOf(TensorOf(output)), value.bytes()));
    }
    return WriteFileAtomically(folder_ / "input_list.txt", list + "\n");
  }

  Status WriteEncodings(const target::NodeGroup& group) const {
    const quantize::QuantizedGraph& quantized = *layers_.model.quantized;
    quantize::Overrides encodings;
    for (const auto* taps : {&group.inputs, &group.outputs}) {
      for (const std::size_t tap : *taps) {
        const auto found = quantized.activations.find(TensorOf(tap));
        if (found != quantized.activations.end()) encodings.activations.insert(*found);
      }
    }
    for (const std::size_t index : group.nodes) {
      for (const std::string& input : program_.graph.nodes[index].inputs) {
        const auto found = quantized.params.find(input);
        if (found != quantized.params.end()) encodings.params.insert(*found);
      }
    }
    return quantize::WriteEncodings(folder_ / "encodings.json", encodings);
  }

  std::vector<std::string> Command(const target::NodeGroup& group,
                                   const std::vector<std::string>& engine_words) const {
    std::vector<std::string> words = {"--framework",        "onnx",         "--model_path",
                                      "model.onnx",         "--input_list", "input_list.txt",
                                      "--default_verifier", "SQNR"};
    for (const std::size_t input : group.inputs) {
      const ValueInfo& info = layers_.values.InfoOf(TensorOf(input));
      words.insert(words.end(),
                   {"--input_tensor", info.name, fmt::format("{}", fmt::join(info.dims, ",")),
                    FileOf(info.name), std::string(Name(info.type))});
    }
    for (const std::size_t output : group.outputs) {
      words.insert(words.end(), {"--output_tensor", TensorOf(output)});
    }
    if (layers_.model.quantized) {
      words.insert(words.end(), {"--quantization_overrides", "encodings.json"});
    }
    words.insert(words.end(), engine_words.begin(), engine_words.end());
    return words;
  }

  const LayersToMeasure& layers_;
  const target::Program program_;
  const fs::path folder_;
};

}  // namespace

Status CheckLayerName(const TargetModel& model, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [tensor, described] : model.converted.tensors) {
    known.push_back(tensor);
    if (!described.source.empty()) known.push_back(described.source);
  }
  for (const model::Node& node : model.converted.graph.nodes) known.push_back(node.name);
  const auto has_name = [&](const std::string& one) {
    return match::PortKey(one) == match::PortKey(name);
  };
  if (std::ranges::any_of(known, has_name)) return OkStatus();
  return UsageError(fmt::format("--only: the target's graph has no tensor or node '{}'.{}",
                                Printable(name), DidYouMean(name, known)));
}

Status WriteLayer(const LayersToMeasure& layers, const std::string& name,
                  const std::vector<std::string>& engine_words, const fs::path& folder) {
  return Reproducer(layers, FloatProgramOf(layers), folder).Write(name, engine_words);
}

}  // namespace acc::features
