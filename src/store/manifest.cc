// SPDX-License-Identifier: BSD-3-Clause
#include "store/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "store/file_names.h"
#include "store/raw_files.h"
#include "store/run_mark.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "tensors.json";
constexpr int kVersion = 1;
constexpr std::int64_t kMostAxes = 32;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return hex;
}

std::optional<std::string> BytesFromHex(std::string_view hex) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::size_t high = kDigits.find(hex[i]);
    const std::size_t low = kDigits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

// JSON holds UTF-8 only: other bytes go into "<key>_hex", and `key` gets what a reader can print.
void PutText(Json& object, const std::string& key, const std::string& text) {
  if (text.empty()) return;
  if (IsUtf8(text)) {
    object[key] = text;
  } else {
    object[key] = Printable(text);
    object[key + "_hex"] = Hex(text);
  }
}

Json JsonFromEncoding(const TensorEncoding& encoding) {
  Json json = Json::object();
  if (encoding.axis) json["axis"] = *encoding.axis;
  if (encoding.is_float) json["is_float"] = true;
  json["channels"] = Json::array();
  for (const Encoding& channel : encoding.channels) {
    json["channels"].push_back({{"bitwidth", channel.bitwidth},
                                {"min", channel.min},
                                {"max", channel.max},
                                {"scale", channel.scale},
                                {"offset", channel.offset},
                                {"symmetric", channel.symmetric}});
  }
  return json;
}

// Without dims there is no rank to name the layout by; the four-dimensional name stands for all.
std::string_view LayoutOf(const TensorRecord& record) {
  return LayoutName(record.axis_order, record.dims ? record.dims->size() : 4);
}

Json JsonFromRecord(const TensorRecord& record) {
  Json json = Json::object();
  PutText(json, "name", record.name);
  PutText(json, "file", record.file);
  json["type"] = Name(record.type);
  PutText(json, "native_file", record.native_file);
  if (record.dims) json["dims"] = *record.dims;
  json["layout"] = LayoutOf(record);
  PutText(json, "node", record.node);
  PutText(json, "op_type", record.op_type);
  PutText(json, "source", record.source);
  PutText(json, "processor", record.processor);
  PutText(json, "plain_file", record.plain_file);
  if (record.is_disturbed) json["disturbed"] = true;
  PutText(json, "random", record.random);
  if (record.encoding) json["encoding"] = JsonFromEncoding(*record.encoding);
  return json;
}

// A list with one entry a line, which reads and compares better than one number a line.
template <typename Entries, typename ToJson>
std::string Lines(const Entries& entries, const ToJson& to_json) {
  std::string text;
  for (const auto& entry : entries) {
    text += text.empty() ? "\n    " : ",\n    ";
    text += DumpJson(to_json(entry));
  }
  return text.empty() ? "[]" : "[" + text + "\n  ]";
}

// Reads one object of the manifest; the first thing wrong with it is kept.
class Fields {
 public:
  explicit Fields(const Json& object) : object_(object) {
    if (!object.is_object()) Fail("an entry is no object");
  }

  const Status& status() const { return status_; }
  void Fail(std::string message) {
    if (status_.ok()) status_ = Failure(std::move(message));
  }

  const Json* Find(const std::string& key) const {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() ? nullptr : &*found;
  }

  std::string Text(const std::string& key) {
    const Json* hex = Find(key + "_hex");
    const Json* text = hex != nullptr ? hex : Find(key);
    if (text == nullptr) return "";
    std::optional<std::string> value;
    if (text->is_string()) value = text->get<std::string>();
    if (value && hex != nullptr) value = BytesFromHex(*value);
    if (!value) Fail(fmt::format("\"{}\" is no text", key));
    return value.value_or("");
  }

  std::string RequiredText(const std::string& key) {
    if (Find(key) == nullptr) Fail(fmt::format("\"{}\" is missing", key));
    return Text(key);
  }

  std::string RelativePath(const std::string& key, bool required) {
    if (Find(key) == nullptr && !required) return "";
    std::string path = RequiredText(key);
    if (!StaysInside(path)) {
      Fail(fmt::format("\"{}\" is '{}', which is no path inside the run", key, Printable(path)));
    }
    return path;
  }

  std::int64_t Integer(const std::string& key, std::int64_t low, std::int64_t high) {
    const Json* value = Find(key);
    // An unsigned number may be above what the signed type holds.
    const bool fits = value != nullptr && value->is_number_integer() &&
                      (!value->is_number_unsigned() ||
                       value->get<std::uint64_t>() <=
                           static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
    if (fits && value->get<std::int64_t>() >= low && value->get<std::int64_t>() <= high) {
      return value->get<std::int64_t>();
    }
    Fail(fmt::format("\"{}\" is no whole number from {} to {}", key, low, high));
    return low;
  }

  // null stands for NaN, which JSON cannot write.
  double Real(const std::string& key) {
    const Json* value = Find(key);
    if (value != nullptr && value->is_null()) return std::numeric_limits<double>::quiet_NaN();
    if (value != nullptr && value->is_number()) return value->get<double>();
    Fail(fmt::format("\"{}\" is no number", key));
    return 0;
  }

  bool Flag(const std::string& key) {
    const Json* value = Find(key);
    if (value == nullptr) return false;
    if (!value->is_boolean()) Fail(fmt::format("\"{}\" is neither true nor false", key));
    return value->is_boolean() && value->get<bool>();
  }

 private:
  const Json& object_;
  Status status_;
};

void ReadDims(Fields& fields, TensorRecord& record) {
  const Json* json = fields.Find("dims");
  if (json == nullptr) return;
  Shape dims;
  for (const Json& dim : *json) {
    const bool good = json->is_array() && dim.is_number_integer();
    dims.push_back(good ? dim.get<std::int64_t>() : -1);
  }
  if (!json->is_array() || !ElementCount(dims)) fields.Fail("\"dims\" is no list of dimensions");
  record.dims = std::move(dims);
}

void ReadTypeAndLayout(Fields& fields, TensorRecord& record) {
  const std::string type = fields.RequiredText("type");
  const std::optional<ElementType> known = ElementTypeFromName(type);
  if (!known) fields.Fail(fmt::format("'{}' is no type of elements", Printable(type)));
  record.type = known.value_or(ElementType::kUndefined);
  const std::string layout = fields.Text("layout");
  const std::optional<AxisOrder> order = AxisOrderFromName(layout);
  if (!order && !layout.empty()) fields.Fail(fmt::format("'{}' is no layout", Printable(layout)));
  record.axis_order = order.value_or(AxisOrder::kSource);
}

Result<Encoding> ChannelFromJson(const Json& json) {
  Fields fields(json);
  constexpr std::int64_t kAny = std::int64_t{1} << 53;
  constexpr std::int64_t kMostBits = 32;
  Encoding channel;
  channel.bitwidth = static_cast<int>(fields.Integer("bitwidth", 1, kMostBits));
  channel.min = fields.Real("min");
  channel.max = fields.Real("max");
  channel.scale = fields.Real("scale");
  channel.offset = fields.Integer("offset", -kAny, kAny);
  channel.symmetric = fields.Flag("symmetric");
  ACC_RETURN_IF_ERROR(fields.status());
  return channel;
}

Result<TensorEncoding> EncodingFromJson(const Json& json) {
  Fields fields(json);
  TensorEncoding encoding;
  if (fields.Find("axis") != nullptr) {
    encoding.axis = static_cast<int>(fields.Integer("axis", 0, kMostAxes - 1));
  }
  encoding.is_float = fields.Flag("is_float");
  const Json* channels = fields.Find("channels");
  if (channels == nullptr || !channels->is_array()) {
    fields.Fail("\"channels\" is no list");
    return fields.status();
  }
  ACC_RETURN_IF_ERROR(fields.status());
  for (const Json& entry : *channels) {
    ACC_ASSIGN_OR_RETURN(const Encoding channel, ChannelFromJson(entry));
    encoding.channels.push_back(channel);
  }
  return encoding;
}

Status CheckAxis(const TensorRecord& record) {
  if (!record.encoding->axis || !record.dims) return OkStatus();
  if (std::cmp_less(*record.encoding->axis, record.dims->size())) return OkStatus();
  return Failure(fmt::format("the encoding's axis {} is none of the dims {}",
                             *record.encoding->axis, ToText(*record.dims)));
}

Result<TensorRecord> RecordFromJson(const Json& json) {
  Fields fields(json);
  TensorRecord record;
  record.name = fields.Text("name");  // "" is a name, too, though an odd one.
  record.file = fields.RelativePath("file", true);
  record.native_file = fields.RelativePath("native_file", false);
  record.node = fields.Text("node");
  record.op_type = fields.Text("op_type");
  record.source = fields.Text("source");
  record.processor = fields.Text("processor");
  record.plain_file = fields.RelativePath("plain_file", false);
  record.is_disturbed = fields.Flag("disturbed");
  record.random = fields.Text("random");
  ReadTypeAndLayout(fields, record);
  ReadDims(fields, record);
  ACC_RETURN_IF_ERROR(fields.status());
  if (const Json* encoding = fields.Find("encoding"); encoding != nullptr) {
    ACC_ASSIGN_OR_RETURN(record.encoding, EncodingFromJson(*encoding));
    ACC_RETURN_IF_ERROR(CheckAxis(record));
  }
  return record;
}

Result<SkippedTensor> SkippedFromJson(const Json& json) {
  Fields fields(json);
  SkippedTensor skipped{fields.Text("name"), fields.Text("reason")};
  ACC_RETURN_IF_ERROR(fields.status());
  return skipped;
}

Result<std::string> StatementFromJson(const Json& json) {
  if (!json.is_string()) return Failure("it is no text");
  return json.get<std::string>();
}

// Reads the entries of the list `key`, which may be missing.
template <typename Entry>
Status ReadEntries(const Json& json, const char* key, Result<Entry> (*read)(const Json&),
                   std::vector<Entry>& entries) {
  const auto list = json.find(key);
  if (list == json.end()) return OkStatus();
  if (!list->is_array()) return Failure(fmt::format("\"{}\" is no list", key));
  for (const Json& element : *list) {
    Result<Entry> entry = read(element);
    if (!entry.ok()) {
      return entry.status().WithContext(fmt::format("entry {} of \"{}\"", entries.size(), key));
    }
    entries.push_back(*std::move(entry));
  }
  return OkStatus();
}

Result<Manifest> ManifestFromJson(const Json& json) {
  if (!json.is_object()) return Failure("it is no object");
  if (const auto version = json.find("version"); version != json.end() && *version != kVersion) {
    return Failure(fmt::format("its version is not {}: another release wrote it", kVersion));
  }
  if (!json.contains("tensors")) return Failure("it has no list \"tensors\"");
  Manifest manifest;
  ACC_RETURN_IF_ERROR(ReadEntries(json, "tensors", &RecordFromJson, manifest.tensors));
  ACC_RETURN_IF_ERROR(ReadEntries(json, "skipped", &SkippedFromJson, manifest.skipped));
  ACC_RETURN_IF_ERROR(ReadEntries(json, "statements", &StatementFromJson, manifest.statements));
  const auto channel_last = json.find("channel_last_source");
  manifest.channel_last_source = channel_last != json.end() && *channel_last == true;
  std::set<std::string_view> names;
  for (const TensorRecord& record : manifest.tensors) {
    if (!names.insert(record.name).second) {
      return Failure(fmt::format("the tensor '{}' is there twice", Printable(record.name)));
    }
  }
  return manifest;
}

Status NoTensors(const fs::path& run, std::string_view why) {
  return Failure(fmt::format("'{}' {}. Name the directory that holds the tensors as .raw files.",
                             Printable(run.native()), why));
}

}  // namespace

Status WriteManifest(const fs::path& run, const Manifest& manifest) {
  const auto skipped = [](const SkippedTensor& tensor) {
    Json json = Json::object();
    PutText(json, "name", tensor.name);
    PutText(json, "reason", tensor.reason);
    return json;
  };
  const auto statement = [](const std::string& text) { return Json(Printable(text)); };
  return WriteFileAtomically(
      run / kFileName,
      fmt::format("{{\n  \"version\": {},{}\n  \"statements\": {},\n  \"tensors\": {},\n  "
                  "\"skipped\": {}\n}}\n",
                  kVersion,
                  manifest.channel_last_source ? "\n  \"channel_last_source\": true," : "",
                  Lines(manifest.statements, statement), Lines(manifest.tensors, &JsonFromRecord),
                  Lines(manifest.skipped, skipped)));
}

Result<Manifest> ReadManifest(const fs::path& run) {
  const fs::path path = run / kFileName;
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  Result<Manifest> manifest = ManifestFromJson(json);
  if (manifest.ok()) return manifest;
  return manifest.status().WithContext(fmt::format("'{}'", Printable(path.native())));
}

Result<Manifest> ListTensors(const fs::path& run) {
  std::error_code error;
  if (!fs::is_directory(run, error)) {
    return NoTensors(run, fs::exists(run, error) ? "is not a directory" : "does not exist");
  }
  ACC_RETURN_IF_ERROR(CheckWhole(run));
  if (fs::exists(run / kFileName, error)) {
    Result<Manifest> manifest = ReadManifest(run);
    if (manifest.ok() && manifest->tensors.empty()) {
      return NoTensors(run, "has a tensors.json that lists no tensor");
    }
    return manifest;
  }
  ACC_ASSIGN_OR_RETURN(const std::vector<std::string> files, FindRawFiles(run));
  if (files.empty()) return NoTensors(run, "holds no .raw file");
  Manifest manifest;
  for (const std::string& file : files) {
    TensorRecord record;
    record.name = file.substr(0, file.size() - std::string_view(".raw").size());
    record.file = file;
    if (const auto bytes = fs::file_size(run / file, error); !error) record.file_bytes = bytes;
    manifest.tensors.push_back(std::move(record));
  }
  std::sort(manifest.tensors.begin(), manifest.tensors.end(),
            [](const TensorRecord& a, const TensorRecord& b) { return a.name < b.name; });
  return manifest;
}

}  // namespace acc::store
