// SPDX-License-Identifier: BSD-3-Clause
#include "features/compare_encodings/encoding_costs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/text.h"
#include "base/threads.h"
#include "features/encodings/static_values.h"
#include "tensor/raw_file.h"

namespace acc::features {
namespace {

using quantize::EncodingCost;

// A file of encodings counts axes in the source's layout, if it names them at all: what is to be
// the model's axis is the last one of that size, as output channels are in most weights.
std::optional<int> ChannelAxis(const dlc::Tensor& tensor, const ComparedEncoding& row) {
  if (row.first->axis || !row.second->axis) return row.first->axis;
  const auto channels = static_cast<std::int64_t>(row.second->channels.size());
  for (std::size_t axis = tensor.dims.size(); axis-- > 0;) {
    if (tensor.dims[axis] == channels) return static_cast<int>(axis);
  }
  return std::nullopt;
}

void FillParamCost(ComparedEncoding& row, const dlc::Tensor& tensor) {
  if (!HasValues(tensor)) return;
  Result<EncodingCost> cost =
      EncodingCost::Create(tensor.dims, *row.first, *row.second, ChannelAxis(tensor, row));
  if (!cost.ok()) return;
  ForEachPiece(StaticValues(tensor), [&](std::span<const float> piece) { cost->Add(piece); });
  row.cost = *std::move(cost);
}

Status FillActivationCost(ComparedEncoding& row, const std::filesystem::path& path) {
  if (row.first->per_channel() || row.second->per_channel()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(EncodingCost cost,
                       EncodingCost::Create({}, *row.first, *row.second, std::nullopt));
  ACC_ASSIGN_OR_RETURN(const RawFile file, RawFile::Open(path));
  std::vector<float> piece(std::min<std::uint64_t>(file.count(), kPieceElements));
  for (std::uint64_t first = 0; first < file.count(); first += piece.size()) {
    piece.resize(std::min<std::uint64_t>(file.count() - first, piece.size()));
    ACC_RETURN_IF_ERROR(file.Read(first, piece));
    cost.Add(piece);
  }
  if (file.count() > 0) row.cost = std::move(cost);
  return OkStatus();
}

// The golden tensor of each row, or null: by the first name, or else by the second.
std::vector<const store::TensorRecord*> GoldenTensors(std::span<const ComparedEncoding* const> rows,
                                                      const store::Manifest& golden) {
  std::vector<NamedEntry> records;
  for (const store::TensorRecord& record : golden.tensors) records.push_back({record.name});
  std::vector<const store::TensorRecord*> found(rows.size(), nullptr);
  for (const auto name : {&ComparedEncoding::first_name, &ComparedEncoding::second_name}) {
    std::vector<NamedEntry> entries;
    for (const ComparedEncoding* row : rows) entries.push_back({row->*name});
    const auto pairs = PairEntries(entries, records);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (found[i] == nullptr && pairs[i]) found[i] = &golden.tensors[pairs[i]->second];
    }
  }
  return found;
}

Status FillActivationCosts(std::span<ComparedEncoding* const> rows, const GoldenData& golden) {
  const std::vector<const ComparedEncoding*> readable(rows.begin(), rows.end());
  const auto tensors = GoldenTensors(readable, golden.manifest);
  if (const auto lacking = std::ranges::count(tensors, nullptr); lacking > 0) {
    LogWarn("{} of {} activations that differ have no tensor in {}, so no cost either", lacking,
            rows.size(), Printable(golden.directory.string()));
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    if (tensors[i] == nullptr) continue;
    ACC_RETURN_IF_ERROR(FillActivationCost(*rows[i], golden.directory / tensors[i]->file));
  }
  return OkStatus();
}

}  // namespace

Status FillCosts(std::span<ComparedEncoding> rows,
                 const std::map<std::string_view, const dlc::Tensor*>& tensors,
                 const GoldenData* golden) {
  std::vector<ComparedEncoding*> activations;
  std::vector<std::pair<ComparedEncoding*, const dlc::Tensor*>> params;
  for (ComparedEncoding& row : rows) {
    if (row.status != EncodingStatus::kDiffers) continue;
    if (row.section == Section::kActivation) {
      activations.push_back(&row);
    } else if (const auto tensor = tensors.find(row.first_name); tensor != tensors.end()) {
      params.emplace_back(&row, tensor->second);
    }
  }
  ParallelFor(params.size(), [&](std::size_t index) {
    if (CheckInterrupted().ok()) FillParamCost(*params[index].first, *params[index].second);
  });
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  return golden == nullptr ? OkStatus() : FillActivationCosts(activations, *golden);
}

}  // namespace acc::features
