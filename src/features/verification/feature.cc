// SPDX-License-Identifier: BSD-3-Clause
#include "features/verification/feature.h"

#include "features/comparison/flags.h"
#include "features/shared/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Set;
using Options = VerificationOptions;

}  // namespace

flags::Rows<Options> VerificationRows() {
  auto rows = flags::RowsOfBase<Options>(ComparisonRows());
  flags::Add(rows, {{{.name = "share",
                      .placeholder = "FILE",
                      .help = "Pack the reports with their statistics and histograms into this ZIP "
                              "file, to hand to others: no weights, no elements of tensors, no "
                              "statistics of fewer than 16 elements, no paths, no names of user or "
                              "machine."},
                     &Set<&Options::share>},
                    {{.name = "share_hash_names",
                      .help = "In the file of --share, replace every name of a tensor, node or "
                              "file by a hash."},
                     &Set<&Options::share_hash_names>}});
  flags::Add(rows, flags::RowsOfBase<Options>(flags::RowsOf(&Options::common, CommonRows())));
  return rows;
}

const Feature& Verification() {
  static const Feature kFeature = WithRows(
      {.flag = "verification",
       .title = "Verification",
       .summary = "Compares the golden tensors with the target's, tensor by tensor, and reports "
                  "where they part.",
       .example = "--default_verifier CosineSimilarity\n"
                  "--default_verifier SQNR threshold 20\n"
                  "--golden_output_reference_directory working_directory/framework_runner/latest\n"
                  "--inference_results working_directory/inference_engine/latest/output/Result_0\n"
                  "--tensor_mapping working_directory/inference_engine/latest/tensor_mapping.json\n"
                  "--graph_struct "
                  "working_directory/inference_engine/latest/snpe_model_graph_struct.json",
       .sections = {&flags::kRequired, &flags::kOptional, &kMapping}},
      VerificationRows(), &RunVerification);
  return kFeature;
}

}  // namespace acc::features
