// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "base/text.h"
#include "dlc/read_versions.h"
#include "dlc/v4_format.h"
#include "dlc_schema/v4_generated.h"
#include "model/flatbuffer.h"

namespace acc::dlc {
namespace {

using model::Identifier;
using model::SizeOf;
using model::VerifiedRoot;
using model::View;

using DataByName = std::map<std::string_view, std::span<const std::byte>>;

std::span<const std::byte> Bytes(const flatbuffers::Vector<std::uint8_t>* vector) {
  if (vector == nullptr) return {};
  return std::as_bytes(std::span(vector->data(), vector->size()));
}

// Hands the tensors their bytes.
class DataReader {
 public:
  explicit DataReader(const RecordBytes& records) : records_(records) {}

  Status ReadAll(std::vector<Graph>& graphs) {
    std::span<const std::byte> params = records_.params;
    if (Identifier(params) == kBuffersIdentifier) {
      ACC_ASSIGN_OR_RETURN(const v4::Params64* wrapper,
                           VerifiedRoot<v4::Params64>(params, "its record 'model.params'"));
      buffers_ = wrapper->buffers();
      params = Bytes(wrapper->params());
    }
    if (params.empty()) return ReadGraphs(nullptr, graphs);
    ACC_ASSIGN_OR_RETURN(const v4::Params* root,
                         VerifiedRoot<v4::Params>(params, "its record 'model.params'"));
    return ReadGraphs(root, graphs);
  }

 private:
  Status ReadGraphs(const v4::Params* params, std::vector<Graph>& graphs) {
    for (Graph& graph : graphs) {
      ACC_RETURN_IF_ERROR(buffers_ != nullptr ? TakeBuffers(graph)
                                              : ReadGraph(ParamsOf(params, graph), graph));
    }
    return OkStatus();
  }

  static const v4::GraphParams* ParamsOf(const v4::Params* params, const Graph& graph) {
    const auto* all = params == nullptr ? nullptr : params->graphs();
    if (all == nullptr) return nullptr;
    for (std::uint32_t i = 0; i < all->size(); ++i) {
      if (View(all->Get(i)->name()) == graph.name) return all->Get(i);
    }
    return nullptr;
  }

  Status ReadGraph(const v4::GraphParams* params, Graph& graph) {
    ACC_ASSIGN_OR_RETURN(const DataByName tensors,
                         Index(params == nullptr ? nullptr : params->tensors()));
    for (Tensor& tensor : graph.tensors) {
      if (tensor.kind == TensorKind::kStatic) ACC_RETURN_IF_ERROR(Give(tensors, tensor));
    }
    const auto* nodes = params == nullptr ? nullptr : params->nodes();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const bool listed = nodes != nullptr && i < nodes->size();
      ACC_ASSIGN_OR_RETURN(
          const DataByName own,
          Index(listed ? nodes->Get(static_cast<std::uint32_t>(i))->tensors() : nullptr));
      for (Attribute& attribute : graph.nodes[i].attributes) {
        auto* tensor = std::get_if<Tensor>(&attribute.value);
        if (tensor != nullptr) ACC_RETURN_IF_ERROR(Give(own, *tensor));
      }
    }
    return OkStatus();
  }

  Result<DataByName> Index(
      const flatbuffers::Vector<flatbuffers::Offset<v4::TensorData>>* tensors) const {
    DataByName index;
    for (std::uint32_t i = 0; i < SizeOf(tensors); ++i) {
      const v4::TensorData& data = *tensors->Get(i);
      ACC_ASSIGN_OR_RETURN(const auto bytes, Locate(data));
      index.emplace(View(data.name()), bytes);
    }
    return index;
  }

  Result<std::span<const std::byte>> Locate(const v4::TensorData& data) const {
    const v4::Range* range = data.external();
    if (range == nullptr || data.bytes() != nullptr) return Bytes(data.bytes());
    const std::uint64_t available = records_.external.size();
    if (range->offset() > available || range->size() > available - range->offset()) {
      return Failure(
          fmt::format("the data of the tensor '{}' are {} bytes from byte {} of the "
                      "record 'model.params.bin', which has {}. Copy or export the file "
                      "again",
                      Printable(View(data.name())), range->size(), range->offset(), available));
    }
    return records_.external.subspan(range->offset(), range->size());
  }

  static Status Give(const DataByName& index, Tensor& tensor) {
    const auto found = index.find(tensor.name);
    if (found != index.end()) tensor.data = found->second;
    if (!tensor.data.empty() || ElementCount(tensor.dims) == 0U) return OkStatus();
    return Failure(
        fmt::format("the static tensor '{}' has no data in the record 'model.params'. "
                    "Export the file with its weights",
                    Printable(tensor.name)));
  }

  // Buffers have no names. They follow each other as the static tensors do by name, then as the
  // attributes do by node; public readers of such files take them so.
  Status TakeBuffers(Graph& graph) {
    std::vector<Tensor*> order;
    for (Tensor& tensor : graph.tensors) {
      if (tensor.kind == TensorKind::kStatic) order.push_back(&tensor);
    }
    std::ranges::sort(order, {}, &Tensor::name);
    for (Node& node : graph.nodes) {
      for (Attribute& attribute : node.attributes) {
        auto* tensor = std::get_if<Tensor>(&attribute.value);
        if (tensor != nullptr) order.push_back(tensor);
      }
    }
    for (Tensor* tensor : order) {
      if (next_buffer_ >= SizeOf(buffers_)) {
        return Failure(
            fmt::format("its record 'model.params' has {} buffers, too few for the "
                        "static tensors. Export the file again",
                        SizeOf(buffers_)));
      }
      tensor->data = Bytes(buffers_->Get(next_buffer_++)->bytes());
    }
    return OkStatus();
  }

  const RecordBytes& records_;
  const flatbuffers::Vector<flatbuffers::Offset<v4::Buffer>>* buffers_ = nullptr;
  std::uint32_t next_buffer_ = 0;
};

}  // namespace

Status ReadData(const RecordBytes& records, std::vector<Graph>& graphs) {
  return DataReader(records).ReadAll(graphs);
}

}  // namespace acc::dlc
