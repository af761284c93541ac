// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/metadata.h"

#include <fmt/format.h>

#include <string_view>

#include "base/json.h"
#include "base/text.h"

namespace acc::dlc {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 26;

void Set(std::string& field, std::string_view value) {
  if (field.empty()) field = value;
}

void TakeLines(std::string_view text, Model& model) {
  for (const std::string& line : Split(text, '\n')) {
    const std::string_view trimmed = Trim(line);
    const std::size_t equals = trimmed.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = trimmed.substr(0, equals);
    if (key == "converter-command") Set(model.converter_command, trimmed.substr(equals + 1));
    if (key == "converter-version") Set(model.converter_version, trimmed.substr(equals + 1));
  }
}

// Null where there is none of that name, or where `json` is no object.
const Json* Find(const Json& json, std::string_view key) {
  if (!json.is_object()) return nullptr;
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

std::string Text(const Json* json) {
  if (json == nullptr) return "";
  return json->is_string() ? json->get<std::string>() : json->dump();
}

// As the older form has it: the tool, then its arguments as key=value with semicolons.
std::string CommandOf(const Json& command) {
  std::string line = Text(Find(command, "tool"));
  const Json* arguments = Find(command, "args");
  if (arguments == nullptr || !arguments->is_object()) return line;
  char separator = ' ';
  for (const auto& [key, value] : arguments->items()) {
    line += fmt::format("{}{}={}", separator, key, Text(&value));
    separator = ';';
  }
  return line;
}

void TakeHistory(const Json& json, Model& model) {
  const Json* steps = Find(json, "dlcGenerationInfo");
  if (steps == nullptr || !steps->is_array()) return;
  for (const Json& step : *steps) {
    const Json* command = Find(step, "converterCommand");
    if (command == nullptr) continue;
    Set(model.converter_command, CommandOf(*command));
    Set(model.converter_version, Text(Find(*command, "converterVersion")));
  }
}

std::string OneLine(std::string_view text) {
  std::string line(text);
  for (char& character : line) {
    if (character == '\n' || character == '\r') character = ' ';
  }
  return line;
}

}  // namespace

Status TakeMetadata(std::span<const std::byte> record, const std::string& name, Model& model) {
  if (record.size() > kMaxBytes) {
    return Failure(fmt::format("its record '{}' is too large to be metadata", Printable(name)));
  }
  const std::string_view text(reinterpret_cast<const char*>(record.data()), record.size());
  if (!Trim(text).starts_with('{')) {
    TakeLines(text, model);
    return OkStatus();
  }
  ACC_ASSIGN_OR_RETURN(const Json json, ParseJson(text, name));
  TakeHistory(json, model);
  return OkStatus();
}

std::string MetadataLines(const Model& model) {
  return fmt::format("converter-command={}\nconverter-version={}\n",
                     OneLine(model.converter_command), OneLine(model.converter_version));
}

}  // namespace acc::dlc
