// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/flags.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/shared/flags.h"
#include "features/source_model/flags.h"
#include "flags/assign.h"
#include "verify/verifiers.h"

namespace acc::features {
namespace {

using flags::Flag;
using flags::Occurrences;
using flags::Set;

constexpr std::array<std::string_view, 2> kEngines = {"snpe", "qnn"};

std::string IdleEngineName(const ComparisonOptions& /*options*/, const Occurrences& /*given*/) {
  return flags::NoEffect("results of every engine are matched in the same way");
}

Flag Required(Flag flag) {
  flag.section = &flags::kRequired;
  return flag;
}

}  // namespace

Status SetVerifiers(const Flag& flag, const Occurrences& given, ComparisonOptions& options) {
  for (const std::vector<std::string>& words : given) {
    ACC_RETURN_IF_ERROR(verify::ParseRequest(words).status().WithContext(flags::Dashed(flag)));
  }
  options.default_verifiers = given;
  return OkStatus();
}

flags::Rows<ComparisonOptions> ComparisonRows() {
  auto rows = flags::RowsOf(&ComparisonOptions::model,
                            flags::Picked(ModelRows(), {"framework", "model_path"}));
  rows =
      flags::Placed(std::move(rows), [](const Flag&) -> const flags::Section& { return kMapping; });
  flags::Add(
      rows,
      {{{.name = "default_verifier",
         .placeholder = "VERIFIER [NAME VALUE ...]",
         .max_words = flags::kAnyNumber,
         .repeatable = true,
         .section = &flags::kRequired,
         .help =
             "A verifier for all tensors, its name in any case, with parameters in one of two "
             "forms: rtolatol,rtolmargin,0.01,atolmargin,0.01 or CosineSimilarity threshold 0.99. "
             "Every verifier has the parameter threshold: a tensor beyond it makes the exit code "
             "1. Repeat the flag for more verifiers."},
        &SetVerifiers},
       {Required(GoldenDirectoryFlag()),
        &Set<&ComparisonOptions::golden_output_reference_directory>},
       {{.name = "inference_results",
         .placeholder = "INFERENCE_RESULTS",
         .section = &flags::kRequired,
         .help = "The directory of the target's outputs, such as "
                 "working_directory/inference_engine/latest/output/Result_0.",
         .is_alone = true},
        &Set<&ComparisonOptions::inference_results>},
       {{.name = "tensor_mapping",
         .placeholder = "TENSOR_MAPPING",
         .help = "A JSON file that maps the target's tensor names to golden ones."},
        &Set<&ComparisonOptions::tensor_mapping>},
       {{.name = "qnn_model_json_path",
         .placeholder = "QNN_MODEL_JSON",
         .help = "The net JSON of the target's QNN model; used as --dlc_path is.",
         .is_alone = true},
        &Set<&ComparisonOptions::qnn_model_json_path>},
       {{.name = "dlc_path",
         .placeholder = "DLC_PATH",
         .help = "The DLC of the target's model: dims, axis order, encodings and order of the "
                 "target's tensors, where the results and --graph_struct do not tell them.",
         .is_alone = true},
        &Set<&ComparisonOptions::dlc_path>},
       {{.name = "verifier_config",
         .placeholder = "VERIFIER_CONFIG",
         .help = "A JSON file of verifiers for single tensors: {\"TopK\": {\"parameters\": {\"k\": "
                 "5}, \"tensors\": [[\"name\"]]}}."},
        &Set<&ComparisonOptions::verifier_config>},
       {{.name = "graph_struct",
         .placeholder = "GRAPH_STRUCT",
         .help = "The graph structure that the inference engine wrote; it puts the tensors in "
                 "order, and ScaledDiff needs it.",
         .is_alone = true},
        &Set<&ComparisonOptions::graph_struct>},
       {{.name = "target_encodings",
         .placeholder = "TARGET_ENCODINGS",
         .help = "A JSON file of the target's encodings: AIMET's (0.6.1, 1.0.0, 2.x), or "
                 "extracted_encodings.json of --compare_encodings."},
        &Set<&ComparisonOptions::target_encodings>},
       {{.name = "no_histograms",
         .help = "Compute the scores alone, without histograms and channels for report.html: some "
                 "five times faster on runs of gigabytes."},
        &Set<&ComparisonOptions::no_histograms>},
       {{.name = "engine",
         .short_name = "e",
         .placeholder = "ENGINE [VERSION]",
         .max_words = 2,
         .choices = kEngines,
         .section = &kMapping,
         .help = "The engine that made the target's outputs and, optionally, its version.",
         .is_alone = true},
        nullptr,
        &IdleEngineName}});
  return rows;
}

}  // namespace acc::features
