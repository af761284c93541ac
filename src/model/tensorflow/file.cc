// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/file.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/files.h"
#include "base/text.h"
#include "model/file_kind.h"

namespace acc::model::tensorflow {
namespace {

namespace fs = std::filesystem;

// A list in an attribute of a node is five messages deep; no graph needs more than a few others.
constexpr int kRecursionLimit = 32;

constexpr std::string_view kFreeze =
    "Freeze the model into one GraphDef file first (in Python: "
    "tf.compat.v1.graph_util.convert_variables_to_constants).";

constexpr std::string_view kNext = "Give the .pb file of a frozen graph, or check the download";

template <typename Message>
bool Parse(std::span<const std::byte> content, Message& message) {
  const int size = static_cast<int>(content.size());
  google::protobuf::io::ArrayInputStream array(content.data(), size);
  google::protobuf::io::CodedInputStream stream(&array);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kRecursionLimit);
  return message.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
}

bool IsGraph(const proto::GraphDef& graph) {
  return graph.node_size() > 0 && std::ranges::all_of(graph.node(), [](const auto& node) {
           return !node.name().empty() && !node.op().empty();
         });
}

// Of a file that is no graph: what it is, and what to do.
std::string WhatFile(std::span<const std::byte> content) {
  proto::SavedModel saved;
  if (Parse(content, saved) && saved.meta_graphs_size() > 0 &&
      saved.meta_graphs(0).graph_def().node_size() > 0) {
    return fmt::format("it is a SavedModel, whose weights are in other files. {}", kFreeze);
  }
  proto::MetaGraphDef meta;
  if (Parse(content, meta) && IsGraph(meta.graph_def())) {
    return fmt::format("it is the .meta file of a checkpoint, whose weights are in other files. {}",
                       kFreeze);
  }
  const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
  const auto kind = KindOf(text);
  if ((kind && kind->framework != "tensorflow") || text.empty()) return ForeignFile(text, kNext);
  return fmt::format("it is truncated, or no frozen TensorFlow graph. {}", kNext);
}

Status CheckPath(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return OkStatus();
  const bool is_saved_model = fs::exists(path / "saved_model.pb", error);
  return Failure(is_saved_model ? fmt::format("it is the folder of a SavedModel. {}", kFreeze)
                                : "it is a folder. Give the .pb file of a frozen graph.");
}

Result<std::unique_ptr<proto::GraphDef>> Read(const fs::path& path) {
  ACC_RETURN_IF_ERROR(CheckPath(path));
  ACC_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::Open(path));
  return ParseGraphDef(file.bytes());
}

}  // namespace

Result<std::unique_ptr<proto::GraphDef>> ParseGraphDef(std::span<const std::byte> content) {
  if (content.size() > std::size_t{std::numeric_limits<int>::max()}) {
    return Failure("the file is larger than 2 GiB, the limit of the format");
  }
  auto graph = std::make_unique<proto::GraphDef>();
  if (!Parse(content, *graph) || !IsGraph(*graph)) return Failure(WhatFile(content));
  return graph;
}

Result<std::unique_ptr<proto::GraphDef>> ReadGraphDef(const fs::path& path) {
  auto graph = Read(path);
  if (graph.ok()) return graph;
  return graph.status().WithContext(fmt::format("cannot read the model '{}'", path.string()));
}

}  // namespace acc::model::tensorflow
