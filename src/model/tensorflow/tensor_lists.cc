// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/tensor_lists.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace acc::model::tensorflow {
namespace {

constexpr std::int64_t kMostItems = 4096;

std::optional<std::int64_t> Index(const Translation& t, std::size_t input) {
  const auto values = t.Ints(input);
  return values && values->size() == 1 ? std::optional(values->front()) : std::nullopt;
}

bool IsCountedUp(const Axes& indices) {
  Axes counted(indices.size());
  std::iota(counted.begin(), counted.end(), 0);
  return indices == counted;
}

ElementType ItemType(const Translation& t) {
  return t.Type(t.HasAttribute("element_dtype") ? "element_dtype" : "dtype");
}

// The op's output is `value` itself.
void MakeEqual(Translation& t, const std::string& value) {
  if (t.builder().Constant(value) != nullptr) return t.builder().DefineTwin(t.Output(0), value);
  t.Make("Identity", {t.builder().Value(value)});
  t.builder().Produce(t.Output(0), ItemType(t));
}

}  // namespace

TensorLists::Known TensorLists::Find(const Translation& t, std::size_t input) const {
  const auto found = input < t.InputCount() ? lists_.find(t.op().inputs[input]) : lists_.end();
  return found == lists_.end() ? nullptr : found->second;
}

void TensorLists::HandOn(const std::string& to, const std::string& from) {
  const auto found = lists_.find(from);
  if (found == lists_.end()) return;
  const Known list = found->second;
  lists_.insert_or_assign(to, list);
}

void TensorLists::Reserve(Translation& t, std::size_t size, std::size_t port) {
  const auto count = Index(t, size);
  if (!count || *count < 0 || *count > kMostItems) return;
  lists_[t.Output(port)] = std::make_shared<const List>(List{.size = *count});
}

void TensorLists::Unstack(Translation& t, std::size_t value) {
  if (value >= t.InputCount()) return;
  lists_[t.Output(0)] = std::make_shared<const List>(List{.stacked = t.op().inputs[value]});
}

// Of (handle, indices, value, flow): only as unstack() writes it, in order. There are as many
// indices as elements in the value.
void TensorLists::Scatter(Translation& t) {
  if (t.InputCount() != 4) return;
  const auto indices = t.Ints(1);
  const Known list = Find(t, 3);
  const bool is_counted = indices ? IsCountedUp(*indices) : counted_.contains(t.op().inputs[1]);
  if (list != nullptr && list->items.empty() && is_counted) Unstack(t, 2);
}

void TensorLists::Write(Translation& t, std::size_t list, std::size_t index, std::size_t value) {
  const Known before = Find(t, list);
  const auto place = Index(t, index);
  if (before == nullptr || !place || *place < 0 || value >= t.InputCount()) return;
  if (before->stacked.empty() && *place >= before->size) return;
  List after = *before;
  after.items[*place] = t.op().inputs[value];
  lists_[t.Output(0)] = std::make_shared<const List>(std::move(after));
}

bool TensorLists::Size(Translation& t, const List& list) {
  if (!list.stacked.empty()) return false;
  t.MakeConstant(
      0, Tensor::FromValues<std::int32_t>(ElementType::kInt32, {},
                                          std::vector{static_cast<std::int32_t>(list.size)}));
  return true;
}

void TensorLists::Note(Translation& t) {
  const std::string_view type = t.op().def->op();
  if (type == "Identity" && t.InputCount() == 1) HandOn(t.Output(0), t.op().inputs[0]);
  const bool counts = type == "Range" && Index(t, 0) == 0 && Index(t, 2) == 1;
  if (counts) counted_.insert(t.Output(0));
  if (type == "TensorListReserve") Reserve(t, 1, 0);
  if (type == "TensorArrayV3") Reserve(t, 0, 1);
  if (type == "TensorListFromTensor") Unstack(t, 0);
  if (type == "TensorArrayScatterV3") Scatter(t);
  if (type == "TensorListSetItem") Write(t, 0, 1, 2);
  if (type == "TensorArrayWriteV3") Write(t, 3, 1, 2);
}

bool TensorLists::Read(Translation& t, std::size_t list, std::size_t index) {
  const Known known = Find(t, list);
  const auto place = Index(t, index);
  if (known == nullptr || !place || *place < 0) return false;
  if (const auto item = known->items.find(*place); item != known->items.end()) {
    MakeEqual(t, item->second);
    return true;
  }
  if (known->stacked.empty()) return false;
  t.Make("Gather", {t.builder().Value(known->stacked), t.Int64(*place)},
         {{"axis", std::int64_t{0}}});
  t.builder().Produce(t.Output(0), ItemType(t));
  return true;
}

bool TensorLists::Stack(Translation& t, const List& list) {
  if (!list.stacked.empty() && list.items.empty()) {
    MakeEqual(t, list.stacked);
    return true;
  }
  // What was never written is zeros, of dims that need not be known.
  if (!list.stacked.empty() || list.size == 0 || std::ssize(list.items) != list.size) return false;
  std::vector<std::string> rows;
  for (const auto& [place, item] : list.items) {
    rows.push_back(t.Add("Unsqueeze", {t.builder().Value(item), t.Int64s({0})}));
  }
  t.Make("Concat", std::move(rows), {{"axis", std::int64_t{0}}});
  dims_.Set(t.Output(0), 0, list.size);
  t.builder().Produce(t.Output(0), ItemType(t));
  return true;
}

// Of (handle, indices, flow): only as stack() reads it, in order.
bool TensorLists::Gather(Translation& t) {
  const auto indices = t.Ints(1);
  const Known list = Find(t, 2);
  if (list == nullptr || !indices || !IsCountedUp(*indices)) return false;
  const bool is_all = !list->stacked.empty() || list->size == std::ssize(*indices);
  return is_all && Stack(t, *list);
}

bool TensorLists::Translate(Translation& t) {
  const std::string_view type = t.op().def->op();
  if (type == "TensorListGetItem") return Read(t, 0, 1);
  if (type == "TensorArrayReadV3") return Read(t, 2, 1);
  if (type == "TensorArrayGatherV3") return Gather(t);
  if (type == "TensorListStack" || type == "TensorListLength") {
    const Known list = Find(t, 0);
    return list != nullptr && (type == "TensorListStack" ? Stack(t, *list) : Size(t, *list));
  }
  if (type == "TensorArraySizeV3") {
    const Known list = Find(t, 1);
    return list != nullptr && Size(t, *list);
  }
  Note(t);
  return false;
}

}  // namespace acc::model::tensorflow
