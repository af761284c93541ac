// SPDX-License-Identifier: BSD-3-Clause
#include "features/encodings/model_encodings.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "dlc/model_net.h"
#include "dlc/read.h"
#include "quantize/encoding_comparison.h"

namespace acc::features {
namespace {

std::optional<TensorEncoding> EncodingOf(const dlc::Tensor& tensor) {
  if (tensor.encoding && !tensor.encoding->channels.empty()) {
    return quantize::Normalized(*tensor.encoding);
  }
  if (tensor.type != dlc::DataType::kFloat16 && tensor.type != dlc::DataType::kFloat32) {
    return std::nullopt;
  }
  TensorEncoding encoding;
  encoding.is_float = true;
  encoding.channels = {{.bitwidth = tensor.type == dlc::DataType::kFloat16 ? 16 : 32}};
  return encoding;
}

bool Differ(const TensorEncoding& first, const TensorEncoding& second) {
  return !quantize::Compare(first, second, {.compare_axis = true}).differing.empty();
}

}  // namespace

Result<dlc::Model> ReadModelFile(const std::filesystem::path& path) {
  return ToLower(path.extension().string()) == ".json" ? dlc::ReadModelNet(path) : dlc::Read(path);
}

ModelEncodings EncodingsOf(const dlc::Model& model) {
  ModelEncodings encodings;
  std::unordered_map<std::string_view, std::size_t> known;
  for (const dlc::Graph& graph : model.graphs) {
    for (const dlc::Tensor& tensor : graph.tensors) {
      std::optional<TensorEncoding> encoding = EncodingOf(tensor);
      if (!encoding) continue;
      const auto [entry, added] = known.emplace(tensor.name, encodings.tensors.size());
      if (added) {
        encodings.tensors.push_back(
            {&tensor, *std::move(encoding), tensor.kind == dlc::TensorKind::kStatic});
      } else if (Differ(encodings.tensors[entry->second].encoding, *encoding)) {
        encodings.notes.push_back(
            fmt::format("graph '{}' has another encoding of '{}' than a graph before it; the first "
                        "one counts",
                        Printable(graph.name), Printable(tensor.name)));
      }
    }
  }
  const auto is_float = [](const EncodedTensor& tensor) { return tensor.encoding.is_float; };
  if (std::ranges::all_of(encodings.tensors, is_float)) encodings.tensors.clear();
  return encodings;
}

quantize::Overrides AsOverrides(const ModelEncodings& encodings) {
  quantize::Overrides overrides;
  for (const EncodedTensor& entry : encodings.tensors) {
    auto& section = entry.is_param ? overrides.params : overrides.activations;
    section.emplace(entry.tensor->name, entry.encoding);
  }
  return overrides;
}

}  // namespace acc::features
