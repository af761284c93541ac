// SPDX-License-Identifier: BSD-3-Clause
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/process.h"
#include "cli/help.h"
#include "cli/program.h"

namespace {

// Memory that runs out before or behind the run itself ends here.
int Run(int count, char** arguments) {
  try {
    acc::InstallSignalHandlers(acc::cli::FailureLine(acc::Interrupted()));
    const std::vector<std::string> words(arguments + (count > 0 ? 1 : 0), arguments + count);
    return acc::cli::RunProgram(words, acc::cli::BuiltinFeatureCalls(), std::cout, std::cerr);
  } catch (const std::exception&) {
    std::cerr << acc::cli::kProgram << ": error: out of memory\n";
    return acc::ExitCode(acc::Failure(""));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (!acc::ReserveStandardDescriptors()) return acc::ExitCode(acc::Failure(""));
  return Run(count, arguments);
}
