// SPDX-License-Identifier: BSD-3-Clause
#include "features/source_model/input_lines.h"

#include <fmt/format.h>

#include <algorithm>

#include "convert/float32.h"
#include "match/names.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

// The input that `name` spells: its own name where it is one, or else the only one of its key.
std::string Spelled(const std::string& name, const std::vector<ValueInfo>& inputs) {
  const auto has_name = [&](const ValueInfo& input) { return input.name == name; };
  const auto has_key = [&](const ValueInfo& input) {
    return match::PortKey(input.name) == match::PortKey(name);
  };
  if (std::ranges::any_of(inputs, has_name) || std::ranges::count_if(inputs, has_key) != 1) {
    return name;
  }
  return std::ranges::find_if(inputs, has_key)->name;
}

void SpellAsExpected(store::InputList& list, const std::vector<ValueInfo>& inputs) {
  for (auto& line : list.lines) {
    for (store::InputList::Entry& entry : line) {
      if (!entry.input.empty()) entry.input = Spelled(entry.input, inputs);
    }
  }
}

}  // namespace

ExpectedInputs InputsOf(const SourceModel& model, bool native) {
  ExpectedInputs expected{.inputs = model.inputs, .types = model.file_types};
  expected.types.native = native;
  expected.types.of_list = true;
  for (ValueInfo& input : expected.inputs) {
    const auto codes = CodesOf(model, input.name, native);
    if (!codes) continue;
    input.type = codes->type;
    expected.codes[input.name] = codes->encoding;
  }
  return expected;
}

ExpectedInputs InputsOf(const SourceModel& model, const convert::TargetGraph& target, bool native) {
  ExpectedInputs expected = InputsOf(model, native);
  for (const ValueInfo& input : target.graph.inputs) {
    const auto tensor = target.tensors.find(input.name);
    if (tensor != target.tensors.end()) expected.target_name[tensor->second.source] = input.name;
  }
  return expected;
}

Result<InputLines> InputLines::Open(const std::filesystem::path& input_list,
                                    ExpectedInputs expected) {
  InputLines lines;
  ACC_ASSIGN_OR_RETURN(lines.list_, store::ReadInputList(input_list));
  lines.expected_ = std::move(expected);
  SpellAsExpected(lines.list_, lines.expected_.inputs);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    ACC_RETURN_IF_ERROR(lines.Read(line).status());
  }
  return lines;
}

Result<InputLines::LineInputs> InputLines::InputsOfLine(std::size_t line) const {
  LineInputs held{.inputs = expected_.inputs};
  for (ValueInfo& input : held.inputs) {
    if (!expected_.codes.contains(input.name)) continue;
    const auto entry = std::ranges::find_if(list_.lines[line], [&](const auto& given) {
      return given.input.empty() || given.input == input.name;
    });
    if (entry == list_.lines[line].end()) continue;  // Told by who reads it.
    ACC_ASSIGN_OR_RETURN(const ElementType type,
                         store::FileType(entry->file, input, expected_.types));
    if (type == ElementType::kFloat32) {
      input.type = type;
    } else {
      held.codes.insert(input.name);
    }
  }
  return held;
}

Result<store::NamedTensors> InputLines::Read(std::size_t line) const {
  ACC_ASSIGN_OR_RETURN(const LineInputs held, InputsOfLine(line));
  auto read = store::ReadInputs(list_.lines[line], held.inputs, expected_.types);
  if (!read.ok()) return read.status().WithContext(fmt::format("input list, inference {}", line));
  store::NamedTensors tensors;
  for (auto& [name, tensor] : *read) {
    const auto target = expected_.target_name.find(name);
    if (target == expected_.target_name.end()) continue;
    if (held.codes.contains(name)) {
      ACC_ASSIGN_OR_RETURN(tensor, Dequantized(tensor.view(), expected_.codes.at(name)));
    }
    ACC_ASSIGN_OR_RETURN(tensor, convert::AsFloat32(tensor));
    tensors.emplace(target->second, std::move(tensor));
  }
  return tensors;
}

}  // namespace acc::features
