// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/source_model.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/text.h"
#include "features/source_model/conversion.h"
#include "model/cut.h"
#include "model/reader/reader.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

std::vector<std::string> NamesOfInputs(const model::Graph& graph) {
  std::vector<std::string> names;
  for (const ValueInfo& input : graph.inputs) names.push_back(input.name);
  return names;
}

std::vector<std::string> TensorNames(const model::Graph& graph) {
  std::vector<std::string> names;
  for (const ValueInfo& output : graph.outputs) names.push_back(output.name);
  for (const model::Node& node : graph.nodes) {
    names.insert(names.end(), node.outputs.begin(), node.outputs.end());
  }
  return names;
}

bool Contradict(const Shape& model, const Shape& given) {
  if (model.size() != given.size()) return true;
  for (std::size_t i = 0; i < model.size(); ++i) {
    if (model[i] != kUnknownDim && model[i] != given[i]) return true;
  }
  return false;
}

// The model's scalars may be given as "1" or "".
bool IsScalarOfOne(const Shape& model, const Shape& given) {
  return model.empty() && (given.empty() || given == Shape{1});
}

// As --input_tensor takes it: "1,3", or with a number of the user's own where the model has none.
std::string Wanted(const Shape& dims) {
  const Shape example = [&] {
    Shape numbers = dims;
    std::ranges::replace(numbers, kUnknownDim, std::int64_t{1});
    return numbers;
  }();
  if (dims.empty()) return "1, a scalar";
  const std::string numbers = fmt::format("{}", fmt::join(example, ","));
  return IsStatic(dims) ? numbers : numbers + ", or another number where the model has '?'";
}

Status FixDims(ValueInfo& input, const InputTensor& given) {
  if (input.has_rank && IsScalarOfOne(input.dims, given.dims)) return OkStatus();
  if (input.has_rank && Contradict(input.dims, given.dims)) {
    return UsageError(fmt::format(
        "--input_tensor gives '{}' the dimensions {}, but the model has {}. Give {}.",
        Printable(input.name), ToText(given.dims), ToText(input.dims), Wanted(input.dims)));
  }
  input.dims = given.dims;
  input.has_rank = true;
  return OkStatus();
}

Result<std::map<std::string, const InputTensor*>> GivenByName(
    const model::Graph& graph, const std::vector<InputTensor>& given) {
  const std::vector<std::string> names = NamesOfInputs(graph);
  std::map<std::string, const InputTensor*> by_name;
  for (const InputTensor& tensor : given) {
    const std::string name = ModelSpelling(tensor.name, names);
    if (std::ranges::find(names, name) == names.end()) {
      std::vector<std::string> known = TensorNames(graph);
      known.insert(known.end(), names.begin(), names.end());
      return UsageError(fmt::format(
          "--input_tensor names '{}', which is no input of the model, nor a tensor that it "
          "computes; its inputs are {}.{}",
          Printable(name), Printable(Join(names, ", ")), DidYouMean(name, known)));
    }
    if (!by_name.emplace(name, &tensor).second) {
      return UsageError(fmt::format("--input_tensor gives '{}' twice", Printable(name)));
    }
  }
  return by_name;
}

std::string WhyNeeded(const model::Cut& cut) {
  if (cut.at.empty()) return "";
  return fmt::format(", and it is still needed: not all that reads it is before '{}'",
                     Printable(Join(cut.at, "', '")));
}

Status LineUpInputs(SourceModel& model, const std::vector<InputTensor>& given) {
  ACC_ASSIGN_OR_RETURN(const auto by_name, GivenByName(model.graph, given));
  for (ValueInfo& input : model.inputs) {
    const auto found = by_name.find(input.name);
    if (found == by_name.end()) {
      return UsageError(fmt::format(
          "the model's input '{}' ({} {}) is not given{}. Add --input_tensor \"{}\" DIMS RAW_FILE.",
          Printable(input.name), Name(input.type),
          input.has_rank ? ToText(input.dims) : "of unknown dimensions", WhyNeeded(model.cut),
          Printable(input.name)));
    }
    if (input.type == ElementType::kString || input.type == ElementType::kUndefined) {
      return Failure(fmt::format(
          "the model's input '{}' holds {}, which no raw file can", Printable(input.name),
          input.type == ElementType::kString ? "strings" : "no tensor of a known type"));
    }
    ACC_RETURN_IF_ERROR(FixDims(input, *found->second));
    if (found->second->type_given) model.file_types.given[input.name] = found->second->type;
  }
  return OkStatus();
}

Status CheckOutputs(const model::Graph& graph, const std::vector<std::string>& outputs) {
  const std::vector<std::string> known = TensorNames(graph);
  for (const std::string& output : outputs) {
    if (std::ranges::find(known, ModelSpelling(output, known)) == known.end()) {
      return UsageError(fmt::format("--output_tensor names '{}', which the model does not make.{}",
                                    Printable(output), DidYouMean(output, known)));
    }
  }
  return OkStatus();
}

using Reader = decltype(model::ReaderInfo::read);

// What ONNX Runtime tells of tensors from what is before them; nothing where it does not know that.
std::map<std::string, ValueInfo> InferredTypes(Reader read, const std::filesystem::path& path,
                                               const std::vector<std::string>& tensors) {
  auto graph = read(path, {});
  if (!graph.ok()) return {};
  model::KeepNodes(model::NeededNodes(graph->nodes, {}, tensors), graph->nodes);
  graph->outputs.clear();
  auto types = InferTypes(*graph);
  return types.ok() ? *std::move(types) : std::map<std::string, ValueInfo>();
}

// The types of inner inputs that the file does not tell: as inferred, or else of the user's files.
std::map<std::string, ValueInfo> InnerTypes(Reader read, const ModelOptions& options,
                                            const std::vector<std::string>& inner) {
  std::map<std::string, ValueInfo> types = InferredTypes(read, options.model_path, inner);
  for (const InputTensor& given : options.input_tensors) {
    const std::string name = ModelSpelling(given.name, inner);
    if (!std::ranges::count(inner, name) || types.contains(name)) continue;
    types[name] = {.name = name, .type = given.type, .has_rank = false};
    LogInfo("the model does not tell the type of '{}'; it is taken as {}", Printable(name),
            Name(given.type));
  }
  return types;
}

Result<SourceModel> ReadWith(Reader model::ReaderInfo::*reader, const ModelOptions& options) {
  ACC_ASSIGN_OR_RETURN(const model::ReaderInfo* format, model::FindReader(options.framework));
  SourceModel model;
  model::Ends ends{.outputs = options.output_tensors, .cut = &model.cut, .state = &model.state};
  for (const InputTensor& input : options.input_tensors) {
    ends.inputs.push_back(input.name);
    ends.dims.emplace(input.name, input.dims);
  }
  ACC_ASSIGN_OR_RETURN(model.graph, (format->*reader)(options.model_path, ends));
  std::vector<std::string> untyped = model.cut.at;
  std::erase_if(untyped, [&](const std::string& name) {
    const auto input = std::ranges::find(model.graph.inputs, name, &ValueInfo::name);
    return input == model.graph.inputs.end() || input->type != ElementType::kUndefined;
  });
  if (!untyped.empty()) {
    ends.types = InnerTypes(format->*reader, options, untyped);
    ACC_ASSIGN_OR_RETURN(model.graph, (format->*reader)(options.model_path, ends));
  }
  model.is_channel_last = format->is_channel_last;
  model.inputs = model.graph.inputs;
  ACC_RETURN_IF_ERROR(LineUpInputs(model, options.input_tensors));
  ACC_RETURN_IF_ERROR(CheckOutputs(model.graph, options.output_tensors));
  return model;
}

std::string CutStatement(const model::Cut& cut) {
  return fmt::format(
      "{} before '{}' {} cut off by --input_tensor and {} not part of this run: "
      "nothing here is said of {}",
      Counted(cut.nodes, "node"), Printable(Join(cut.at, "' and '")), cut.nodes == 1 ? "is" : "are",
      cut.nodes == 1 ? "is" : "are", cut.nodes == 1 ? "it" : "them");
}

std::string StateStatement(const model::StateTensors& state) {
  std::string text =
      "the model keeps a state, and every input starts from the initial one, in both runs";
  if (!state.initial.empty()) {
    text +=
        fmt::format(": '{}' (constant on the target; --input_tensor with that name gives another)",
                    Printable(Join(state.initial, "', '")));
  }
  if (state.next.empty()) return text;
  return text + fmt::format("; the next one is '{}'", Printable(Join(state.next, "', '")));
}

}  // namespace

std::vector<std::string> SourceStatements(const SourceModel& model) {
  std::vector<std::string> statements;
  if (!model.cut.at.empty()) statements.push_back(CutStatement(model.cut));
  if (!model.state.initial.empty() || !model.state.next.empty()) {
    statements.push_back(StateStatement(model.state));
  }
  return statements;
}

std::vector<std::string> ParamNames(const model::Graph& graph) {
  std::vector<std::string> names;
  for (const auto& [name, value] : graph.initializers) names.push_back(name);
  for (const auto& [name, encoding] : graph.source_params) names.push_back(name);
  for (const model::Node& node : graph.nodes) {
    if (node.op_type == "Constant")
      names.insert(names.end(), node.outputs.begin(), node.outputs.end());
  }
  return names;
}

std::string ModelSpelling(const std::string& name, const std::vector<std::string>& known) {
  const auto is_known = [&](const std::string& spelling) {
    return std::ranges::find(known, spelling) != known.end();
  };
  if (is_known(name)) return name;
  const std::string other = name.ends_with(":0") ? name.substr(0, name.size() - 2) : name + ":0";
  return is_known(other) ? other : name;
}

Result<SourceModel> ReadSourceModel(const ModelOptions& options) {
  return ReadWith(&model::ReaderInfo::read, options);
}

Result<SourceModel> OutlineSourceModel(const ModelOptions& options) {
  return ReadWith(&model::ReaderInfo::outline, options);
}

std::optional<InputCodes> CodesOf(const SourceModel& model, const std::string& input, bool native) {
  const auto source = model.graph.source_tensors.find(input);
  if (source == model.graph.source_tensors.end() || !source->second.encoding ||
      IsFloat(source->second.type)) {
    return std::nullopt;
  }
  // An ONNX model takes its integers as they are.
  const auto own = std::ranges::find(model.graph.inputs, input, &ValueInfo::name);
  if (own != model.graph.inputs.end() && !IsFloat(own->type)) return std::nullopt;
  const auto given = model.file_types.given.find(input);
  const bool has_type = !native && given != model.file_types.given.end();
  const ElementType type = has_type ? given->second : source->second.type;
  if ((!has_type && !native) || type != source->second.type) return std::nullopt;
  return InputCodes{type, *source->second.encoding};
}

Result<store::NamedTensors> ReadInputTensors(const SourceModel& model,
                                             const ModelOptions& options) {
  const std::vector<std::string> names = NamesOfInputs(model.graph);
  std::vector<store::InputList::Entry> line;
  for (const InputTensor& tensor : options.input_tensors) {
    line.push_back({ModelSpelling(tensor.name, names), tensor.raw_file});
  }
  std::vector<ValueInfo> inputs = model.inputs;
  for (ValueInfo& input : inputs) {
    if (const auto codes = CodesOf(model, input.name, false)) input.type = codes->type;
  }
  return store::ReadInputs(line, inputs, model.file_types);
}

Result<store::NamedTensors> ReadRealInputs(const SourceModel& model, const ModelOptions& options) {
  ACC_ASSIGN_OR_RETURN(store::NamedTensors tensors, ReadInputTensors(model, options));
  for (auto& [name, tensor] : tensors) {
    const auto codes = CodesOf(model, name, false);
    if (!codes) continue;
    ACC_ASSIGN_OR_RETURN(tensor, Dequantized(tensor.view(), codes->encoding));
  }
  return tensors;
}

}  // namespace acc::features
