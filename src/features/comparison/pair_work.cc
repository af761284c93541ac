// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/pair_work.h"

#include <set>
#include <string>
#include <utility>

#include "features/comparison/discrete_tensor.h"
#include "features/comparison/target_format.h"

namespace acc::features {
namespace {

std::vector<TensorNeighbours> NeighboursOf(const VerificationSources& sources) {
  if (!sources.graph) return std::vector<TensorNeighbours>(sources.matches.pairs.size());
  std::vector<std::string> names;
  for (const match::Pair& pair : sources.matches.pairs) names.push_back(pair.target.name);
  return Neighbours(*sources.graph, names);
}

void PlanRequests(const std::vector<PlannedColumn>& columns, const verify::Request& sqnr,
                  std::size_t pair, PairWork& work) {
  std::optional<std::size_t> sqnr_at;
  for (std::size_t column = 0; column < columns.size(); ++column) {
    const PlannedColumn& planned = columns[column];
    if (!planned.Judges(pair)) continue;
    if (planned.column.request.info == sqnr.info) sqnr_at = work.requests.size();
    work.requests.push_back(planned.column.request);
    work.columns.push_back(column);
    if (!planned.for_all && planned.pairs.at(pair)) work.companion = planned.pairs.at(pair);
  }
  if (!sqnr_at) work.requests.push_back(sqnr);
  work.sqnr = sqnr_at.value_or(work.requests.size() - 1);
}

verify::PairFiles FilesOf(const VerificationSources& sources, const PairWork& work,
                          const std::set<std::string>& indices) {
  const match::Pair& matched = *work.matched;
  verify::PairFiles files;
  files.golden = sources.golden_directory / matched.golden.file;
  files.target = sources.target_directory / work.target_file->file;
  files.target_format = work.target_file->format;
  files.has_dims = matched.target.dims.has_value();
  if (files.has_dims) files.dims = *matched.target.dims;
  files.golden_to_target = matched.golden_to_target;
  files.discrete = IsDiscrete(matched) || indices.contains(matched.target.name);
  AddExactCopies(matched, sources.golden_directory, sources.target_directory, files);
  return files;
}

}  // namespace

Result<std::vector<PairWork>> PlanWork(const VerificationSources& sources) {
  const std::vector<std::string> words = {"SQNR"};
  ACC_ASSIGN_OR_RETURN(const verify::Request sqnr, verify::ParseRequest(words));
  const auto indices = sources.graph ? TensorsOfIndices(*sources.graph) : std::set<std::string>();
  std::vector<TensorNeighbours> neighbours = NeighboursOf(sources);
  std::vector<PairWork> pairs(sources.matches.pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    PairWork& work = pairs[i];
    work.matched = &sources.matches.pairs[i];
    work.target_file = &sources.target_files[i];
    work.encoding = EncodingOf(sources, *work.matched);
    work.neighbours = std::move(neighbours[i]);
    PlanRequests(sources.columns, sqnr, i, work);
    work.files = FilesOf(sources, work, indices);
  }
  for (PairWork& work : pairs) {
    if (!work.companion) continue;
    work.files.companion = std::make_shared<const verify::PairFiles>(pairs[*work.companion].files);
  }
  return pairs;
}

}  // namespace acc::features
