// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/write_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "base/text.h"
#include "dlc/v4_format.h"
#include "dlc_schema/v4_generated.h"

namespace acc::dlc {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;
using WrittenTensors = Offset<flatbuffers::Vector<Offset<v4::TensorData>>>;

constexpr std::uint64_t kAlignment = 4;
constexpr std::string_view kPadding("\0\0\0", kAlignment - 1);

std::vector<const Tensor*> StaticTensors(const Graph& graph) {
  std::vector<const Tensor*> tensors;
  for (const Tensor& tensor : graph.tensors) {
    if (tensor.kind == TensorKind::kStatic) tensors.push_back(&tensor);
  }
  return tensors;
}

std::vector<const Tensor*> StaticTensors(const Node& node) {
  std::vector<const Tensor*> tensors;
  for (const Attribute& attribute : node.attributes) {
    const auto* tensor = std::get_if<Tensor>(&attribute.value);
    if (tensor != nullptr) tensors.push_back(tensor);
  }
  return tensors;
}

// Relative to the record "model.params".
enum class Place { kBeside, kBesideAndInside };

class DataWriter {
 public:
  explicit DataWriter(FlatBufferBuilder& builder) : builder_(builder) {}

  Status Write(const Model& model) {
    std::vector<Offset<v4::GraphParams>> graphs;
    for (const Graph& graph : model.graphs) {
      ACC_ASSIGN_OR_RETURN(graphs.emplace_back(), WriteGraph(graph));
    }
    builder_.Finish(v4::CreateParams(builder_, builder_.CreateVector(graphs)), kParamsIdentifier);
    return OkStatus();
  }

  DataPieces TakePieces() { return std::move(pieces_); }

 private:
  Result<Offset<v4::GraphParams>> WriteGraph(const Graph& graph) {
    ACC_ASSIGN_OR_RETURN(const WrittenTensors tensors,
                         WriteTensors(StaticTensors(graph), Place::kBeside));
    std::vector<Offset<v4::NodeParams>> nodes;
    for (const Node& node : graph.nodes) {
      ACC_ASSIGN_OR_RETURN(const WrittenTensors own,
                           WriteTensors(StaticTensors(node), Place::kBesideAndInside));
      nodes.push_back(v4::CreateNodeParams(builder_, own));
    }
    const auto name = builder_.CreateString(graph.name);
    return v4::CreateGraphParams(builder_, name, tensors, builder_.CreateVector(nodes));
  }

  // By name: readers look tensors up by it, and some count on the order.
  Result<WrittenTensors> WriteTensors(std::vector<const Tensor*> tensors, Place place) {
    std::ranges::sort(tensors, {}, &Tensor::name);
    std::vector<Offset<v4::TensorData>> written;
    for (const Tensor* tensor : tensors) {
      if (tensor->data.empty() && ElementCount(tensor->dims) != 0U) {
        return Failure(fmt::format("the static tensor '{}' has no data", Printable(tensor->name)));
      }
      const auto name = builder_.CreateString(tensor->name);
      const auto bytes = place == Place::kBeside ? 0 : Inline(*tensor);
      const auto range = v4::CreateRange(builder_, Append(*tensor), tensor->data.size());
      written.push_back(v4::CreateTensorData(builder_, name, bytes, 0, range));
    }
    return builder_.CreateVector(written);
  }

  Offset<flatbuffers::Vector<std::uint8_t>> Inline(const Tensor& tensor) {
    return builder_.CreateVector(reinterpret_cast<const std::uint8_t*>(tensor.data.data()),
                                 tensor.data.size());
  }

  // Where the data begin.
  std::uint64_t Append(const Tensor& tensor) {
    const std::uint64_t at = size_;
    const std::string_view data(reinterpret_cast<const char*>(tensor.data.data()),
                                tensor.data.size());
    const std::string_view padding = kPadding.substr(0, -data.size() % kAlignment);
    for (const std::string_view piece : {data, padding}) {
      if (!piece.empty()) pieces_.push_back(piece);
      size_ += piece.size();
    }
    return at;
  }

  FlatBufferBuilder& builder_;
  DataPieces pieces_;
  std::uint64_t size_ = 0;
};

}  // namespace

Result<DataPieces> WriteData(const Model& model, FlatBufferBuilder& builder) {
  DataWriter writer(builder);
  ACC_RETURN_IF_ERROR(writer.Write(model));
  return writer.TakePieces();
}

}  // namespace acc::dlc
