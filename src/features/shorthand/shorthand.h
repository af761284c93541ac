// SPDX-License-Identifier: BSD-3-Clause
// An end-to-end run of which the user names the model alone: what is left out is taken from the
// model and from what is installed here.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "flags/flag.h"

namespace acc::features {

struct CompletedRun {
  flags::Given given;  // With every flag that an end-to-end run needs.
  // What was decided and bears on the result, for the first lines of the run.
  std::vector<std::string> statements;
  std::string hint;  // What a run that fails may fail for; mostly empty.
};

// `given` has model_path. Adds, each only where it is missing: the framework, by the file's name;
// the inputs with their dims and types; the outputs; the runtime, dsp where Qualcomm's simulator is
// there and cpu otherwise; the architecture of this machine; the verifiers SQNR and
// CosineSimilarity; a list of one line with the inputs. An input may be given by dims alone (NAME
// DIMS). Values for inputs without data are written below the working directory, in a folder named
// after the model, and so is the list. A usage error for a file of an unknown kind, and for a list
// without the inputs of one of its lines.
Result<CompletedRun> CompleteRun(flags::Given given);

}  // namespace acc::features
