// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/cuts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "features/dissection/error_injection.h"
#include "features/shared/noise_sums.h"
#include "target/node_groups.h"

namespace acc::features {
namespace {

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

class Cutter {
 public:
  static Result<Cutter> Create(std::span<const MeasuredLine> lines, const InputLines& inputs) {
    Cutter cutter(lines);
    const model::Graph& graph = lines.front().layers.model.converted.graph;
    auto injection = ErrorInjection::Create(graph, cutter.tensors_, InjectionKind::kValues);
    ACC_RETURN_IF_ERROR(injection.status());
    for (const MeasuredLine& line : lines) {
      ACC_RETURN_IF_ERROR(
          injection->AddLine([&inputs, number = line.line] { return inputs.Read(number); }));
    }
    cutter.injection_.emplace(std::move(*injection));
    return cutter;
  }

  std::size_t size() const { return tensors_.size(); }

  // Behind the tensor of this place.
  Result<double> Measure(std::size_t place) {
    if (const auto known = cuts_.find(place); known != cuts_.end()) return known->second;
    std::vector<double> decibels;
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      Errors values;
      for (std::size_t i = 0; i <= place; ++i) {
        if (read_until_[i] <= place) continue;
        ACC_ASSIGN_OR_RETURN(values[tensors_[i]].to,
                             lines_[line].layers.values.OfTarget(tensors_[i]));
      }
      ACC_ASSIGN_OR_RETURN(decibels.emplace_back(), injection_->Measure(line, values));
    }
    const double db = MeanNoiseDb(decibels);
    LogDebug("on the target up to '{}': {:.1f} dB at the output", Printable(tensors_[place]), db);
    cuts_[place] = db;
    return db;
  }

  std::vector<store::Cut> Cuts() const {
    std::vector<store::Cut> cuts;
    for (const auto& [place, db] : cuts_) cuts.push_back({tensors_[place], db});
    return cuts;
  }

 private:
  explicit Cutter(std::span<const MeasuredLine> lines) : lines_(lines) {
    const LayersToMeasure& layers = lines.front().layers;
    const target::Program program = FloatProgramOf(layers);
    std::vector<std::size_t> places(program.taps.size(), kNever);
    for (std::size_t tap = 0; tap < program.taps.size(); ++tap) {
      const std::string& tensor = program.taps[tap].tensor;
      const bool is_there = std::ranges::all_of(
          lines, [&](const MeasuredLine& line) { return line.layers.values.HasTarget(tensor); });
      if (!is_there || layers.values.InfoOf(tensor).type != ElementType::kFloat32) continue;
      places[tap] = tensors_.size();
      tensors_.push_back(tensor);
      read_until_.push_back(model::IsGraphOutput(program.graph, tensor) ? kNever : 0);
    }
    for (const target::NodeGroup& group : target::GroupsOf(program)) AddReader(group, places);
  }

  // A tensor matters as long as a group that is still float reads it: to the group's last output,
  // or to the end where that is none of these tensors.
  void AddReader(const target::NodeGroup& group, const std::vector<std::size_t>& places) {
    std::size_t last = 0;
    for (const std::size_t output : group.outputs) last = std::max(last, places[output]);
    for (const std::size_t input : group.inputs) {
      if (places[input] == kNever) continue;
      read_until_[places[input]] = std::max(read_until_[places[input]], last);
    }
  }

  std::span<const MeasuredLine> lines_;
  std::vector<std::string> tensors_;
  std::vector<std::size_t> read_until_;  // The place of the last tensor that is made of it.
  std::optional<ErrorInjection> injection_;
  std::map<std::size_t, double> cuts_;  // By place.
};

}  // namespace

Result<std::vector<store::Cut>> CutEverywhere(std::span<const MeasuredLine> lines,
                                              const InputLines& inputs) {
  ACC_ASSIGN_OR_RETURN(Cutter cutter, Cutter::Create(lines, inputs));
  for (std::size_t place = 0; place < cutter.size(); ++place) {
    ACC_RETURN_IF_ERROR(cutter.Measure(place).status());
  }
  return cutter.Cuts();
}

Result<std::vector<store::Cut>> BisectCuts(std::span<const MeasuredLine> lines,
                                           const InputLines& inputs) {
  ACC_ASSIGN_OR_RETURN(Cutter cutter, Cutter::Create(lines, inputs));
  if (cutter.size() == 0) return std::vector<store::Cut>();
  constexpr double kHalfDb = 3.0103;
  ACC_ASSIGN_OR_RETURN(const double whole_db, cutter.Measure(cutter.size() - 1));
  // The cut before `first` has less than half of the noise, `last` has it.
  std::size_t first = 0;
  std::size_t last = cutter.size() - 1;
  while (first < last && std::isfinite(whole_db)) {
    const std::size_t middle = (first + last) / 2;
    ACC_ASSIGN_OR_RETURN(const double db, cutter.Measure(middle));
    if (db <= whole_db + kHalfDb) {
      last = middle;
    } else {
      first = middle + 1;
    }
  }
  return cutter.Cuts();
}

}  // namespace acc::features
