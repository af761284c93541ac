// SPDX-License-Identifier: BSD-3-Clause
#include "dlc/check.h"

#include <fmt/format.h>

#include <set>
#include <string_view>

#include "base/text.h"

namespace acc::dlc {
namespace {

// Fails where the data do not fit type and dims; data of types that are not known fit. Without
// data, only the product of the dims is looked at.
Status CheckData(const Tensor& tensor) {
  const std::optional<std::uint64_t> count = ElementCount(tensor.dims);
  if (!count) {
    return Failure(fmt::format("the tensor '{}' has dims {}, whose product is beyond any memory",
                               Printable(tensor.name), ToText(tensor.dims)));
  }
  const ElementType type = StoredType(tensor.type);
  if (type == ElementType::kUndefined || tensor.data.empty()) return OkStatus();
  const std::uint64_t wanted = ByteSize(type, *count);
  const bool byte_each =
      (type == ElementType::kInt4 || type == ElementType::kUint4) && tensor.data.size() == *count;
  if (tensor.data.size() == wanted || byte_each) return OkStatus();
  return Failure(fmt::format("the tensor '{}' has {} bytes of data, but {} elements of {} take {}",
                             Printable(tensor.name), tensor.data.size(), *count, Name(tensor.type),
                             wanted));
}

using Names = std::set<std::string_view>;

Status CheckNames(const Node& node, const std::vector<std::string>& named, const Names& tensors) {
  for (const std::string& name : named) {
    if (tensors.contains(name)) continue;
    return Failure(fmt::format("the node '{}' names the tensor '{}', which the graph lacks",
                               Printable(node.name), Printable(name)));
  }
  return OkStatus();
}

Status CheckNode(const Node& node, const Names& tensors) {
  ACC_RETURN_IF_ERROR(CheckNames(node, node.inputs, tensors));
  ACC_RETURN_IF_ERROR(CheckNames(node, node.outputs, tensors));
  for (const Attribute& attribute : node.attributes) {
    const auto* tensor = std::get_if<Tensor>(&attribute.value);
    if (tensor == nullptr) continue;
    if (const Status status = CheckData(*tensor); !status.ok()) {
      return status.WithContext(fmt::format("attribute '{}' of the node '{}'",
                                            Printable(attribute.name), Printable(node.name)));
    }
  }
  return OkStatus();
}

}  // namespace

Status CheckGraph(const Graph& graph) {
  Names names;
  for (const Tensor& tensor : graph.tensors) {
    if (!names.insert(tensor.name).second) {
      return Failure(fmt::format("two tensors are named '{}'", Printable(tensor.name)));
    }
    ACC_RETURN_IF_ERROR(CheckData(tensor));
  }
  for (const Node& node : graph.nodes) ACC_RETURN_IF_ERROR(CheckNode(node, names));
  return OkStatus();
}

}  // namespace acc::dlc
