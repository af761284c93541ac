// SPDX-License-Identifier: BSD-3-Clause
#include "quantize/encodings_file.h"

#include "base/json.h"

namespace acc::quantize {
namespace {

Json EntryOf(const Encoding& encoding) {
  return {{"bitwidth", encoding.bitwidth},
          {"dtype", "int"},
          {"is_symmetric", encoding.symmetric ? "True" : "False"},
          {"max", encoding.max},
          {"min", encoding.min},
          {"offset", encoding.offset},
          {"scale", encoding.scale}};
}

Json EntriesOf(const TensorEncoding& encoding) {
  Json entries = Json::array();
  for (const Encoding& channel : encoding.channels) {
    if (encoding.is_float) {
      entries.push_back({{"bitwidth", channel.bitwidth}, {"dtype", "float"}});
      continue;
    }
    entries.push_back(EntryOf(channel));
    if (encoding.axis) entries.back()["axis"] = *encoding.axis;
  }
  return entries;
}

Json SectionOf(const std::map<std::string, TensorEncoding>& encodings) {
  Json section = Json::object();
  for (const auto& [name, encoding] : encodings) section[name] = EntriesOf(encoding);
  return section;
}

}  // namespace

Status WriteEncodings(const std::filesystem::path& path, const Overrides& encodings) {
  return WriteJson(path, {{"version", "0.6.1"},
                          {"activation_encodings", SectionOf(encodings.activations)},
                          {"param_encodings", SectionOf(encodings.params)}});
}

}  // namespace acc::quantize
