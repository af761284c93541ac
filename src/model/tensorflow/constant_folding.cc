// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/constant_folding.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "model/tensorflow/types.h"
#include "model/translation/builder.h"
#include "tensor/shape.h"

namespace acc::model::tensorflow {
namespace {

// What is computed for each op at most: enough for the filters of a depthwise convolution.
constexpr std::uint64_t kMostElements = std::uint64_t{1} << 20;

// A tensor with elements that doubles hold exactly.
struct Values {
  ElementType type = ElementType::kUndefined;
  Shape dims;
  std::vector<double> elements;
};

std::optional<Values> ValuesOf(const Tensor& tensor) {
  if (tensor.size() > kMostElements) return std::nullopt;
  Values values{tensor.type(), tensor.dims(), {}};
  if (tensor.type() == ElementType::kFloat32 || tensor.type() == ElementType::kFloat16) {
    const auto floats = ToFloats(tensor.view());
    if (!floats.ok()) return std::nullopt;
    values.elements.assign(floats->begin(), floats->end());
    return values;
  }
  const auto integers = ToIntegers(tensor.view());
  if (!integers.ok()) return std::nullopt;
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  for (const std::int64_t integer : *integers) {
    if (integer < -kExact || integer > kExact) return std::nullopt;
    values.elements.push_back(static_cast<double>(integer));
  }
  return values;
}

template <typename T>
std::optional<Tensor> Integers(const Values& values) {
  std::vector<T> elements;
  for (const double element : values.elements) {
    const bool fits = element >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
                      element <= static_cast<double>(std::numeric_limits<T>::max());
    if (!fits) return std::nullopt;
    elements.push_back(static_cast<T>(element));
  }
  return Tensor::FromValues<T>(values.type, values.dims, elements);
}

std::optional<Tensor> TensorFrom(const Values& values) {
  if (ElementCount(values.dims) != values.elements.size()) return std::nullopt;
  switch (values.type) {
    case ElementType::kFloat32: {
      const std::vector<float> floats(values.elements.begin(), values.elements.end());
      return Tensor::FromFloats(values.dims, floats);
    }
    case ElementType::kInt32: return Integers<std::int32_t>(values);
    case ElementType::kInt64:
      if (std::ranges::any_of(values.elements, [](double e) { return std::abs(e) > 0x1p53; })) {
        return std::nullopt;
      }
      return Integers<std::int64_t>(values);
    case ElementType::kBool: return Integers<std::uint8_t>(values);
    default: return std::nullopt;
  }
}

// One op and what it reads; whatever is not as it should be has no value.
class Folding {
 public:
  Folding(const GraphBuilder& builder, const Op& op) : builder_(builder), op_(op) {}

  std::size_t count() const { return op_.inputs.size(); }
  const Tensor* Input(std::size_t input) const {
    return input < count() ? builder_.Constant(op_.inputs[input]) : nullptr;
  }
  std::optional<Values> ReadValues(std::size_t input) const {
    const Tensor* tensor = Input(input);
    return tensor == nullptr ? std::nullopt : ValuesOf(*tensor);
  }
  // A list of integers, or one number.
  std::optional<Axes> Ints(std::size_t input) const {
    const Tensor* tensor = Input(input);
    if (tensor == nullptr || tensor->dims().size() > 1) return std::nullopt;
    const auto integers = ToIntegers(tensor->view());
    return integers.ok() ? std::optional(*integers) : std::nullopt;
  }
  std::optional<std::int64_t> Int(std::size_t input) const {
    const auto integers = Ints(input);
    return integers && integers->size() == 1 ? std::optional(integers->front()) : std::nullopt;
  }
  std::int64_t Attribute(const char* name) const {
    const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
    return attribute != nullptr && attribute->has_i() ? attribute->i() : 0;
  }
  bool Flag(const char* name) const {
    const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
    return attribute != nullptr && attribute->has_b() && attribute->b();
  }
  Axes ListAttribute(const char* name) const {
    const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
    if (attribute == nullptr) return {};
    return {attribute->list().i().begin(), attribute->list().i().end()};
  }
  ElementType Type(const char* name, ElementType fallback) const {
    const proto::AttrValue* attribute = FindAttribute(*op_.def, name);
    return attribute == nullptr || attribute->type() == 0 ? fallback : TypeOf(attribute->type());
  }
  std::string_view op_type() const { return op_.def->op(); }

 private:
  const GraphBuilder& builder_;
  const Op& op_;
};

using Folded = std::optional<Tensor>;

std::optional<std::size_t> FromZero(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  if (axis < 0) axis += count;
  if (axis < 0 || axis >= count) return std::nullopt;
  return static_cast<std::size_t>(axis);
}

Folded WithDims(const Tensor& tensor, Shape dims) {
  if (ElementCount(dims) != tensor.size()) return std::nullopt;
  return tensor.Reshaped(std::move(dims));
}

Folded Reshape(const Folding& f) {
  auto dims = f.Ints(1);
  if (!dims) return std::nullopt;
  const auto open = std::ranges::find(*dims, -1);
  if (open != dims->end()) {
    *open = 1;
    const auto rest = ElementCount(*dims);
    if (!rest || *rest == 0 || f.Input(0)->size() % *rest != 0) return std::nullopt;
    *open = static_cast<std::int64_t>(f.Input(0)->size() / *rest);
  }
  return WithDims(*f.Input(0), *dims);
}

Folded ExpandDims(const Folding& f) {
  Shape dims = f.Input(0)->dims();
  const auto axis = f.Int(1);
  const auto place = axis ? FromZero(*axis, dims.size() + 1) : std::nullopt;
  if (!place) return std::nullopt;
  dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(*place), 1);
  return WithDims(*f.Input(0), std::move(dims));
}

Folded Squeeze(const Folding& f) {
  const Shape& dims = f.Input(0)->dims();
  Axes axes = f.ListAttribute("squeeze_dims");
  if (axes.empty()) axes = f.ListAttribute("axis");
  std::vector<bool> gone(dims.size());
  for (std::size_t axis = 0; axis < dims.size() && axes.empty(); ++axis)
    gone[axis] = dims[axis] == 1;
  for (const std::int64_t axis : axes) {
    const auto place = FromZero(axis, dims.size());
    if (!place || dims[*place] != 1) return std::nullopt;
    gone[*place] = true;
  }
  Shape left;
  for (std::size_t axis = 0; axis < dims.size(); ++axis) {
    if (!gone[axis]) left.push_back(dims[axis]);
  }
  return WithDims(*f.Input(0), std::move(left));
}

Folded Transpose(const Folding& f) {
  const Tensor& tensor = *f.Input(0);
  const auto perm = f.Ints(1);
  if (!perm || perm->size() != tensor.dims().size() || tensor.size() > kMostElements) return {};
  Axes sorted = *perm;
  std::ranges::sort(sorted);
  for (std::size_t axis = 0; axis < sorted.size(); ++axis) {
    if (sorted[axis] != static_cast<std::int64_t>(axis)) return std::nullopt;
  }
  const Permutation order(perm->begin(), perm->end());
  auto moved = Reordered(tensor, order);
  return moved.ok() ? Folded(*std::move(moved)) : std::nullopt;
}

Folded Cast(const Folding& f) {
  auto values = f.ReadValues(0);
  if (!values) return std::nullopt;
  values->type = f.Type("DstT", ElementType::kUndefined);
  for (double& element : values->elements) {
    if (values->type == ElementType::kBool) element = element != 0 ? 1 : 0;
    if (values->type != ElementType::kFloat32) element = std::trunc(element);
  }
  return TensorFrom(*values);
}

Folded DimsOf(const Folding& f) {
  const Shape& dims = f.Input(0)->dims();
  Values values{f.Type("out_type", ElementType::kInt32), {}, {}};
  if (f.op_type() == "Rank") {
    values.elements = {static_cast<double>(dims.size())};
  } else if (f.op_type() == "Size") {
    values.elements = {static_cast<double>(f.Input(0)->size())};
  } else {
    values.elements.assign(dims.begin(), dims.end());
    values.dims = {static_cast<std::int64_t>(dims.size())};
  }
  return TensorFrom(values);
}

using Function = double (*)(double, double);

struct BinaryRow {
  std::string_view type;
  Function compute;
  bool is_comparison = false;
};

constexpr BinaryRow kBinary[] = {
    {"Add", [](double a, double b) { return a + b; }},
    {"AddV2", [](double a, double b) { return a + b; }},
    {"Equal", [](double a, double b) { return a == b ? 1.0 : 0.0; }, true},
    {"FloorDiv", [](double a, double b) { return std::floor(a / b); }},
    {"FloorMod", [](double a, double b) { return a - std::floor(a / b) * b; }},
    {"Greater", [](double a, double b) { return a > b ? 1.0 : 0.0; }, true},
    {"GreaterEqual", [](double a, double b) { return a >= b ? 1.0 : 0.0; }, true},
    {"Less", [](double a, double b) { return a < b ? 1.0 : 0.0; }, true},
    {"LessEqual", [](double a, double b) { return a <= b ? 1.0 : 0.0; }, true},
    {"LogicalAnd", [](double a, double b) { return a != 0 && b != 0 ? 1.0 : 0.0; }, true},
    {"LogicalOr", [](double a, double b) { return a != 0 || b != 0 ? 1.0 : 0.0; }, true},
    {"Maximum", [](double a, double b) { return std::max(a, b); }},
    {"Minimum", [](double a, double b) { return std::min(a, b); }},
    {"Mul", [](double a, double b) { return a * b; }},
    {"NotEqual", [](double a, double b) { return a != b ? 1.0 : 0.0; }, true},
    {"RealDiv", [](double a, double b) { return a / b; }},
    {"Sub", [](double a, double b) { return a - b; }},
};

// The element of `dims` that broadcasts to place `index` of `to`.
std::size_t PlaceIn(const Shape& dims, const Shape& to, std::size_t index) {
  std::size_t place = 0;
  std::size_t step = 1;
  for (std::size_t back = 1; back <= to.size(); ++back) {
    const auto size = static_cast<std::size_t>(to[to.size() - back]);
    const std::size_t at = index % size;
    index /= size;
    if (back > dims.size()) continue;
    const auto own = static_cast<std::size_t>(dims[dims.size() - back]);
    if (own != 1) place += at * step;
    step *= own;
  }
  return place;
}

std::optional<Shape> Broadcast(const Shape& a, const Shape& b) {
  Shape dims(std::max(a.size(), b.size()));
  for (std::size_t back = 1; back <= dims.size(); ++back) {
    const std::int64_t first = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t second = back <= b.size() ? b[b.size() - back] : 1;
    if (first != second && first != 1 && second != 1) return std::nullopt;
    dims[dims.size() - back] = first == 1 ? second : first;
  }
  return dims;
}

Folded Binary(const Folding& f) {
  const auto a = f.ReadValues(0);
  const auto b = f.ReadValues(1);
  if (!a || !b || a->type != b->type) return std::nullopt;
  const auto dims = Broadcast(a->dims, b->dims);
  const auto count = dims ? ElementCount(*dims) : std::nullopt;
  if (!count || *count > kMostElements) return std::nullopt;
  const auto* row = std::ranges::find(kBinary, f.op_type(), &BinaryRow::type);
  Values made{row->is_comparison ? ElementType::kBool : a->type, *dims, {}};
  for (std::size_t i = 0; i < *count; ++i) {
    const double value = row->compute(a->elements[PlaceIn(a->dims, *dims, i)],
                                      b->elements[PlaceIn(b->dims, *dims, i)]);
    if (!std::isfinite(value)) return std::nullopt;
    made.elements.push_back(value);
  }
  return TensorFrom(made);
}

struct UnaryRow {
  std::string_view type;
  double (*compute)(double);
};

constexpr UnaryRow kUnary[] = {
    {"LogicalNot", [](double a) { return a != 0 ? 0.0 : 1.0; }},
    {"Neg", [](double a) { return -a; }},
    {"Rsqrt", [](double a) { return 1 / std::sqrt(a); }},
    {"Sqrt", [](double a) { return std::sqrt(a); }},
    {"Square", [](double a) { return a * a; }},
};

Folded Unary(const Folding& f) {
  auto values = f.ReadValues(0);
  if (!values) return std::nullopt;
  const auto* row = std::ranges::find(kUnary, f.op_type(), &UnaryRow::type);
  for (double& element : values->elements) {
    element = row->compute(element);
    if (!std::isfinite(element)) return std::nullopt;
  }
  return TensorFrom(*values);
}

Folded Range(const Folding& f) {
  const auto start = f.ReadValues(0);
  const auto limit = f.ReadValues(1);
  const auto step = f.ReadValues(2);
  if (!start || !limit || !step || start->elements.size() != 1 || limit->elements.size() != 1 ||
      step->elements.size() != 1 || step->elements[0] == 0 || IsFloat(start->type) ||
      limit->type != start->type || step->type != start->type) {
    return std::nullopt;
  }
  const double first = start->elements[0];
  const double by = step->elements[0];
  const double count = std::max(0.0, std::ceil((limit->elements[0] - first) / by));
  if (count > static_cast<double>(kMostElements)) return std::nullopt;
  Values made{start->type, {static_cast<std::int64_t>(count)}, {}};
  for (double i = 0; i < count; ++i) made.elements.push_back(first + i * by);
  return TensorFrom(made);
}

// The lists of the inputs from `first` up to `last`, one after the other.
Folded Joined(const Folding& f, std::size_t first, std::size_t last, std::size_t rank) {
  Values made;
  for (std::size_t i = first; i < last; ++i) {
    const auto part = f.ReadValues(i);
    if (!part || part->dims.size() != rank || made.elements.size() > kMostElements) return {};
    made.type = part->type;
    made.elements.insert(made.elements.end(), part->elements.begin(), part->elements.end());
  }
  made.dims = {static_cast<std::int64_t>(made.elements.size())};
  return TensorFrom(made);
}

bool IsFirstAxis(std::optional<std::int64_t> axis) { return axis == 0 || axis == -1; }

Folded ConcatV2(const Folding& f) {
  if (!IsFirstAxis(f.Int(f.count() - 1))) return std::nullopt;
  return Joined(f, 0, f.count() - 1, 1);
}

Folded Concat(const Folding& f) {
  return IsFirstAxis(f.Int(0)) ? Joined(f, 1, f.count(), 1) : std::nullopt;
}

Folded Pack(const Folding& f) {
  return IsFirstAxis(f.Attribute("axis")) ? Joined(f, 0, f.count(), 0) : std::nullopt;
}

Folded GatherV2(const Folding& f) {
  const auto list = f.ReadValues(0);
  const auto places = f.ReadValues(1);
  if (!list || list->dims.size() != 1 || f.Attribute("batch_dims") != 0) return std::nullopt;
  if (!places || IsFloat(places->type)) return std::nullopt;
  if (f.count() > 2 && !IsFirstAxis(f.Int(2))) return std::nullopt;
  Values made{list->type, places->dims, {}};
  for (const double place : places->elements) {
    if (place < 0 || place >= static_cast<double>(list->elements.size())) return std::nullopt;
    made.elements.push_back(list->elements[static_cast<std::size_t>(place)]);
  }
  return TensorFrom(made);
}

// A part of a list, or one of its numbers.
Folded StridedSlice(const Folding& f) {
  const auto list = f.ReadValues(0);
  const auto begin = f.Int(1);
  const auto end = f.Int(2);
  const bool is_plain =
      f.Int(3) == 1 && f.Attribute("ellipsis_mask") == 0 && f.Attribute("new_axis_mask") == 0;
  if (!list || list->dims.size() != 1 || !begin || !end || !is_plain) return std::nullopt;
  const auto count = static_cast<std::int64_t>(list->elements.size());
  const auto place = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + count : at, 0, count);
  };
  const std::int64_t first = (f.Attribute("begin_mask") & 1) != 0 ? 0 : place(*begin);
  if ((f.Attribute("shrink_axis_mask") & 1) != 0) {
    if (first >= count) return std::nullopt;
    return TensorFrom({list->type, {}, {list->elements[static_cast<std::size_t>(first)]}});
  }
  const std::int64_t last =
      std::max((f.Attribute("end_mask") & 1) != 0 ? count : place(*end), first);
  return TensorFrom({list->type,
                     {last - first},
                     {list->elements.begin() + first, list->elements.begin() + last}});
}

Folded Fill(const Folding& f) {
  const auto dims = f.Ints(0);
  const auto value = f.ReadValues(1);
  const auto count = dims ? ElementCount(*dims) : std::nullopt;
  if (!count || *count > kMostElements || !value || value->elements.size() != 1) return {};
  return TensorFrom({value->type, *dims, std::vector<double>(*count, value->elements[0])});
}

struct ReductionRow {
  std::string_view type;
  double (*join)(double, double);
  double start;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

constexpr ReductionRow kReductions[] = {
    {"Max", [](double a, double b) { return std::max(a, b); }, -kInfinity},
    {"Min", [](double a, double b) { return std::min(a, b); }, kInfinity},
    {"Prod", [](double a, double b) { return a * b; }, 1},
    {"Sum", [](double a, double b) { return a + b; }, 0},
};

// Of a list of integers over its axis, or of a number over none.
Folded Reduce(const Folding& f) {
  const auto values = f.ReadValues(0);
  const auto axes = f.Ints(1);
  const bool fits = values && axes && values->dims.size() < 2 && !IsFloat(values->type) &&
                    axes->size() == values->dims.size() &&
                    std::ranges::all_of(*axes, [](auto axis) { return IsFirstAxis(axis); });
  if (!fits) return std::nullopt;
  const auto* row = std::ranges::find(kReductions, f.op_type(), &ReductionRow::type);
  double joined = row->start;
  for (const double element : values->elements) joined = row->join(joined, element);
  const bool keeps = f.Flag("keep_dims") && !values->dims.empty();
  return std::isfinite(joined) ? TensorFrom({values->type, keeps ? Shape{1} : Shape{}, {joined}})
                               : std::nullopt;
}

using Rows = std::map<std::string_view, Folded (*)(const Folding&)>;

Rows AllRows() {
  Rows rows = {
      {"Cast", &Cast},
      {"Concat", &Concat},
      {"ConcatV2", &ConcatV2},
      {"ExpandDims", &ExpandDims},
      {"Fill", &Fill},
      {"Gather", &GatherV2},
      {"GatherV2", &GatherV2},
      {"Pack", &Pack},
      {"Range", &Range},
      {"Rank", &DimsOf},
      {"Reshape", &Reshape},
      {"Shape", &DimsOf},
      {"Size", &DimsOf},
      {"Squeeze", &Squeeze},
      {"StridedSlice", &StridedSlice},
      {"Transpose", &Transpose},
  };
  for (const BinaryRow& row : kBinary) rows.emplace(row.type, &Binary);
  for (const ReductionRow& row : kReductions) rows.emplace(row.type, &Reduce);
  for (const UnaryRow& row : kUnary) rows.emplace(row.type, &Unary);
  return rows;
}

}  // namespace

bool FoldConstants(GraphBuilder& builder, const Op& op) {
  static const Rows kRows = AllRows();
  const auto row = kRows.find(op.def->op());
  const bool is_known = row != kRows.end() && op.outputs == 1 && !op.inputs.empty() &&
                        std::ranges::all_of(op.inputs, [&](const std::string& input) {
                          return builder.Constant(input) != nullptr;
                        });
  if (!is_known) return false;
  Folded value = row->second(Folding(builder, op));
  if (!value) return false;
  const std::string output = op.def->name() + ":0";
  builder.Produce(output, value->type());
  builder.DefineConstant(output, *std::move(value));
  return true;
}

}  // namespace acc::model::tensorflow
