// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/result_writers.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "base/files.h"
#include "model/random_numbers.h"
#include "tensor/decibels.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Result<std::vector<float>> ReadFloats(const fs::path& file) {
  ACC_ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(file));
  std::vector<float> values(mapped.bytes().size() / sizeof(float));
  std::memcpy(values.data(), mapped.bytes().data(), values.size() * sizeof(float));
  return values;
}

double SqnrDb(const std::vector<float>& reference, const std::vector<float>& other) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < reference.size() && i < other.size(); ++i) {
    const double difference = double{reference[i]} - other[i];
    signal += double{reference[i]} * reference[i];
    noise += difference * difference;
  }
  return Decibels(signal, noise);
}

}  // namespace

ResultWriters::ResultWriters(const TargetModel& model, const fs::path& run, std::size_t lines,
                             bool native_outputs)
    : model_(model),
      native_outputs_(native_outputs),
      random_(model::RandomTensors(model.converted.graph)) {
  for (const auto& node : model.structure.nodes) {
    for (const auto& output : node.outputs) producers_[output.name] = &node;
  }
  for (std::size_t line = 0; line < lines; ++line) {
    folders_.push_back(run / "output" / fmt::format("Result_{}", line));
    writers_.push_back(std::make_unique<store::TensorWriter>(folders_.back()));
    writers_.back()->SetNativeFirst(native_outputs);
  }
}

store::TensorRecord ResultWriters::RecordOf(const target::Tap& tap) const {
  const auto& tensor = model_.converted.tensors.at(tap.tensor);
  store::TensorRecord record{.name = tap.tensor,
                             .axis_order = tensor.axis_order,
                             .source = tensor.source,
                             .encoding = tap.encoding,
                             .processor = std::string(target::Name(tap.processor))};
  const auto drawn = random_.find(tap.tensor);
  if (drawn != random_.end()) record.random = drawn->second;
  const auto producer = producers_.find(tap.tensor);
  record.node = producer == producers_.end() ? "" : producer->second->name;
  record.op_type = producer == producers_.end() ? "Input" : producer->second->type;
  return record;
}

Status ResultWriters::Write(std::size_t line, const target::Tap& tap, const TensorView& value,
                            const TensorView& stored) {
  return writers_[line]->Write(RecordOf(tap), value, native_outputs_ ? stored : value,
                               model_.converted.tensors.at(tap.tensor).held);
}

Result<std::optional<double>> ResultWriters::WritePlain(std::size_t line, const target::Tap& tap,
                                                        const TensorView& value) {
  const AxisOrder held = model_.converted.tensors.at(tap.tensor).held;
  store::TensorWriter& writer = *writers_[line];
  const store::TensorRecord* record = writer.Find(tap.tensor);
  if (record == nullptr) {
    ACC_RETURN_IF_ERROR(writer.Write(RecordOf(tap), value, value, held));
    return std::optional<double>();
  }
  ACC_ASSIGN_OR_RETURN(const bool differs, writer.WritePlain(tap.tensor, value, held));
  if (!differs) return std::optional<double>();
  ACC_ASSIGN_OR_RETURN(const auto captured, ReadFloats(folders_[line] / record->file));
  ACC_ASSIGN_OR_RETURN(const auto plain, ReadFloats(folders_[line] / record->plain_file));
  const double db = SqnrDb(plain, captured);
  // Infinite: zeros that differ in their sign alone.
  return std::isinf(db) && db > 0 ? std::optional<double>() : std::optional<double>(db);
}

Result<bool> ResultWriters::ShipsAs(const std::string& tensor, const ResultWriters& other) const {
  for (std::size_t line = 0; line < writers_.size(); ++line) {
    ACC_ASSIGN_OR_RETURN(const bool same, writers_[line]->ShipsAs(tensor, *other.writers_[line]));
    if (!same) return false;
  }
  return true;
}

Result<bool> ResultWriters::Adopt(const std::string& tensor, const ResultWriters& other) {
  bool differs = false;
  for (std::size_t line = 0; line < writers_.size(); ++line) {
    ACC_ASSIGN_OR_RETURN(const bool line_differs,
                         writers_[line]->Adopt(tensor, *other.writers_[line]));
    differs |= line_differs;
  }
  return differs;
}

void ResultWriters::MarkDisturbed(const std::string& tensor) {
  for (const auto& writer : writers_) writer->MarkDisturbed(tensor);
}

void ResultWriters::Skip(const std::string& name, const std::string& reason) {
  for (const auto& writer : writers_) writer->Skip(name, reason);
}

std::string ResultWriters::SkipReason(const std::string& name) const {
  if (writers_.empty()) return "";
  for (const store::SkippedTensor& skipped : writers_[0]->manifest().skipped) {
    if (skipped.name == name) return skipped.reason;
  }
  return "";
}

Status ResultWriters::Finish(const std::map<std::string, std::size_t>& order,
                             const std::vector<std::string>& statements) {
  for (const auto& writer : writers_) {
    writer->State(statements);
    ACC_RETURN_IF_ERROR(writer->Finish(order));
  }
  return OkStatus();
}

}  // namespace acc::features
