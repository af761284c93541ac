// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/capture.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "model/flatbuffer.h"
#include "model/tflite/cut.h"
#include "model/tflite/file.h"

namespace acc::model {
namespace {

using tflite::File;

// Where the table's offset of its outputs lies. The schema's classes hide their table.
std::size_t OutputsField(const File& file) {
  const auto* table = reinterpret_cast<const ::flatbuffers::Table*>(&file.graph());
  const auto* field = table->GetAddressOf(tflite::schema::SubGraph::VT_OUTPUTS);
  return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(field) -
                                  file.content().data());
}

std::vector<int> Indices(const ::flatbuffers::Vector<std::int32_t>* indices) {
  if (indices == nullptr) return {};
  return {indices->begin(), indices->end()};
}

// Whether the file with other outputs is otherwise `file`. It is not where something else lies over
// the place of the outputs; no program writes such a file, but somebody may.
bool DiffersInOutputsAlone(const File& file, const std::string& content,
                           const std::vector<int>& outputs) {
  const auto changed = File::ParseInPlace(std::as_bytes(std::span(content)), file.name());
  return changed.ok() && Indices(changed->graph().outputs()) == outputs &&
         Indices(changed->graph().inputs()) == Indices(file.graph().inputs()) &&
         changed->tensors().size() == file.tensors().size();
}

void Append(std::string& content, std::uint32_t value) {
  content.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

Result<CapturableTflite> CapturableTflite::Open(const std::filesystem::path& path,
                                                const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(File file, tflite::OpenCut(path, ends));
  return CapturableTflite(std::move(file));
}

Result<CapturableTflite> CapturableTflite::Parse(std::string_view content,
                                                 const std::string& name) {
  ACC_ASSIGN_OR_RETURN(File file, File::Parse(content, name));
  return CapturableTflite(std::move(file));
}

CapturableTflite::CapturableTflite(File file)
    : file_(std::make_shared<const File>(std::move(file))) {
  for (const tflite::FileTensor& tensor : file_->tensors()) {
    by_name_[tensor.name] = static_cast<int>(tensors_.size());
    tensors_.push_back({tensor.name, tensor.type, tensor.dims, tensor.encoding});
  }
  MarkUnpackedConstants();
  outputs_ = Indices(file_->graph().outputs());
  outputs_field_ = OutputsField(*file_);
  custom_operators_ = file_->CustomOperators();
  has_bodies_ = file_->subgraphs() > 1;
}

void CapturableTflite::MarkUnpackedConstants() {
  const File& file = *file_;
  for (std::uint32_t i = 0; i < SizeOf(file.graph().operators()); ++i) {
    const auto& node = *file.graph().operators()->Get(i);
    const auto code = file.Code(node);
    const bool unpacks = (code == tflite::schema::BuiltinOperator_DEQUANTIZE ||
                          code == tflite::schema::BuiltinOperator_DENSIFY) &&
                         SizeOf(node.inputs()) == 1 && SizeOf(node.outputs()) == 1;
    if (!unpacks || node.inputs()->Get(0) < 0) continue;
    const auto input = static_cast<std::size_t>(node.inputs()->Get(0));
    tensors_[static_cast<std::size_t>(node.outputs()->Get(0))].is_unpacked_constant =
        file.tensors()[input].is_constant || tensors_[input].is_unpacked_constant;
  }
}

int CapturableTflite::Find(const std::string& tensor) const {
  const auto found = by_name_.find(tensor);
  return found == by_name_.end() ? -1 : found->second;
}

Result<std::string> CapturableTflite::WithOutputs(std::span<const int> tensors) const {
  std::vector<int> outputs = outputs_;
  for (const int tensor : tensors) {
    if (std::ranges::find(outputs_, tensor) == outputs_.end()) outputs.push_back(tensor);
  }
  const std::span<const std::byte> original = file_->content();
  const std::size_t vector = (original.size() + 3) / 4 * 4;
  const std::size_t size = vector + 4 * outputs.size() + 4;
  if (size >= FLATBUFFERS_MAX_BUFFER_SIZE) {
    return Failure("the model is too large to show its tensors: FlatBuffers end at 2 GiB");
  }
  std::string content;
  content.reserve(size);
  content.assign(reinterpret_cast<const char*>(original.data()), original.size());
  content.resize(vector);
  Append(content, static_cast<std::uint32_t>(outputs.size()));
  for (const int output : outputs) Append(content, static_cast<std::uint32_t>(output));
  const auto offset = static_cast<std::uint32_t>(vector - outputs_field_);
  std::memcpy(content.data() + outputs_field_, &offset, sizeof(offset));
  if (!DiffersInOutputsAlone(*file_, content, outputs)) {
    return Failure("the list of its outputs overlaps other parts of the file; export it again");
  }
  return content;
}

}  // namespace acc::model
