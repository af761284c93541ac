// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/metadata.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

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

// What both records begin with: their kind, and the versions of their own layout.
Json Header(std::string_view kind, const Model& model) {
  Json header = {{"artifact_type", kind},
                 {"header_version", {{"major", 0}, {"minor", 1}, {"patch", 0}}},
                 {"version", {{"major", 2}, {"minor", 3}, {"patch", 0}}}};
  if (!model.timestamp.empty()) header["timestamp"] = model.timestamp;
  return {{"header", std::move(header)}};
}

// The inverse of CommandOf().
Json ConverterCommand(const Model& model) {
  const std::string& line = model.converter_command;
  const std::size_t space = line.find(' ');
  Json arguments = Json::object();
  if (space != std::string::npos) {
    for (const std::string& argument : Split(line.substr(space + 1), ';')) {
      const std::size_t equals = argument.find('=');
      arguments[argument.substr(0, equals)] =
          equals == std::string::npos ? "" : argument.substr(equals + 1);
    }
  }
  Json command = {{"tool", line.substr(0, space)},
                  {"converterVersion", model.converter_version},
                  {"args", std::move(arguments)}};
  if (!model.timestamp.empty()) command["timestamp"] = model.timestamp;
  return command;
}

std::string Dump(const Json& json) {
  return json.dump(4, ' ', false, Json::error_handler_t::replace);
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

std::string Metadata(const Model& model) { return Dump(Header("DLC_METADATA", model)); }

std::string MetadataHistory(const Model& model) {
  Json history = Header("DLC_METADATA_HISTORY", model);
  history["dlcGenerationInfo"] = Json::array({{{"converterCommand", ConverterCommand(model)}}});
  return Dump(history);
}

}  // namespace acc::dlc
