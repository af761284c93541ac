// SPDX-License-Identifier: BSD-3-Clause
// A TensorFlow Lite file: verified, its tensors under names of their own.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/status.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"
#include "tensor/value_info.h"

namespace acc::model::tflite {

namespace schema = ::tflite;

// A tensor of the subgraph that runs.
struct FileTensor {
  std::string name;  // The file's where it has one of its own, or else made unique.
  ElementType type = ElementType::kUndefined;  // As stored: kInt8 for a quantized tensor.
  Shape dims;                                  // Those that the file was made for.
  Shape signature;                             // The same, with unknown dims.
  std::optional<TensorEncoding> encoding;      // Codes counted from 0; the axis is one of `dims`.
  std::span<const std::byte> data;             // Of a constant; empty for others.
  // Neither an input nor made by an operator: weights, a state, a tensor without elements.
  bool is_constant = false;
  const schema::Tensor* record = nullptr;
};

// A chain of offsets and indices of the file that is not followed by FlatBuffers' verifier was
// checked when it was opened: tensors of operators, operator codes, buffers.
class File {
 public:
  // Fails for what is no TensorFlow Lite file, saying what it is, and for a damaged one.
  static Result<File> Open(const std::filesystem::path& path);
  // The same of the file's content; `where` for the subgraph's name where it has none.
  static Result<File> Parse(std::string_view content, const std::string& where);
  // The same of a content that is handed over.
  static Result<File> Own(std::vector<std::byte> content, const std::string& where);
  // The same of content that outlives the file, and begins where FlatBuffers may: at a multiple
  // of 8.
  static Result<File> ParseInPlace(std::span<const std::byte> content, const std::string& where);

  std::span<const std::byte> content() const { return content_; }
  const std::string& name() const { return name_; }
  const schema::Model& model() const { return *model_; }
  // The first subgraph: others are bodies of control flow, or run by signatures of their own.
  const schema::SubGraph& graph() const { return *graph_; }
  std::size_t subgraphs() const;
  const std::vector<FileTensor>& tensors() const { return tensors_; }
  const FileTensor& tensor(int index) const { return tensors_[static_cast<std::size_t>(index)]; }

  // Of tensors by their indices, as operators list them; empty for one left out.
  std::vector<std::string> Names(const ::flatbuffers::Vector<std::int32_t>* tensors) const;

  // "CONV_2D"; the name of a custom operator; "operator 207" for one that is newer than the schema.
  std::string Type(const schema::Operator& node) const;
  schema::BuiltinOperator Code(const schema::Operator& node) const;
  // The names of the file's custom operators with their counts.
  std::map<std::string, int> CustomOperators() const;

 private:
  File() = default;
  Status Read(const std::string& where);
  Status Check(const std::string& where);
  Status CheckGraph() const;
  Status CheckIndices(const ::flatbuffers::Vector<std::int32_t>* tensors, bool may_leave_out,
                      std::string_view what) const;
  Status AddTensors();
  void MarkConstants();
  Status AddData(const schema::Tensor& record, FileTensor& tensor) const;

  // One of the two holds the content, where it stays when the file is moved; neither where it lies
  // outside.
  std::optional<MappedFile> mapped_;
  std::vector<std::byte> copied_;
  std::span<const std::byte> content_;
  std::string name_;
  const schema::Model* model_ = nullptr;
  const schema::SubGraph* graph_ = nullptr;
  std::vector<FileTensor> tensors_;
};

// What a raw file of this input holds, and so the graph: real numbers in float32 for a quantized
// one, its own type for others.
ValueInfo InputInfo(const FileTensor& tensor);

}  // namespace acc::model::tflite
