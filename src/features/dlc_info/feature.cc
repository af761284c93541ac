// SPDX-License-Identifier: BSD-3-Clause
#include "features/dlc_info/feature.h"

#include "features/shared/flags.h"
#include "flags/assign.h"

namespace acc::features {
namespace {

using flags::Set;
using Options = DlcInfoOptions;

flags::Rows<Options> DlcInfoRows() {
  flags::Rows<Options> rows = {
      {{.name = "dlc_info",
        .placeholder = "DLC",
        .section = &flags::kRequired,
        .help = "The DLC, or the net JSON of a QNN model."},
       &Set<&Options::dlc_info>},
      {{.name = "json", .help = "Print everything as JSON; docs/dlc-info.md says in which form."},
       &Set<&Options::json>},
  };
  flags::Add(rows, flags::RowsOf(&Options::common, CommonRowsWithoutDirectory()));
  return rows;
}

}  // namespace

const Feature& DlcInfo() {
  static const Feature kFeature =
      WithRows({.flag = "dlc_info",
                .title = "DLC Info",
                .summary = "Prints what a DLC holds: layers, tensors, encodings, sizes, and what "
                           "wrote it.",
                .example = "model_quantized.dlc",
                .sections = {&flags::kRequired, &flags::kOptional}},
               DlcInfoRows(), &RunDlcInfo);
  return kFeature;
}

}  // namespace acc::features
