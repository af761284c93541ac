// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/tensor_inspector.h"

#include <utility>

#include "base/progress.h"
#include "base/text.h"
#include "features/comparison/pair_distribution.h"
#include "inspect/collector.h"
#include "report/assets.h"

namespace acc::features {
namespace {

std::optional<int> ChannelAxisOf(const store::TensorRecord& target) {
  if (!target.dims) return std::nullopt;
  return inspect::ChannelAxis(*target.dims, target.axis_order == AxisOrder::kChannelLast);
}

}  // namespace

class TensorInspector::Observer : public verify::PairObserver {
 public:
  Observer(TensorInspector* inspector, report::InspectedTensor tensor, const PairSource& source,
           std::span<const verify::Request> requests,
           const std::optional<inspect::Interval>& counted, InspectionShown* shown)
      : inspector_(inspector),
        tensor_(std::move(tensor)),
        source_(source),
        requests_(requests),
        counted_(counted),
        shown_(shown) {}

  void Start(std::uint64_t count) override {
    collector_ = std::make_unique<inspect::PairCollector>(inspect::CollectorOptions{
        tensor_.dims.value_or(Shape()), tensor_.channel_axis, counted_, tensor_.step});
    collector_->Start(count);
  }

  void Visit(std::uint64_t first, std::span<const float> golden,
             std::span<const float> target) override {
    collector_->Visit(first, golden, target);
  }

  void Finish(const verify::Comparison& comparison) override {
    tensor_.statistics = collector_->Finish();
    collector_.reset();
    shown_->distribution = DistributionOf(tensor_.statistics, tensor_.step);
    shown_->folder = inspector_->directory_.filename().native() + "/" + tensor_.folder;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      tensor_.scores.emplace_back(requests_[i].info->name, comparison.scores[i].value);
    }
    report::AddCurves(tensor_);
    const Status status =
        report::WriteInspectedTensor(inspector_->directory_, tensor_, inspector_->style_);
    inspector_->Add(
        tensor_.name,
        status.ok() ? Result(report::EntryOf(tensor_)) : Result<report::InspectionEntry>(status),
        source_);
    tensor_ = {};  // Thousands of tensors must not add up.
  }

 private:
  TensorInspector* inspector_;
  report::InspectedTensor tensor_;
  PairSource source_;
  std::span<const verify::Request> requests_;
  std::optional<inspect::Interval> counted_;
  InspectionShown* shown_;
  std::unique_ptr<inspect::PairCollector> collector_;
};

TensorInspector::TensorInspector(std::filesystem::path directory, report::InspectionStyle style)
    : directory_(std::move(directory)),
      style_(style),
      names_(store::FileNames::OfFolders(report::kAssetFolder)) {}

TensorInspector::~TensorInspector() = default;

verify::PairObserver* TensorInspector::Observe(const match::Pair& matched, const PairSource& source,
                                               const std::optional<TensorEncoding>& encoding,
                                               std::span<const verify::Request> requests,
                                               std::string data_note, InspectionShown* shown) {
  report::InspectedTensor tensor;
  tensor.name = matched.target.name;
  tensor.golden_name = matched.golden.name;
  tensor.layer_type = matched.target.op_type;
  tensor.folder = names_.PathFor(matched.target.name);
  tensor.dims = matched.target.dims;
  tensor.channel_axis = ChannelAxisOf(matched.target);
  tensor.calibrated = report::CalibratedRange(encoding);
  tensor.step = report::StepOf(encoding);
  tensor.data_note = std::move(data_note);
  observers_.push_back(std::make_unique<Observer>(this, std::move(tensor), source, requests,
                                                  report::ClippedBeyond(encoding), shown));
  return observers_.back().get();
}

void TensorInspector::Add(const std::string& name, Result<report::InspectionEntry> entry,
                          const PairSource& source) {
  const std::lock_guard lock(mutex_);
  if (!entry.ok()) {
    if (status_.ok()) status_ = entry.status();
    return;
  }
  csv_jobs_.push_back({source, directory_ / entry->folder});
  entries_.emplace(name, *std::move(entry));
}

Status TensorInspector::Finish(const report::Summary& summary) {
  ACC_RETURN_IF_ERROR(status_);
  if (entries_.empty()) {
    return Failure("no tensor could be inspected; the first because: " +
                   (summary.rows.empty() ? "none was compared" : summary.rows.front().reason));
  }
  Progress progress("write elements", csv_jobs_.size());
  ACC_RETURN_IF_ERROR(report::WriteTensorCsvs(csv_jobs_, &progress));
  return report::WriteInspectionIndex(directory_, summary, entries_, style_);
}

}  // namespace acc::features
