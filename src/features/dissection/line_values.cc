// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/line_values.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "features/source_model/quantization.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Result<Tensor> Permuted(const Tensor& tensor, const Permutation& permutation) {
  if (IsIdentity(permutation)) return tensor;
  std::vector<std::byte> moved(tensor.bytes().size());
  ACC_RETURN_IF_ERROR(PermuteElements(tensor.bytes(), tensor.dims(), permutation,
                                      ByteSize(tensor.type(), 1), moved));
  return Tensor::Create(tensor.type(), Permute(tensor.dims(), permutation), std::move(moved));
}

}  // namespace

target::Program WholeProgramOf(TargetModel model) {
  model.selected.clear();
  return ProgramOf(model, false);
}

Result<Tensor> ReadTensor(const fs::path& file, ElementType type, const Shape& dims) {
  ACC_ASSIGN_OR_RETURN(const MappedFile mapped, MappedFile::Open(file));
  const auto bytes = mapped.bytes();
  return Tensor::Create(type, dims, {bytes.begin(), bytes.end()});
}

Result<LineValues> LineValues::Create(Sources sources) {
  LineValues values(std::move(sources));
  const Sources& from = values.sources_;
  ACC_RETURN_IF_ERROR(CreateFolders(from.scratch));
  std::vector<std::string> tensors;
  for (const target::Tap& tap : WholeProgramOf(from.model).taps) tensors.push_back(tap.tensor);
  std::mutex mutex;
  const auto keep = [&](std::size_t, const std::string& tensor, const TensorView& value) -> Status {
    Kept kept{.info = {.name = tensor, .type = value.type, .dims = value.dims}};
    {
      const std::lock_guard lock(mutex);
      kept.file = from.scratch / fmt::format("{}.raw", values.floats_.size());
      values.floats_.emplace(tensor, kept);
    }
    return WriteFile(kept.file, value.bytes);
  };
  ACC_RETURN_IF_ERROR(RunFloat(from.model.converted, tensors, from.lines, {from.line, 1},
                               from.memory_budget_bytes, keep, "float run"));
  return values;
}

// A run holds every tensor as float32, and those of other types exactly as well.
bool LineValues::Has(const TensorFiles& files, const std::string& tensor) const {
  const auto found = files.records.find(tensor);
  if (found == files.records.end() || !Knows(tensor)) return false;
  const ElementType type = InfoOf(tensor).type;
  return type == ElementType::kFloat32 ||
         (found->second.type == type && !found->second.native_file.empty());
}

Result<Tensor> LineValues::Reference(const std::string& tensor) const {
  return HasGolden(tensor) ? Read(sources_.golden, tensor) : InFloat(tensor);
}

Result<Tensor> LineValues::InFloat(const std::string& tensor) const {
  const Kept& kept = floats_.at(tensor);
  return ReadTensor(kept.file, kept.info.type, kept.info.dims);
}

Result<Tensor> LineValues::OfTarget(const std::string& tensor) const {
  return Read(sources_.target, tensor);
}

bool LineValues::HasPlain(const std::string& tensor) const {
  return HasTarget(tensor) && InfoOf(tensor).type == ElementType::kFloat32 &&
         !sources_.target.records.at(tensor).plain_file.empty();
}

Result<Tensor> LineValues::OfPlainRun(const std::string& tensor) const {
  store::TensorRecord record = sources_.target.records.at(tensor);
  record.file = record.plain_file;
  return ReadRecord(sources_.target.directory, record, tensor);
}

Result<Tensor> LineValues::Read(const TensorFiles& files, const std::string& tensor) const {
  return ReadRecord(files.directory, files.records.at(tensor), tensor);
}

Result<Tensor> LineValues::ReadRecord(const fs::path& folder, const store::TensorRecord& record,
                                      const std::string& tensor) const {
  const ValueInfo& info = InfoOf(tensor);
  const bool is_float = info.type == ElementType::kFloat32;
  const AxisOrder held = sources_.model.converted.tensors.at(tensor).held;
  const std::size_t rank = info.dims.size();
  ACC_ASSIGN_OR_RETURN(const Tensor written,
                       ReadTensor(folder / (is_float ? record.file : record.native_file), info.type,
                                  Permute(info.dims, Between(held, record.axis_order, rank))));
  return Permuted(written, Between(record.axis_order, held, rank));
}

}  // namespace acc::features
