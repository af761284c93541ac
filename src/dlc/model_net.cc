// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/model_net.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "dlc/check.h"
#include "dlc/sort_nodes.h"
#include "dlc/stored_encoding.h"
#include "tensor/half.h"

namespace acc::dlc {
namespace {

constexpr std::int64_t kUndefined = 0x7fffffff;

// The first of the keys that is there; null for none, and where `json` is no object.
const Json* Find(const Json& json, std::initializer_list<std::string_view> keys) {
  if (!json.is_object()) return nullptr;
  for (const std::string_view key : keys) {
    const auto found = json.find(key);
    if (found != json.end()) return &*found;
  }
  return nullptr;
}

Result<std::int64_t> Integer(const Json* json, std::string_view what) {
  if (json != nullptr && json->is_boolean()) return json->get<bool>() ? 1 : 0;
  if (json != nullptr && json->is_number_unsigned() &&
      json->get<std::uint64_t>() > std::numeric_limits<std::int64_t>::max()) {
    return Failure(fmt::format("its '{}' is out of range", what));
  }
  if (json != nullptr && json->is_number_integer()) return json->get<std::int64_t>();
  return Failure(fmt::format("its '{}' is missing or no integer", what));
}

double Real(const Json* json) {
  return json != nullptr && json->is_number() ? json->get<double>() : 0;
}

Result<std::vector<std::string>> Names(const Json* json, std::string_view what) {
  std::vector<std::string> names;
  if (json == nullptr || !json->is_array()) {
    return Failure(fmt::format("its '{}' is missing or no list", what));
  }
  for (const Json& name : *json) {
    if (!name.is_string()) return Failure(fmt::format("its '{}' has entries without a name", what));
    names.push_back(name.get<std::string>());
  }
  return names;
}

// The numbers of nested lists, in order.
void Flatten(const Json& list, std::vector<const Json*>& numbers) {
  for (const Json& item : list) {
    if (item.is_array()) {
      Flatten(item, numbers);
    } else {
      numbers.push_back(&item);
    }
  }
}

template <typename Number>
void Put(Number number, std::vector<std::byte>& bytes) {
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(Number)>>(number);
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

Status PutInteger(const Json& json, std::uint64_t width, std::vector<std::byte>& bytes) {
  ACC_ASSIGN_OR_RETURN(const std::int64_t number, Integer(&json, "data"));
  const auto raw = std::bit_cast<std::array<std::byte, sizeof(number)>>(number);
  bytes.insert(bytes.end(), raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(width));
  return OkStatus();
}

// An element of the type; 4-bit ones take a byte each.
Status PutElement(const Json& json, ElementType type, std::vector<std::byte>& bytes) {
  if (!IsFloat(type)) {
    return PutInteger(json, std::max<std::uint64_t>(1, ByteSize(type, 2) / 2), bytes);
  }
  if (!json.is_number()) return Failure("its 'data' has entries that are no numbers");
  const double number = json.get<double>();
  if (type == ElementType::kFloat64) Put(number, bytes);
  if (type == ElementType::kFloat32) Put(static_cast<float>(number), bytes);
  if (type == ElementType::kFloat16) Put(HalfFromFloat(static_cast<float>(number)), bytes);
  return OkStatus();
}

StoredEncoding ReadScaleOffset(const Json& json, std::int64_t bitwidth) {
  // An offset too large to be one makes the encoding fail below.
  const double offset = Real(Find(json, {"offset"}));
  return {.bitwidth = static_cast<std::uint32_t>(std::clamp<std::int64_t>(bitwidth, 0, 255)),
          .scale = std::abs(offset) < 0x1p40 ? Real(Find(json, {"scale"})) : std::nan(""),
          .offset = std::abs(offset) < 0x1p40 ? std::llround(offset) : 0};
}

class NetReader {
 public:
  explicit NetReader(Model& model) : model_(model) {}

  Status Read(const Json& json, std::string name) {
    const Json* from = Find(json, {"graph"});
    const Json* tensors = from == nullptr ? nullptr : Find(*from, {"tensors"});
    const Json* nodes = from == nullptr ? nullptr : Find(*from, {"nodes"});
    if (tensors == nullptr || !tensors->is_object() || nodes == nullptr || !nodes->is_object()) {
      return Failure(
          "it has no 'graph' with 'tensors' and 'nodes'. Give the _net.json file that "
          "QNN's converter wrote beside the model");
    }
    model_.converter_command = Text(Find(json, {"converter_command", "coverter_command"}));
    Graph& graph = model_.graphs.emplace_back();
    graph.name = std::move(name);
    for (const auto& [key, value] : tensors->items()) {
      ACC_RETURN_IF_ERROR(ReadTensor(value, key, graph.tensors.emplace_back())
                              .WithContext(fmt::format("the tensor '{}'", Printable(key))));
    }
    for (const auto& [key, value] : nodes->items()) {
      ACC_RETURN_IF_ERROR(ReadNode(value, key, graph.nodes.emplace_back())
                              .WithContext(fmt::format("the node '{}'", Printable(key))));
    }
    ACC_RETURN_IF_ERROR(CheckGraph(graph));
    return SortNodes(graph);
  }

 private:
  static std::string Text(const Json* json) {
    return json != nullptr && json->is_string() ? json->get<std::string>() : "";
  }

  Status ReadTensor(const Json& from, const std::string& name, Tensor& tensor) {
    tensor.name = name;
    const Json* id = Find(from, {"id"});
    if (id != nullptr) {
      ACC_ASSIGN_OR_RETURN(const std::int64_t number, Integer(id, "id"));
      tensor.id = static_cast<std::uint32_t>(number);
    }
    ACC_ASSIGN_OR_RETURN(const std::int64_t kind, Integer(Find(from, {"type"}), "type"));
    const bool known = (kind >= 0 && kind <= 5 && kind != 2);
    tensor.kind = known ? static_cast<TensorKind>(kind) : TensorKind::kNative;
    ACC_ASSIGN_OR_RETURN(const std::int64_t type, Integer(Find(from, {"data_type"}), "data_type"));
    tensor.type = static_cast<DataType>(type);
    const Json* dims = Find(from, {"dims", "current_dims", "max_dims"});
    if (dims == nullptr || !dims->is_array()) return Failure("its 'dims' are missing or no list");
    for (const Json& dim : *dims) {
      ACC_ASSIGN_OR_RETURN(tensor.dims.emplace_back(), Integer(&dim, "dims"));
    }
    ReadEncoding(from, tensor);
    const Json* data = Find(from, {"data"});
    return data == nullptr || !data->is_array() ? OkStatus() : ReadData(*data, tensor);
  }

  void ReadEncoding(const Json& from, Tensor& tensor) {
    const Json* params = Find(from, {"quant_params"});
    if (params == nullptr) return;
    const Result<std::int64_t> definition = Integer(Find(*params, {"definition"}), "definition");
    const Result<std::int64_t> kind = Integer(Find(*params, {"encoding"}), "encoding");
    if (!definition.ok() || *definition == kUndefined || !kind.ok() || *kind == kUndefined) return;
    std::vector<StoredEncoding> entries;
    std::optional<int> axis;
    const Json* channels = Find(*params, {"axis_scale_offset", "bw_axis_scale_offset"});
    const Json* one = Find(*params, {"scale_offset", "bw_scale_offset"});
    // ONNX Runtime's QNN provider prints the bytes of a per-channel encoding as if it had one
    // scale.
    const bool per_channel = *kind == 1 || *kind == 3;
    if (channels == nullptr && one != nullptr && per_channel) {
      LeaveOut(tensor, "one scale for all channels, which is another structure's bytes");
      return;
    }
    if (channels != nullptr) {
      const Result<std::int64_t> along = Integer(Find(*channels, {"axis"}), "axis");
      axis = along.ok() ? static_cast<int>(*along) : std::numeric_limits<int>::min();
      ReadChannels(*channels, entries);
    } else if (one != nullptr) {
      entries.push_back(ReadScaleOffset(*one, Bitwidth(*one)));
    } else {
      LeaveOut(tensor, fmt::format("kind {} (of blocks, or newer)", *kind));
      return;
    }
    Result<std::optional<TensorEncoding>> encoding = FromStored(entries, axis, tensor);
    if (encoding.ok()) {
      tensor.encoding = *std::move(encoding);
    } else {
      LeaveOut(tensor, encoding.status().message());
    }
  }

  static std::int64_t Bitwidth(const Json& json) {
    const Result<std::int64_t> bitwidth = Integer(Find(json, {"bitwidth"}), "bitwidth");
    return bitwidth.ok() ? *bitwidth : 0;
  }

  static void ReadChannels(const Json& from, std::vector<StoredEncoding>& entries) {
    const Json* list = Find(from, {"scale_offsets", "scale_offset"});
    if (list == nullptr || !list->is_array()) return;
    for (const Json& entry : *list) entries.push_back(ReadScaleOffset(entry, Bitwidth(from)));
  }

  void LeaveOut(const Tensor& tensor, const std::string& why) {
    model_.notes.push_back(fmt::format("the encoding of the tensor '{}' is left out, as it has {}",
                                       Printable(tensor.name), why));
  }

  Status ReadData(const Json& from, Tensor& tensor) {
    std::vector<const Json*> numbers;
    Flatten(from, numbers);
    const ElementType type = StoredType(tensor.type);
    if (type == ElementType::kUndefined) return OkStatus();
    auto bytes = std::make_shared<std::vector<std::byte>>();
    for (const Json* number : numbers) ACC_RETURN_IF_ERROR(PutElement(*number, type, *bytes));
    tensor.data = *bytes;
    model_.storage.push_back(std::move(bytes));
    return OkStatus();
  }

  Status ReadNode(const Json& from, const std::string& name, Node& node) {
    node.name = name;
    node.type = Text(Find(from, {"type"}));
    node.package = Text(Find(from, {"package"}));
    if (node.type.empty()) return Failure("its 'type' is missing");
    ACC_ASSIGN_OR_RETURN(node.inputs, Names(Find(from, {"input_names"}), "input_names"));
    ACC_ASSIGN_OR_RETURN(node.outputs, Names(Find(from, {"output_names"}), "output_names"));
    if (const Json* scalars = Find(from, {"scalar_params"}); scalars != nullptr) {
      for (const auto& [key, value] : scalars->items()) {
        ACC_RETURN_IF_ERROR(ReadScalar(value, key, node));
      }
    }
    const Json* tensors = Find(from, {"tensor_params"});
    if (tensors == nullptr || !tensors->is_object()) return OkStatus();
    for (const auto& [key, value] : tensors->items()) {
      if (!value.is_object() || value.empty()) continue;
      Attribute attribute = {.name = key, .value = Tensor()};
      ACC_RETURN_IF_ERROR(
          ReadTensor(value.begin().value(), value.begin().key(), std::get<Tensor>(attribute.value))
              .WithContext(fmt::format("parameter '{}'", Printable(key))));
      node.attributes.push_back(std::move(attribute));
    }
    return OkStatus();
  }

  // {"306": 1}: the data type's number, and the value.
  static Status ReadScalar(const Json& from, const std::string& name, Node& node) {
    Status failure = Failure(fmt::format(
        "its parameter '{}' is no pair of a data type's number and a value", Printable(name)));
    if (!from.is_object() || from.empty()) return failure;
    const std::optional<std::int64_t> code = ParseInt(from.begin().key());
    const Json& value = from.begin().value();
    if (!code) return failure;
    const auto type = static_cast<DataType>(*code);
    Attribute attribute = {.name = name, .value = Real(&value) != 0};
    if (type == DataType::kBool8) {
      if (value.is_boolean()) attribute.value = value.get<bool>();
    } else if (value.is_string()) {
      attribute.value = value.get<std::string>();
    } else if (IsFloat(StoredType(type))) {
      attribute.value = static_cast<float>(Real(&value));
    } else {
      ACC_ASSIGN_OR_RETURN(const std::int64_t number, Integer(&value, name));
      if (IsSigned(type)) {
        attribute.value = static_cast<std::int32_t>(number);
      } else {
        attribute.value = static_cast<std::uint32_t>(number);
      }
    }
    node.attributes.push_back(std::move(attribute));
    return OkStatus();
  }

  Model& model_;
};

}  // namespace

Result<Model> ReadModelNet(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const Json json, ReadJson(path));
  Model model;
  const Status status = NetReader(model).Read(json, path.stem().string());
  if (status.ok()) return Result<Model>(std::move(model));
  return status.WithContext(
      fmt::format("cannot read the model description '{}'", Printable(path.native())));
}

}  // namespace acc::dlc
