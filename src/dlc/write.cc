// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/write.h"

#include <flatbuffers/flatbuffers.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dlc/check.h"
#include "dlc/metadata.h"
#include "dlc/stored_encoding.h"
#include "dlc/v4_format.h"
#include "dlc/write_data.h"
#include "dlc/zip_writer.h"
#include "dlc_schema/v4_generated.h"

namespace acc::dlc {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

class ModelWriter {
 public:
  explicit ModelWriter(FlatBufferBuilder& builder) : builder_(builder) {}

  Status Write(const Model& model) {
    std::vector<Offset<v4::Graph>> graphs;
    for (const Graph& graph : model.graphs) {
      ACC_ASSIGN_OR_RETURN(graphs.emplace_back(), WriteGraph(graph));
    }
    builder_.Finish(v4::CreateModel(builder_, builder_.CreateVector(graphs)), kModelIdentifier);
    return OkStatus();
  }

 private:
  Result<Offset<v4::Graph>> WriteGraph(const Graph& graph) {
    std::vector<Offset<v4::Node>> nodes;
    for (const Node& node : graph.nodes) {
      ACC_ASSIGN_OR_RETURN(nodes.emplace_back(), WriteNode(node));
    }
    std::vector<Offset<v4::Tensor>> tensors;
    for (const Tensor& tensor : graph.tensors) {
      ACC_ASSIGN_OR_RETURN(tensors.emplace_back(), WriteTensor(tensor, 1));
    }
    const auto name = builder_.CreateString(graph.name);
    return v4::CreateGraph(builder_, name, builder_.CreateVector(nodes),
                           builder_.CreateVector(tensors), 0, name);
  }

  Result<Offset<v4::Node>> WriteNode(const Node& node) {
    std::vector<Attribute> sorted = node.attributes;
    if (!node.package.empty()) sorted.push_back({kPackageAttribute, node.package});
    std::ranges::sort(sorted, {}, &Attribute::name);
    std::vector<Offset<v4::Attribute>> attributes;
    for (const Attribute& attribute : sorted) {
      ACC_ASSIGN_OR_RETURN(attributes.emplace_back(), WriteAttribute(attribute));
    }
    const auto name = builder_.CreateString(node.name);
    const auto type = builder_.CreateString(node.type);
    const auto inputs = builder_.CreateVectorOfStrings(node.inputs);
    const auto outputs = builder_.CreateVectorOfStrings(node.outputs);
    return v4::CreateNode(builder_, name, type, inputs, outputs, builder_.CreateVector(attributes));
  }

  Result<Offset<v4::Attribute>> WriteAttribute(const Attribute& attribute) {
    const auto name = builder_.CreateString(attribute.name);
    const bool supplemental = attribute.supplemental || attribute.name == kPackageAttribute;
    const std::uint8_t usage = supplemental ? kSupplementalAttribute : kCoreAttribute;
    if (const auto* tensor = std::get_if<Tensor>(&attribute.value)) {
      ACC_ASSIGN_OR_RETURN(const Offset<v4::Tensor> written, WriteTensor(*tensor, 0));
      return v4::CreateAttribute(builder_, name, kTensorAttribute, usage, 0, written);
    }
    return v4::CreateAttribute(builder_, name, kValueAttribute, usage, WriteValue(attribute.value));
  }

  Offset<v4::Value> WriteValue(const decltype(Attribute::value)& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto written = builder_.CreateString(*text);
      return Scalar(DataType::kString, 0, 0, written);
    }
    if (const auto* truth = std::get_if<bool>(&value)) return Scalar(DataType::kBool8, *truth);
    if (const auto* real = std::get_if<float>(&value)) return Scalar(DataType::kFloat32, 0, *real);
    if (const auto* number = std::get_if<std::int32_t>(&value)) {
      return Scalar(DataType::kInt32, *number);
    }
    return Scalar(DataType::kUint32, std::get<std::uint32_t>(value));
  }

  Offset<v4::Value> Scalar(DataType type, std::int64_t number, double real = 0,
                           Offset<flatbuffers::String> text = 0) {
    v4::ValueBuilder value(builder_);
    builder_.AddElement<std::int64_t>(v4::Value::VT_NUMBER, number, 0);
    builder_.AddElement<double>(v4::Value::VT_REAL, real, 0);
    value.add_type(static_cast<std::uint32_t>(type));
    value.add_text(text);
    return value.Finish();
  }

  Result<Offset<v4::Tensor>> WriteTensor(const Tensor& tensor, std::uint8_t quantizable) {
    std::vector<std::uint32_t> dims;
    for (const std::int64_t dim : tensor.dims) {
      if (dim < 0 || dim > std::numeric_limits<std::uint32_t>::max()) {
        return Failure(fmt::format("the tensor '{}' has dims {}, which a DLC cannot hold",
                                   Printable(tensor.name), ToText(tensor.dims)));
      }
      dims.push_back(static_cast<std::uint32_t>(dim));
    }
    ACC_ASSIGN_OR_RETURN(const Offset<v4::Quantization> encoding, WriteEncoding(tensor));
    const auto name = builder_.CreateString(tensor.name);
    const auto written_dims = builder_.CreateVector(dims);
    const auto type = static_cast<std::uint32_t>(tensor.type);
    const auto same_order = builder_.CreateVector(std::vector<std::uint32_t>());
    return v4::CreateTensor(builder_, tensor.id, name, static_cast<std::int32_t>(tensor.kind),
                            written_dims, kFormatNotSaid, encoding, type, type, quantizable, 0, 0,
                            0, kFormatNotSaid, 0, same_order);
  }

  Result<Offset<v4::Quantization>> WriteEncoding(const Tensor& tensor) {
    if (!tensor.encoding || tensor.encoding->is_float) {
      return v4::CreateQuantization(builder_, kUndefinedEncoding);
    }
    const TensorEncoding& encoding = *tensor.encoding;
    ACC_RETURN_IF_ERROR(CheckEncoding(tensor, encoding));
    const std::uint64_t bits = ByteSize(StoredType(tensor.type), 2) * 4;
    const bool usual = encoding.channels.empty() ||
                       static_cast<std::uint64_t>(encoding.channels.front().bitwidth) == bits;
    if (!encoding.axis) {
      const StoredEncoding one = ToStored(encoding.channels.front(), tensor.type);
      const auto written =
          v4::CreateScaleOffset(builder_, one.bitwidth, static_cast<float>(one.min),
                                static_cast<float>(one.max), static_cast<float>(one.scale),
                                static_cast<std::int32_t>(one.offset), one.symmetric ? 1 : 0);
      return v4::CreateQuantization(builder_, usual ? kScaleOffset : kBitwidthScaleOffset, 1,
                                    written);
    }
    std::vector<Offset<v4::ChannelScaleOffset>> channels;
    for (const Encoding& channel : encoding.channels) {
      const StoredEncoding one = ToStored(channel, tensor.type);
      channels.push_back(v4::CreateChannelScaleOffset(
          builder_, one.bitwidth, static_cast<float>(one.min), static_cast<float>(one.max),
          static_cast<float>(one.scale), static_cast<std::int32_t>(one.offset),
          one.symmetric ? 1 : 0));
    }
    const auto written =
        v4::CreateAxisScaleOffsets(builder_, *encoding.axis, builder_.CreateVector(channels));
    return v4::CreateQuantization(builder_, usual ? kAxisScaleOffset : kBitwidthAxisScaleOffset, 1,
                                  0, written);
  }

  static Status CheckEncoding(const Tensor& tensor, const TensorEncoding& encoding) {
    const auto channels = static_cast<std::int64_t>(encoding.channels.size());
    const int axis = encoding.axis.value_or(-1);
    const bool per_axis =
        axis >= 0 && axis < static_cast<int>(tensor.dims.size()) && tensor.dims[axis] == channels;
    if (encoding.axis ? !per_axis : channels != 1) {
      return Failure(fmt::format("the tensor '{}' of dims {} has {} encodings along axis {}",
                                 Printable(tensor.name), ToText(tensor.dims), channels, axis));
    }
    for (const Encoding& channel : encoding.channels) {
      const std::int64_t offset = ToStored(channel, tensor.type).offset;
      if (std::in_range<std::int32_t>(offset)) continue;
      return Failure(fmt::format("the offset {} of the tensor '{}' does not fit 32 bits", offset,
                                 Printable(tensor.name)));
    }
    return OkStatus();
  }

  FlatBufferBuilder& builder_;
};

Status Check(const Model& model) {
  for (const Graph& graph : model.graphs) ACC_RETURN_IF_ERROR(CheckGraph(graph));
  return OkStatus();
}

std::string_view Content(FlatBufferBuilder& builder) {
  return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

Status WriteRecords(const Model& model, const std::filesystem::path& path) {
  ACC_RETURN_IF_ERROR(Check(model));
  FlatBufferBuilder structure;
  ACC_RETURN_IF_ERROR(ModelWriter(structure).Write(model));
  FlatBufferBuilder params;
  ACC_ASSIGN_OR_RETURN(DataPieces data, WriteData(model, params));
  const std::string history = MetadataHistory(model);
  const std::string metadata = Metadata(model);
  const std::string_view header(kHeader, sizeof(kHeader));
  std::vector<RecordToWrite> records;
  if (!data.empty()) records.push_back({std::string(kExternalRecord), std::move(data)});
  records.push_back({std::string(kHistoryRecord), {history}});
  records.push_back({std::string(kMetadataRecord), {metadata}});
  records.push_back({std::string(kModelRecord), {header, Content(structure)}});
  records.push_back({std::string(kParamsRecord), {header, Content(params)}});
  return WriteZip(records, path);
}

}  // namespace

Status Write(const Model& model, const std::filesystem::path& path) {
  Status status = WriteRecords(model, path);
  if (status.ok()) return status;
  return status.WithContext(fmt::format("cannot write the DLC '{}'", Printable(path.native())));
}

}  // namespace acc::dlc
