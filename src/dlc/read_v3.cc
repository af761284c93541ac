// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "dlc/read_versions.h"
#include "dlc/stored_encoding.h"
#include "dlc_schema/v3_generated.h"
#include "model/flatbuffer.h"

namespace acc::dlc {
namespace {

using model::CopyBudget;
using model::SizeOf;
using model::VerifiedRoot;
using model::View;

using Attributes = flatbuffers::Vector<flatbuffers::Offset<v3::Attribute>>;

enum Kind : std::uint8_t {
  kBool = 1,
  kInt32 = 2,
  kUint32 = 3,
  kFloat = 4,
  kText = 5,
  kBytes = 7,
  kInt32List = 8,
  kFloatList = 9,
  kGroup = 11,
};

constexpr std::string_view kInputType = "Input";
constexpr std::string_view kDimsGroup = "OutputDims";
constexpr std::uint8_t kUint8Data = 6;
constexpr std::uint8_t kFloatData = 9;

template <typename Number>
std::span<const std::byte> Bytes(const flatbuffers::Vector<Number>* vector) {
  if (vector == nullptr) return {};
  return {reinterpret_cast<const std::byte*>(vector->Data()), vector->size() * sizeof(Number)};
}

std::optional<double> Number(const Attributes* group, std::string_view name) {
  for (std::uint32_t i = 0; i < SizeOf(group); ++i) {
    const v3::Attribute& attribute = *group->Get(i);
    if (ToLower(View(attribute.name())) != name) continue;
    if (attribute.type() == kFloat) return attribute.real();
    if (attribute.type() == kInt32) return attribute.number();
    if (attribute.type() == kUint32) return attribute.natural();
  }
  return std::nullopt;
}

// A group that holds "min" and "max" says how a tensor is quantized.
std::optional<StoredEncoding> EncodingOf(const Attributes* group) {
  const std::optional<double> min = Number(group, "min");
  const std::optional<double> max = Number(group, "max");
  if (!min || !max) return std::nullopt;
  StoredEncoding encoding = {.bitwidth = 8, .min = *min, .max = *max};
  if (const auto bitwidth = Number(group, "bitwidth"); bitwidth && *bitwidth > 0) {
    encoding.bitwidth = static_cast<std::uint32_t>(std::min(*bitwidth, 255.0));
  }
  for (const std::string_view name : {"delta", "scale", "step"}) {
    if (encoding.scale == 0) encoding.scale = Number(group, name).value_or(0);
  }
  // Its own offset counts up or down, by tool; the range says the same without doubt.
  const double steps = encoding.scale > 0 ? *min / encoding.scale : 0;
  if (std::abs(steps) < 0x1p32) encoding.offset = std::llround(steps);
  return encoding;
}

DataType QuantizedType(const Encoding& encoding) {
  if (encoding.bitwidth <= 8) return DataType::kUfixed8;
  return encoding.bitwidth <= 16 ? DataType::kUfixed16 : DataType::kUfixed32;
}

class Version3Reader {
 public:
  Version3Reader(const RecordBytes& records, Model& model)
      : model_(model), graph_(model.graphs.emplace_back()), budget_(records.model.size()) {}

  Status ReadNodes(const v3::Model& from) {
    for (std::uint32_t i = 0; i < SizeOf(from.nodes()); ++i) {
      ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Node)));
      ACC_RETURN_IF_ERROR(ReadNode(*from.nodes()->Get(i)));
    }
    return AddUnmadeTensors();
  }

  Status ReadWeights(const v3::Params& from) {
    std::map<std::string_view, const v3::NodeParams*> by_node;
    for (std::uint32_t i = 0; i < SizeOf(from.nodes()); ++i) {
      by_node.emplace(View(from.nodes()->Get(i)->name()), from.nodes()->Get(i));
    }
    for (Node& node : graph_.nodes) {
      const auto found = by_node.find(node.name);
      if (found == by_node.end()) continue;
      const auto* tensors = found->second->tensors();
      for (std::uint32_t i = 0; i < SizeOf(tensors); ++i) {
        ACC_RETURN_IF_ERROR(ReadWeight(*tensors->Get(i), node));
      }
    }
    return OkStatus();
  }

  void Finish() {
    std::set<std::string_view> read;
    for (const Node& node : graph_.nodes) read.insert(node.inputs.begin(), node.inputs.end());
    for (Tensor& tensor : graph_.tensors) {
      const bool made = tensor.kind == TensorKind::kNative;
      if (made && !read.contains(tensor.name)) tensor.kind = TensorKind::kOutput;
    }
    const auto without_dims = std::ranges::count_if(
        graph_.tensors, [](const Tensor& tensor) { return tensor.dims.empty(); });
    if (without_dims == 0) return;
    model_.notes.push_back(fmt::format("the file gives no dims for {} tensors", without_dims));
  }

 private:
  Status ReadNode(const v3::Node& from) {
    Node node;
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), node.name));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.type(), node.type));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.inputs(), node.inputs));
    ACC_RETURN_IF_ERROR(budget_.Copy(from.outputs(), node.outputs));
    const bool is_input = node.type == kInputType;
    const std::vector<std::string>& made =
        is_input && node.outputs.empty() ? node.inputs : node.outputs;
    for (const std::string& name : made) {
      ACC_RETURN_IF_ERROR(AddTensor(name, is_input ? TensorKind::kInput : TensorKind::kNative));
    }
    ACC_RETURN_IF_ERROR(ReadAttributes(from.attributes(), "", 0, made, node));
    if (!is_input) graph_.nodes.push_back(std::move(node));
    return OkStatus();
  }

  Status AddTensor(const std::string& name, TensorKind kind) {
    ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Tensor) + 2 * name.size()));
    if (index_.emplace(name, graph_.tensors.size()).second) {
      const auto id = static_cast<std::uint32_t>(graph_.tensors.size());
      graph_.tensors.push_back({.id = id, .name = name, .kind = kind});
    }
    return OkStatus();
  }

  // What nodes read and none makes.
  Status AddUnmadeTensors() {
    for (const Node& node : graph_.nodes) {
      for (const std::string& name : node.inputs) {
        ACC_RETURN_IF_ERROR(AddTensor(name, TensorKind::kInput));
      }
    }
    return OkStatus();
  }

  // Groups become attributes named "group.member"; those of dims and encodings go to the tensors
  // that the node makes. `output` is the index that the names of the groups around give. The
  // verifier has limited how deep groups nest.
  Status ReadAttributes(const Attributes* from, const std::string& prefix, std::size_t output,
                        const std::vector<std::string>& made, Node& node) {
    for (std::uint32_t i = 0; i < SizeOf(from); ++i) {
      const v3::Attribute& attribute = *from->Get(i);
      const std::string_view name = View(attribute.name());
      if (attribute.type() != kGroup) {
        ACC_RETURN_IF_ERROR(ReadAttribute(attribute, prefix, node));
        continue;
      }
      const std::optional<std::int64_t> number = ParseInt(name);
      const std::size_t index = number && *number >= 0 ? static_cast<std::size_t>(*number) : output;
      if (name == kDimsGroup) {
        ACC_RETURN_IF_ERROR(ReadDims(attribute.attributes(), made));
      } else if (const auto encoding = EncodingOf(attribute.attributes())) {
        if (index < made.size()) SetEncoding(*encoding, graph_.tensors[index_.at(made[index])]);
      } else {
        ACC_RETURN_IF_ERROR(budget_.Take(prefix.size() + name.size()));
        ACC_RETURN_IF_ERROR(ReadAttributes(attribute.attributes(),
                                           fmt::format("{}{}.", prefix, name), index, made, node));
      }
    }
    return OkStatus();
  }

  Status ReadAttribute(const v3::Attribute& from, const std::string& prefix, Node& node) {
    ACC_RETURN_IF_ERROR(budget_.Take(sizeof(Attribute) + prefix.size()));
    Attribute attribute;
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), attribute.name));
    attribute.name.insert(0, prefix);
    switch (from.type()) {
      case kBool: attribute.value = from.truth(); break;
      case kInt32: attribute.value = from.number(); break;
      case kUint32: attribute.value = from.natural(); break;
      case kFloat: attribute.value = from.real(); break;
      case kText:
        ACC_RETURN_IF_ERROR(budget_.Copy(from.text(), attribute.value.emplace<std::string>()));
        break;
      case kBytes:
        attribute.value = List(DataType::kInt8, Bytes(from.bytes()), attribute.name);
        break;
      case kInt32List:
        attribute.value = List(DataType::kInt32, Bytes(from.numbers()), attribute.name);
        break;
      case kFloatList:
        attribute.value = List(DataType::kFloat32, Bytes(from.reals()), attribute.name);
        break;
      default:
        model_.notes.push_back(
            fmt::format("attribute '{}' of the node '{}' is of kind {} and left "
                        "out",
                        Printable(attribute.name), Printable(node.name), from.type()));
        return OkStatus();
    }
    node.attributes.push_back(std::move(attribute));
    return OkStatus();
  }

  static Tensor List(DataType type, std::span<const std::byte> data, const std::string& name) {
    const auto count = static_cast<std::int64_t>(data.size() / ByteSize(StoredType(type), 1));
    return {.name = name, .kind = TensorKind::kStatic, .type = type, .dims = {count}, .data = data};
  }

  // One list of numbers for each tensor that the node makes.
  Status ReadDims(const Attributes* from, const std::vector<std::string>& made) {
    for (std::uint32_t i = 0; i < SizeOf(from) && i < made.size(); ++i) {
      const auto* dims = from->Get(i)->numbers();
      ACC_RETURN_IF_ERROR(SetDims(dims, graph_.tensors[index_.at(made[i])]));
    }
    return OkStatus();
  }

  Status SetDims(const flatbuffers::Vector<std::int32_t>* from, Tensor& tensor) {
    ACC_RETURN_IF_ERROR(budget_.Take(SizeOf(from) * sizeof(std::int64_t)));
    tensor.dims.clear();
    for (std::uint32_t i = 0; i < SizeOf(from); ++i) tensor.dims.push_back(from->Get(i));
    return OkStatus();
  }

  void SetEncoding(const StoredEncoding& stored, Tensor& tensor) {
    const Result<std::optional<Encoding>> encoding = FromStored(stored, DataType::kUfixed32);
    if (!encoding.ok()) {
      model_.notes.push_back(
          fmt::format("the encoding of the tensor '{}' is left out, as it has {}",
                      Printable(tensor.name), encoding.status().message()));
    } else if (*encoding) {
      tensor.encoding = TensorEncoding{.channels = {**encoding}};
      if (tensor.kind != TensorKind::kStatic) tensor.type = QuantizedType(**encoding);
    }
  }

  Status ReadWeight(const v3::Tensor& from, Node& node) {
    std::string name;
    ACC_RETURN_IF_ERROR(budget_.Copy(from.name(), name));
    name = fmt::format("{}.{}", node.name, name);
    if (index_.contains(name)) name += fmt::format(".{}", graph_.tensors.size());
    ACC_RETURN_IF_ERROR(AddTensor(name, TensorKind::kStatic));
    Tensor& tensor = graph_.tensors[index_.at(name)];
    ACC_RETURN_IF_ERROR(SetDims(from.dims(), tensor));
    for (std::uint32_t i = 0; i < SizeOf(from.attributes()); ++i) {
      const auto* group = from.attributes()->Get(i)->attributes();
      if (const auto encoding = EncodingOf(group)) SetEncoding(*encoding, tensor);
    }
    if (const auto encoding = EncodingOf(from.attributes())) SetEncoding(*encoding, tensor);
    SetData(from.data(), tensor);
    node.inputs.push_back(std::move(name));
    return OkStatus();
  }

  static void SetData(const v3::TensorData* from, Tensor& tensor) {
    const std::uint8_t type = from == nullptr ? std::uint8_t{0} : from->type();
    if (type == kFloatData) {
      tensor.type = DataType::kFloat32;
      tensor.data = Bytes(from->reals());
    } else {
      tensor.type = type != kUint8Data ? DataType::kUndefined
                    : tensor.encoding  ? DataType::kUfixed8
                                       : DataType::kUint8;
      tensor.data = from == nullptr ? std::span<const std::byte>() : Bytes(from->bytes());
    }
  }

  Model& model_;
  Graph& graph_;
  CopyBudget budget_;
  std::map<std::string, std::size_t> index_;  // Of the graph's tensors, by name.
};

}  // namespace

Status ReadVersion3(const RecordBytes& records, Model& model) {
  ACC_ASSIGN_OR_RETURN(const v3::Model* root,
                       VerifiedRoot<v3::Model>(records.model, "its record 'model'"));
  Version3Reader reader(records, model);
  ACC_RETURN_IF_ERROR(reader.ReadNodes(*root));
  if (!records.params.empty()) {
    ACC_ASSIGN_OR_RETURN(const v3::Params* params,
                         VerifiedRoot<v3::Params>(records.params, "its record 'model.params'"));
    ACC_RETURN_IF_ERROR(reader.ReadWeights(*params));
  }
  reader.Finish();
  return OkStatus();
}

}  // namespace acc::dlc
