// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/param_plots.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "base/files.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/threads.h"
#include "report/param_figures.h"
#include "store/file_names.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

// A tensor of a graph, and where each option that quantizes it has its plots.
struct PlotJob {
  const CheckedGraph* graph = nullptr;
  std::size_t param = 0;
  std::vector<std::pair<const TensorEncoding*, fs::path>> places;  // Without ".png".
};

struct Plots {
  const TensorEncoding* encoding = nullptr;
  std::string histogram;
  std::string channels;  // Empty: none.
};

Result<Plots> Draw(const PlotJob& job, const TensorEncoding& encoding, bool per_channel) {
  const CheckedParam& param = job.graph->params[job.param];
  const Tensor& tensor = job.graph->target.graph.initializers.at(param.tensor);
  const report::ParamPlot plot{.tensor = param.tensor,
                               .values = tensor.values<float>(),
                               .dims = tensor.dims(),
                               .encoding = encoding,
                               .channel_axis = param.channel_axis};
  Plots plots{.encoding = &encoding};
  ACC_ASSIGN_OR_RETURN(plots.histogram, report::DrawPng(report::ParamHistogram(plot)));
  if (per_channel && param.channel_axis) {
    ACC_ASSIGN_OR_RETURN(plots.channels, report::DrawPng(report::ParamChannels(plot)));
  }
  return plots;
}

Status Write(const Plots& plots, const fs::path& place) {
  ACC_RETURN_IF_ERROR(WriteFile(place.native() + ".png", plots.histogram));
  return plots.channels.empty() ? OkStatus()
                                : WriteFile(place.native() + "_channels.png", plots.channels);
}

Status Run(const PlotJob& job, bool per_channel) {
  std::vector<Plots> drawn;
  for (const auto& [encoding, place] : job.places) {
    auto same = std::ranges::find_if(drawn, [&, wanted = encoding](const Plots& plots) {
      return SameGrids(*plots.encoding, *wanted);
    });
    if (same == drawn.end()) {
      ACC_ASSIGN_OR_RETURN(Plots plots, Draw(job, *encoding, per_channel));
      same = drawn.insert(drawn.end(), std::move(plots));
    }
    ACC_RETURN_IF_ERROR(Write(*same, place));
  }
  return OkStatus();
}

// Folders are made here, one after the other.
Result<std::vector<PlotJob>> JobsOf(std::span<const CheckedGraph> graphs,
                                    std::span<const OptionResult> results, const fs::path& folder) {
  std::vector<PlotJob> jobs;
  store::FileNames names;
  std::set<fs::path> folders;
  for (std::size_t graph = 0; graph < graphs.size(); ++graph) {
    for (std::size_t param = 0; param < graphs[graph].params.size(); ++param) {
      const CheckedParam& checked = graphs[graph].params[param];
      PlotJob job{.graph = &graphs[graph], .param = param};
      for (const OptionResult& result : results) {
        if (result.graph != graph || !result.params[param].encoding) continue;
        const fs::path place =
            folder / (checked.is_bias ? "hist_analysis_biases" : "hist_analysis_weights") /
            result.option.name / names.PathFor(checked.tensor);
        folders.insert(place.parent_path());
        job.places.emplace_back(&*result.params[param].encoding, place);
      }
      if (!job.places.empty()) jobs.push_back(std::move(job));
    }
  }
  for (const fs::path& path : folders) ACC_RETURN_IF_ERROR(CreateFolders(path));
  return jobs;
}

}  // namespace

Status WriteParamPlots(std::span<const CheckedGraph> graphs, std::span<const OptionResult> results,
                       bool per_channel, const fs::path& folder) {
  ACC_ASSIGN_OR_RETURN(const auto jobs, JobsOf(graphs, results, folder));
  Progress progress("plots", jobs.size());
  std::vector<Status> outcomes(jobs.size());
  ParallelFor(jobs.size(), [&](std::size_t i) {
    outcomes[i] = CheckInterrupted();
    if (outcomes[i].ok()) outcomes[i] = Run(jobs[i], per_channel);
    progress.Advance();
  });
  for (const Status& outcome : outcomes) ACC_RETURN_IF_ERROR(outcome);
  return OkStatus();
}

}  // namespace acc::features
