// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dlc/read_versions.h"
#include "dlc/stored_encoding.h"
#include "dlc/v4_format.h"
#include "dlc_schema/v4_generated.h"
#include "model/flatbuffer.h"

namespace acc::dlc {
namespace {

using model::CopyBudget;
using model::SizeOf;
using model::VerifiedRoot;
using model::View;

constexpr std::uint32_t kMaxRank = 64;

// The bytes from the start of a field to that of the next one, or to the end of the value; 0 for a
// field that is not there.
std::uint32_t Room(const v4::Value& value, flatbuffers::voffset_t field) {
  const auto& table = reinterpret_cast<const flatbuffers::Table&>(value);
  const std::uint32_t start = table.GetOptionalFieldOffset(field);
  if (start == 0) return 0;
  std::uint32_t end = flatbuffers::ReadScalar<flatbuffers::voffset_t>(
      table.GetVTable() + sizeof(flatbuffers::voffset_t));
  for (const auto other :
       {v4::Value::VT_TYPE, v4::Value::VT_NUMBER, v4::Value::VT_REAL, v4::Value::VT_TEXT}) {
    const std::uint32_t at = table.GetOptionalFieldOffset(other);
    if (at > start) end = std::min(end, at);
  }
  return end > start ? end - start : 0;
}

// The field as a Wide; `narrow`, its first half, where there is no room for more. The place is not
// checked to be aligned.
template <typename Wide, typename Narrow>
Wide Widest(const v4::Value& value, flatbuffers::voffset_t field, Narrow narrow) {
  Wide wide = narrow;
  if (Room(value, field) < sizeof(Wide)) return wide;
  const auto& table = reinterpret_cast<const flatbuffers::Table&>(value);
  std::memcpy(&wide, table.GetAddressOf(field), sizeof(Wide));
  return wide;
}

double Real(const v4::Value& value) {
  return Widest<double>(value, v4::Value::VT_REAL, value.real());
}

std::int64_t Number(const v4::Value& value) {
  return Widest<std::int64_t>(value, v4::Value::VT_NUMBER, value.number());
}

class StructureReader {
 public:
  StructureReader(Model& model, std::uint64_t bytes) : model_(model), budget_(bytes) {}

  Status ReadGraphs(const v4::Model& from) {
    for (std::uint32_t i = 0; i < SizeOf(from.graphs()); ++i) {
      ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Graph)));
      ACC_RETURN_IF_ERROR(ReadGraph(*from.graphs()->Get(i), model_.graphs.emplace_back()));
    }
    return OkStatus();
  }

 private:
  Status ReadGraph(const v4::Graph& from, Graph& graph) {
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), graph.name));
    for (std::uint32_t i = 0; i < SizeOf(from.tensors()); ++i) {
      ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Tensor)));
      ACC_RETURN_IF_ERROR(ReadTensor(*from.tensors()->Get(i), graph.tensors.emplace_back()));
    }
    for (std::uint32_t i = 0; i < SizeOf(from.nodes()); ++i) {
      ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Node)));
      ACC_RETURN_IF_ERROR(ReadNode(*from.nodes()->Get(i), graph.nodes.emplace_back()));
    }
    return OkStatus();
  }

  Status ReadNode(const v4::Node& from, Node& node) {
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), node.name));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.type(), node.type));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.inputs(), node.inputs));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.outputs(), node.outputs));
    for (std::uint32_t i = 0; i < SizeOf(from.attributes()); ++i) {
      ACC_RETURN_IF_ERROR(ReadAttribute(*from.attributes()->Get(i), node));
    }
    return OkStatus();
  }

  Status ReadAttribute(const v4::Attribute& from, Node& node) {
    ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Attribute)));
    if (View(from.name()) == kPackageAttribute && from.value() != nullptr) {
      return budget_.Copy(from.value()->text(), node.package);
    }
    Attribute attribute;
    attribute.supplemental = from.usage() == kSupplementalAttribute;
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), attribute.name));
    if (from.kind() == kTensorAttribute && from.tensor() != nullptr) {
      ACC_RETURN_IF_ERROR(ReadTensor(*from.tensor(), attribute.value.emplace<Tensor>()));
    } else if (from.value() == nullptr) {
      Note(fmt::format("attribute '{}' of the node '{}' has no value and is left out",
                       Printable(attribute.name), Printable(node.name)));
      return OkStatus();
    } else {
      ACC_RETURN_IF_ERROR(ReadValue(*from.value(), attribute.value));
    }
    node.attributes.push_back(std::move(attribute));
    return OkStatus();
  }

  Status ReadValue(const v4::Value& from, decltype(Attribute::value)& value) {
    const auto type = static_cast<DataType>(from.type());
    if (type == DataType::kBool8) {
      value = Number(from) != 0;
    } else if (IsFloat(StoredType(type))) {
      value = static_cast<float>(Real(from));
    } else if (StoredType(type) == ElementType::kUndefined) {
      return budget_.Copy(from.text(), value.emplace<std::string>());
    } else if (IsSigned(type)) {
      value = static_cast<std::int32_t>(Number(from));
    } else {
      value = static_cast<std::uint32_t>(Number(from));
    }
    return OkStatus();
  }

  Status ReadTensor(const v4::Tensor& from, Tensor& tensor) {
    tensor.id = from.id();
    tensor.type = static_cast<DataType>(from.type());
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), tensor.name));
    ACC_RETURN_IF_ERROR(ReadKind(from, tensor));
    if (SizeOf(from.dims()) > kMaxRank) {
      return Failure(fmt::format("the tensor '{}' has {} dims; no more than {} are read",
                                 Printable(tensor.name), from.dims()->size(), kMaxRank));
    }
    for (std::uint32_t i = 0; i < SizeOf(from.dims()); ++i) {
      ACC_RETURN_IF_ERROR(budget_.Take(sizeof(std::int64_t)));
      tensor.dims.push_back(from.dims()->Get(i));
    }
    if (from.encoding() == nullptr) return OkStatus();
    return ReadEncoding(*from.encoding(), tensor);
  }

  Status ReadKind(const v4::Tensor& from, Tensor& tensor) {
    for (const TensorKind kind : {TensorKind::kInput, TensorKind::kOutput, TensorKind::kNative,
                                  TensorKind::kStatic, TensorKind::kNull}) {
      if (from.kind() != static_cast<int>(kind)) continue;
      tensor.kind = kind;
      return OkStatus();
    }
    tensor.kind = TensorKind::kNative;
    Note(fmt::format("the tensor '{}' is of kind {}, taken for one between nodes",
                     Printable(tensor.name), from.kind()));
    return OkStatus();
  }

  Status ReadEncoding(const v4::Quantization& from, Tensor& tensor) {
    switch (from.kind()) {
      case kScaleOffset:
      case kBitwidthScaleOffset:
        if (from.scale_offset() == nullptr) return OkStatus();
        return ReadOne(*from.scale_offset(), tensor);
      case kAxisScaleOffset:
      case kBitwidthAxisScaleOffset:
        if (from.axis() == nullptr) return OkStatus();
        return ReadChannels(*from.axis(), tensor);
      case kUndefinedEncoding: return OkStatus();
      default:
        LeaveOut(tensor, fmt::format("kind {} (of blocks, or newer)", from.kind()));
        return OkStatus();
    }
  }

  Status ReadOne(const v4::ScaleOffset& from, Tensor& tensor) {
    const StoredEncoding entry = {.bitwidth = from.bitwidth(),
                                  .min = from.min(),
                                  .max = from.max(),
                                  .scale = from.scale(),
                                  .offset = from.offset(),
                                  .symmetric = from.symmetric() != 0};
    return SetEncoding({&entry, 1}, {}, tensor);
  }

  Status ReadChannels(const v4::AxisScaleOffsets& from, Tensor& tensor) {
    const std::uint32_t count = SizeOf(from.channels());
    ACC_RETURN_IF_ERROR(budget_.Take(count * (sizeof(StoredEncoding) + sizeof(Encoding))));
    std::vector<StoredEncoding> entries;
    for (std::uint32_t i = 0; i < count; ++i) {
      const v4::ChannelScaleOffset& channel = *from.channels()->Get(i);
      entries.push_back({.bitwidth = channel.bitwidth(),
                         .min = channel.min(),
                         .max = channel.max(),
                         .scale = channel.scale(),
                         .offset = channel.offset(),
                         .symmetric = channel.symmetric() != 0});
    }
    return SetEncoding(entries, from.axis(), tensor);
  }

  Status SetEncoding(std::span<const StoredEncoding> entries, std::optional<int> axis,
                     Tensor& tensor) {
    Result<std::optional<TensorEncoding>> encoding = FromStored(entries, axis, tensor);
    if (encoding.ok()) {
      tensor.encoding = *std::move(encoding);
    } else {
      LeaveOut(tensor, encoding.status().message());
    }
    return budget_.Take(sizeof(Encoding));
  }

  void LeaveOut(const Tensor& tensor, const std::string& why) {
    Note(fmt::format("the encoding of the tensor '{}' is left out, as it has {}",
                     Printable(tensor.name), why));
  }

  void Note(std::string note) {
    if (model_.notes.size() < kMaxNotes) model_.notes.push_back(std::move(note));
  }

  static constexpr std::size_t kMaxNotes = 1000;

  Model& model_;
  CopyBudget budget_;
};

}  // namespace

Status ReadVersion4(const RecordBytes& records, Model& model) {
  ACC_ASSIGN_OR_RETURN(const v4::Model* root,
                       VerifiedRoot<v4::Model>(records.model, "its record 'model'"));
  ACC_RETURN_IF_ERROR(StructureReader(model, records.model.size()).ReadGraphs(*root));
  return ReadData(records, model.graphs);
}

}  // namespace acc::dlc
