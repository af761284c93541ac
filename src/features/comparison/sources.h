// SPDX-License-Identifier: BSD-3-Clause
// What a verification reads before it compares: two runs, what describes the target's tensors, and
// the pairs that follow from them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "features/comparison/options.h"
#include "features/comparison/plan.h"
#include "features/comparison/target_format.h"
#include "match/match.h"
#include "store/graph_struct.h"
#include "tensor/encoding.h"

namespace acc::features {

// The flags of a feature that describe the target's graph, for messages: all of them, and the best.
struct GraphFlags {
  std::string_view all;
  std::string_view best;
};
inline constexpr GraphFlags kGraphFlags = {"--graph_struct, --dlc_path or --qnn_model_json_path",
                                           "--dlc_path or --qnn_model_json_path"};
inline constexpr GraphFlags kInspectionGraphFlags = {"--graph_struct", "--graph_struct"};

struct VerificationSources {
  GraphFlags graph_flags = kGraphFlags;  // Those of the feature that reads.
  std::filesystem::path golden_directory;
  std::filesystem::path target_directory;
  std::optional<store::GraphStruct> graph;  // The graph struct, filled from the DLC or net JSON.
  std::optional<store::GraphStruct> golden_graph;
  std::vector<std::string> statements;              // Of the golden and the target run, each once.
  std::map<std::string, TensorEncoding> encodings;  // Of --target_encodings, by name and by key.
  std::vector<std::string> encoded_names;           // As that file spells them.
  std::vector<PlannedColumn> columns;
  match::Matches matches;
  std::vector<TargetFile> target_files;  // One per pair.
};

// `columns` are those of the command line; those of --verifier_config are added. Paths that do not
// exist from here are taken from the working directory.
Result<VerificationSources> ReadSources(const ComparisonOptions& options,
                                        std::vector<PlannedColumn> columns,
                                        const GraphFlags& graph_flags);

// What of --verifier_config can be judged before there are tensors; see ReadVerifierConfig().
Status CheckVerifierConfig(const ComparisonOptions& options);

// The target's encoding: what the user says, or else what the run does.
std::optional<TensorEncoding> EncodingOf(const VerificationSources& sources,
                                         const match::Pair& pair);

bool AsksFor(const std::vector<PlannedColumn>& columns, std::string_view verifier);

// A usage error where ScaledDiff is asked for, no graph struct and no model is given, and the
// target's run keeps no graph struct either.
Status CheckScaledDiff(const ComparisonOptions& options, const std::vector<PlannedColumn>& columns,
                       const GraphFlags& graph_flags);

}  // namespace acc::features
