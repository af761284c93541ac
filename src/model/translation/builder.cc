// SPDX-License-Identifier: BSD-3-Clause
#include "model/translation/builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/text.h"

namespace acc::model {
namespace {

bool HasOneElement(const Shape& dims) {
  return std::ranges::all_of(dims, [](std::int64_t dim) { return dim == 1; });
}

}  // namespace

Order AsStored(std::size_t rank) {
  Order order(rank);
  std::iota(order.begin(), order.end(), 0);
  return order;
}

Order ChannelFirst(std::size_t rank) { return Inverse(FromSource(AxisOrder::kChannelLast, rank)); }

int PlaceOf(const Order& order, int axis) {
  return static_cast<int>(std::ranges::find(order, axis) - order.begin());
}

TensorEncoding Moved(TensorEncoding encoding, const Order& order, std::size_t rank) {
  if (!encoding.axis) return encoding;
  const auto added = static_cast<int>(order.size() - rank);
  encoding.axis = PlaceOf(order, *encoding.axis + added);
  return encoding;
}

Result<Tensor> Reordered(const Tensor& value, const Permutation& order) {
  Shape dims(order.size() - std::min(order.size(), value.dims().size()), 1);
  dims.insert(dims.end(), value.dims().begin(), value.dims().end());
  const Tensor padded = value.Reshaped(dims);
  if (IsIdentity(order)) return padded;
  std::vector<std::byte> bytes(value.bytes().size());
  ACC_RETURN_IF_ERROR(
      PermuteElements(padded.bytes(), dims, order, ByteSize(value.type(), 1), bytes));
  return Tensor::Create(value.type(), Permute(dims, order), std::move(bytes));
}

GraphBuilder::GraphBuilder(std::string graph_name, Constants constants)
    : NewGraph(std::move(graph_name)), read_constant_(std::move(constants)) {}

Status GraphBuilder::Take(std::vector<StoredTensor> tensors,
                          std::map<std::string, AxisOrder> planned) {
  planned_ = std::move(planned);
  for (const StoredTensor& tensor : tensors) {
    if (tensor.name.empty()) return Failure("a tensor of the graph has no name");
    if (!tensors_.emplace(tensor.name, tensor).second) {
      return Failure(fmt::format("the graph has two tensors '{}'", Printable(tensor.name)));
    }
    Reserve(tensor.name);
  }
  for (const StoredTensor& tensor : tensors) {
    if (tensor.role == StoredTensor::Role::kInput) AddInput(tensor);
  }
  return OkStatus();
}

void GraphBuilder::AddInput(const StoredTensor& tensor) {
  const Order order = AsStored(tensor.dims.size());
  forms_[tensor.name] = {{order, tensor.name}};
  with_own_name_.insert(tensor.name);
  Describe(tensor, order);
  graph().inputs.push_back(described_.tensors.at(tensor.name).info);
}

void GraphBuilder::Describe(const StoredTensor& tensor, const Order& order) {
  TranslatedTensor& described = described_.tensors[tensor.name];
  described.axis_order = IsIdentity(order) ? AxisOrder::kSource : AxisOrder::kChannelLast;
  described.info = {.name = tensor.name, .type = tensor.type, .dims = Permute(tensor.dims, order)};
}

const StoredTensor* GraphBuilder::Stored(const std::string& tensor) const {
  const auto found = tensors_.find(tensor);
  return found == tensors_.end() ? nullptr : &found->second;
}

bool GraphBuilder::IsConstant(const std::string& tensor) const {
  const StoredTensor* found = Stored(tensor);
  return constants_.contains(tensor) ||
         (found != nullptr && found->role == StoredTensor::Role::kConstant);
}

Order GraphBuilder::OrderOf(const std::string& tensor) const {
  const auto forms = forms_.find(tensor);
  const bool is_made = forms != forms_.end() && !forms->second.empty() && !IsConstant(tensor);
  if (is_made) return forms->second.front().order;
  const StoredTensor* found = Stored(tensor);
  return AsStored(found == nullptr ? 0 : found->dims.size());
}

Order GraphBuilder::PlannedOrder(const std::string& tensor) const {
  const auto planned = planned_.find(tensor);
  const StoredTensor* found = Stored(tensor);
  const std::size_t rank = found == nullptr ? 0 : found->dims.size();
  const bool is_last = planned != planned_.end() && planned->second == AxisOrder::kChannelLast;
  return is_last ? ChannelFirst(rank) : AsStored(rank);
}

Result<std::string> GraphBuilder::Value(const std::string& tensor, const Order& order) {
  for (const Form& form : forms_[tensor]) {
    if (form.order == order) return form.value;
  }
  return AddForm(tensor, order);
}

Result<std::string> GraphBuilder::AddForm(const std::string& tensor, const Order& order) {
  const StoredTensor* found = Stored(tensor);
  if (found == nullptr) {
    return Failure(fmt::format("'{}' is no tensor of the graph", Printable(tensor)));
  }
  const std::size_t rank = found->dims.size();
  if (order.size() < rank) {
    return Failure(fmt::format("'{}' has {} dims where {} are expected", Printable(tensor), rank,
                               order.size()));
  }
  const bool is_constant = IsConstant(tensor);
  if (is_constant && HasOneElement(found->dims) && order != AsStored(rank)) {
    return Value(tensor, AsStored(rank));  // Broadcasts to any order.
  }
  Result<std::string> value =
      is_constant ? AddConstantForm(*found, order) : AddMoved(*found, order);
  if (value.ok()) forms_[tensor].push_back({order, *value});
  return value;
}

Result<std::string> GraphBuilder::AddConstantForm(const StoredTensor& tensor, const Order& order) {
  ACC_ASSIGN_OR_RETURN(const Tensor stored, Constant(tensor.name));
  ACC_ASSIGN_OR_RETURN(Tensor value, Reordered(stored, order));
  const std::string name = NameFor(tensor.name, order);
  graph().initializers[name] = std::move(value);
  if (tensor.encoding) described_.params[name] = Moved(*tensor.encoding, order, tensor.dims.size());
  return name;
}

Result<std::string> GraphBuilder::AddMoved(const StoredTensor& tensor, const Order& order) {
  const std::vector<Form>& forms = forms_[tensor.name];
  if (forms.empty()) {
    return Failure(fmt::format(
        "'{}' is read before anything makes it: the nodes form a cycle, or are not in the order "
        "of execution",
        Printable(tensor.name)));
  }
  Form from = forms.front();
  if (order.size() > tensor.dims.size()) {
    ACC_ASSIGN_OR_RETURN(const std::string stored,
                         Value(tensor.name, AsStored(tensor.dims.size())));
    from = {AsStored(order.size()), AddReshaped(tensor, stored, order.size())};
    if (IsIdentity(order)) return from.value;
  }
  std::vector<std::int64_t> perm;
  for (const int axis : order) perm.push_back(PlaceOf(from.order, axis));
  Node node;
  node.op_type = "Transpose";
  node.inputs = {from.value};
  node.outputs = {NameFor(tensor.name, order)};
  node.name = NewNodeName(node.outputs[0]);
  node.attributes["perm"] = std::move(perm);
  std::string value = node.outputs[0];
  AddNode(std::move(node));
  return value;
}

std::string GraphBuilder::AddReshaped(const StoredTensor& tensor, const std::string& value,
                                      std::size_t rank) {
  std::vector<std::int64_t> dims(rank - tensor.dims.size(), 1);
  dims.insert(dims.end(), tensor.dims.begin(), tensor.dims.end());
  Node node;
  node.op_type = "Reshape";
  node.outputs = {NewName(tensor.name + "_reshaped")};
  node.inputs = {value,
                 AddConstant(node.outputs[0] + "_shape",
                             Tensor::FromInt64s({static_cast<std::int64_t>(dims.size())}, dims))};
  node.name = NewNodeName(node.outputs[0]);
  std::string reshaped = node.outputs[0];
  AddNode(std::move(node));
  return reshaped;
}

// An output of the graph keeps its name for the value that is as stored.
std::string GraphBuilder::NameFor(const std::string& tensor, const Order& order) {
  const StoredTensor& stored = *Stored(tensor);
  const bool is_output = stored.role == StoredTensor::Role::kOutput;
  const bool may_have_it = !is_output || order == AsStored(stored.dims.size());
  if (may_have_it && with_own_name_.insert(tensor).second) return tensor;
  if (IsIdentity(order)) return NewName(tensor + "_channel_last");
  return NewName(tensor + (order == ChannelFirst(order.size()) ? "_channel_first" : "_transposed"));
}

Result<Tensor> GraphBuilder::Constant(const std::string& tensor) const {
  const auto defined = constants_.find(tensor);
  if (defined != constants_.end()) return defined->second;
  const StoredTensor* found = Stored(tensor);
  if (found == nullptr || found->role != StoredTensor::Role::kConstant) {
    return Failure(fmt::format("'{}' has to be a static tensor here", Printable(tensor)));
  }
  return read_constant_(tensor);
}

Status GraphBuilder::DefineConstant(const std::string& tensor, Tensor value) {
  if (Stored(tensor) == nullptr || !forms_[tensor].empty() || IsConstant(tensor)) {
    return Failure(fmt::format("'{}' is made twice, or is unknown", Printable(tensor)));
  }
  constants_.emplace(tensor, std::move(value));
  return OkStatus();
}

Result<std::string> GraphBuilder::Produce(const std::string& tensor, const Order& order) {
  const StoredTensor* found = Stored(tensor);
  if (found == nullptr) {
    return Failure(fmt::format("its output '{}' is no tensor of the graph", Printable(tensor)));
  }
  if (IsConstant(tensor) || !forms_[tensor].empty()) {
    return Failure(fmt::format("'{}' is made twice, or is an input", Printable(tensor)));
  }
  if (order.size() != found->dims.size()) {
    return Failure(fmt::format("its output '{}' has {} dims instead of {}", Printable(tensor),
                               found->dims.size(), order.size()));
  }
  const bool is_output = found->role == StoredTensor::Role::kOutput;
  std::string value = NameFor(tensor, order);
  forms_[tensor].push_back({order, value});
  Describe(*found, is_output ? AsStored(order.size()) : order);
  return value;
}

Status GraphBuilder::AddOutput(const std::string& tensor) {
  ACC_ASSIGN_OR_RETURN(const std::string value,
                       Value(tensor, AsStored(Stored(tensor)->dims.size())));
  const StoredTensor& stored = *Stored(tensor);
  Describe(stored, AsStored(stored.dims.size()));
  graph().outputs.push_back(described_.tensors.at(tensor).info);
  graph().outputs.back().name = value;
  return OkStatus();
}

}  // namespace acc::model
