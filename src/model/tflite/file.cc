// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/file.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/text.h"
#include "model/file_kind.h"
#include "model/flatbuffer.h"
#include "model/tflite/copy.h"
#include "model/tflite/types.h"
#include "model/tflite/unroll.h"
#include "model/unique_names.h"

namespace acc::model::tflite {
namespace {

constexpr std::string_view kIdentifier = "TFL3";
constexpr std::uint32_t kVersion = 3;
constexpr std::uint32_t kMaxRank = 64;

std::string_view TextOf(std::span<const std::byte> content) {
  return {reinterpret_cast<const char*>(content.data()), content.size()};
}

std::string WhatFile(std::string_view content) {
  constexpr std::string_view kNext = "Give a .tflite file that the TensorFlow Lite converter wrote";
  const std::string what = ForeignFile(content, kNext);
  return what.empty() ? fmt::format("it lacks the letters TFL3 that every such file has. {}", kNext)
                      : what;
}

// A dim below 0 is one that is not known.
Result<Shape> DimsOf(const ::flatbuffers::Vector<std::int32_t>* dims) {
  if (SizeOf(dims) > kMaxRank) return Failure(fmt::format("it has {} dims", SizeOf(dims)));
  Shape shape;
  for (std::uint32_t i = 0; i < SizeOf(dims); ++i) {
    shape.push_back(dims->Get(i) < 0 ? kUnknownDim : dims->Get(i));
  }
  return shape;
}

}  // namespace

Result<File> File::Open(const std::filesystem::path& path) {
  File file;
  ACC_ASSIGN_OR_RETURN(file.mapped_, MappedFile::Open(path));
  file.content_ = file.mapped_->bytes();
  ACC_RETURN_IF_ERROR(file.Read(path.stem().string())
                          .WithContext(fmt::format("'{}' is no usable TensorFlow Lite model",
                                                   Printable(path.native()))));
  return file;
}

Result<File> File::Parse(std::string_view content, const std::string& where) {
  const auto bytes = std::as_bytes(std::span(content));
  return Own({bytes.begin(), bytes.end()}, where);
}

Result<File> File::Own(std::vector<std::byte> content, const std::string& where) {
  File file;
  file.copied_ = std::move(content);
  file.content_ = file.copied_;
  ACC_RETURN_IF_ERROR(file.Read(where));
  return file;
}

Result<File> File::ParseInPlace(std::span<const std::byte> content, const std::string& where) {
  File file;
  file.content_ = content;
  ACC_RETURN_IF_ERROR(file.Read(where));
  return file;
}

Status File::Read(const std::string& where) {
  if (Identifier(content_) != kIdentifier) return Failure(WhatFile(TextOf(content_)));
  ACC_RETURN_IF_ERROR(Check(where));
  ACC_ASSIGN_OR_RETURN(std::vector<std::byte> unrolled,
                       WithControlFlowInlined(*model_, content_.size()));
  if (!unrolled.empty()) {
    mapped_.reset();
    copied_ = std::move(unrolled);
    content_ = copied_;
    ACC_RETURN_IF_ERROR(Check(where));
  }
  return AddTensors();
}

Status File::Check(const std::string& where) {
  ACC_ASSIGN_OR_RETURN(model_, VerifiedRoot<schema::Model>(content_, "the file", true));
  if (model_->version() != kVersion) {
    return Failure(fmt::format("it is of format version {}; version {} can be read",
                               model_->version(), kVersion));
  }
  if (SizeOf(model_->subgraphs()) == 0) return Failure("it holds no graph");
  graph_ = model_->subgraphs()->Get(0);
  CopyBudget budget(content_.size());
  ACC_RETURN_IF_ERROR(budget.Copy(graph_->name(), name_));
  if (name_.empty()) name_ = where;
  return CheckGraph();
}

Status File::CheckGraph() const {
  if (SizeOf(graph_->outputs()) == 0) return Failure("its graph has no outputs");
  ACC_RETURN_IF_ERROR(CheckIndices(graph_->inputs(), false, "its inputs"));
  ACC_RETURN_IF_ERROR(CheckIndices(graph_->outputs(), false, "its outputs"));
  for (std::uint32_t i = 0; i < SizeOf(graph_->operators()); ++i) {
    const schema::Operator& node = *graph_->operators()->Get(i);
    if (node.opcode_index() >= SizeOf(model_->operator_codes())) {
      return Failure(fmt::format("operator {} is of a type that the file does not list", i));
    }
    const std::string what = fmt::format("operator {} ({})", i, Printable(Type(node)));
    ACC_RETURN_IF_ERROR(CheckIndices(node.inputs(), true, what));
    ACC_RETURN_IF_ERROR(CheckIndices(node.outputs(), false, what));
  }
  return OkStatus();
}

Status File::CheckIndices(const ::flatbuffers::Vector<std::int32_t>* tensors, bool may_leave_out,
                          std::string_view what) const {
  const std::uint32_t count = SizeOf(graph_->tensors());
  for (std::uint32_t i = 0; i < SizeOf(tensors); ++i) {
    const std::int32_t index = tensors->Get(i);
    if (index == -1 && may_leave_out) continue;
    if (index < 0 || static_cast<std::uint32_t>(index) >= count) {
      return Failure(fmt::format("{} names tensor {}, but the file has {}", what, index, count));
    }
  }
  return OkStatus();
}

Status File::AddTensors() {
  UniqueNames names;
  CopyBudget budget(content_.size());
  for (std::uint32_t i = 0; i < SizeOf(graph_->tensors()); ++i) {
    const schema::Tensor& record = *graph_->tensors()->Get(i);
    FileTensor tensor;
    ACC_RETURN_IF_ERROR(budget.Copy(record.name(), tensor.name));
    tensor.name = names.Take(tensor.name.empty() ? fmt::format("tensor_{}", i) : tensor.name);
    tensor.record = &record;
    tensor.type = TypeOf(record.type());
    const Status read = AddData(record, tensor);
    if (!read.ok()) return read.WithContext(fmt::format("tensor '{}'", Printable(tensor.name)));
    tensors_.push_back(std::move(tensor));
  }
  MarkConstants();
  return OkStatus();
}

void File::MarkConstants() {
  std::vector<bool> made(tensors_.size());
  const auto mark = [&](const ::flatbuffers::Vector<std::int32_t>* indices) {
    for (std::uint32_t i = 0; i < SizeOf(indices); ++i) {
      made[static_cast<std::size_t>(indices->Get(i))] = true;
    }
  };
  mark(graph_->inputs());
  for (std::uint32_t i = 0; i < SizeOf(graph_->operators()); ++i) {
    mark(graph_->operators()->Get(i)->outputs());
  }
  for (std::size_t i = 0; i < tensors_.size(); ++i) tensors_[i].is_constant = !made[i];
}

Status File::AddData(const schema::Tensor& record, FileTensor& tensor) const {
  ACC_ASSIGN_OR_RETURN(tensor.dims, DimsOf(record.shape()));
  ACC_ASSIGN_OR_RETURN(tensor.signature, DimsOf(record.shape_signature()));
  if (tensor.signature.size() != tensor.dims.size()) tensor.signature = tensor.dims;
  ACC_ASSIGN_OR_RETURN(tensor.encoding,
                       EncodingOf(record.quantization(), tensor.type, tensor.dims));
  if (record.buffer() >= std::max(SizeOf(model_->buffers()), 1U)) {
    return Failure(fmt::format("its buffer {} is not there", record.buffer()));
  }
  if (record.buffer() == 0 || SizeOf(model_->buffers()) == 0) return OkStatus();
  const schema::Buffer& buffer = *model_->buffers()->Get(record.buffer());
  tensor.data = std::as_bytes(
      std::span(buffer.data() == nullptr ? nullptr : buffer.data()->data(), SizeOf(buffer.data())));
  if (!tensor.data.empty() || buffer.offset() <= 1) return OkStatus();
  // Files above 2 GiB keep their data behind the FlatBuffer.
  if (buffer.offset() > content_.size() || buffer.size() > content_.size() - buffer.offset()) {
    return Failure("its data lie outside of the file; copy the file again");
  }
  tensor.data = content_.subspan(buffer.offset(), buffer.size());
  return OkStatus();
}

std::size_t File::subgraphs() const { return SizeOf(model_->subgraphs()); }

schema::BuiltinOperator File::Code(const schema::Operator& node) const {
  return CodeOf(*model_, node);
}

std::vector<std::string> File::Names(const ::flatbuffers::Vector<std::int32_t>* tensors) const {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < SizeOf(tensors); ++i) {
    const std::int32_t index = tensors->Get(i);
    names.push_back(index < 0 ? "" : tensor(index).name);
  }
  return names;
}

std::string File::Type(const schema::Operator& node) const {
  const schema::BuiltinOperator code = Code(node);
  if (code == schema::BuiltinOperator_CUSTOM) {
    const auto* custom = model_->operator_codes()->Get(node.opcode_index())->custom_code();
    constexpr std::size_t kMostLetters = 256;
    return SizeOf(custom) == 0 ? "CUSTOM" : std::string(View(custom).substr(0, kMostLetters));
  }
  const std::string_view name = schema::EnumNameBuiltinOperator(code);
  return name.empty() ? fmt::format("operator {}", static_cast<int>(code)) : std::string(name);
}

std::map<std::string, int> File::CustomOperators() const {
  std::map<std::string, int> counts;
  for (std::uint32_t i = 0; i < SizeOf(graph_->operators()); ++i) {
    const schema::Operator& node = *graph_->operators()->Get(i);
    if (Code(node) == schema::BuiltinOperator_CUSTOM) ++counts[Printable(Type(node))];
  }
  return counts;
}

ValueInfo InputInfo(const FileTensor& tensor) {
  const ElementType type = tensor.encoding ? ElementType::kFloat32 : tensor.type;
  return {.name = tensor.name, .type = type, .dims = tensor.signature};
}

}  // namespace acc::model::tflite
