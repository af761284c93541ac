// SPDX-License-Identifier: BSD-3-Clause
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/last_resort.h"
#include "base/terminal.h"
#include "cli/help.h"
#include "cli/program.h"

namespace {

acc::Frame Around(char mark, const std::string& line) {
  const std::size_t at = line.find(mark);
  return {line.substr(0, at), line.substr(at + 1)};
}

int Run(int count, char** arguments) {
  using acc::cli::FailureLine;
  acc::InstallLastResort({FailureLine(acc::cli::OutOfMemory()),
                          Around('?', FailureLine(acc::cli::Unexpected("?"))),
                          Around('?', FailureLine(acc::cli::Crashed("?")))});
  acc::InstallSignalHandlers(FailureLine(acc::Interrupted()));
  const std::vector<std::string> words(arguments + (count > 0 ? 1 : 0), arguments + count);
  return acc::cli::RunProgram(words, std::cout, std::cerr);
}

}  // namespace

int main(int count, char** arguments) {
  if (!acc::ReserveStandardDescriptors()) {
    std::cerr << acc::cli::kProgram
              << ": error: a standard descriptor is closed, and /dev/null cannot be opened in its "
                 "place\n";
    return acc::ExitCode(acc::Failure(""));
  }
  try {
    return Run(count, arguments);
  } catch (const std::exception& exception) {
    // Before or behind the run itself.
    std::cerr << acc::cli::kProgram << ": error: " << exception.what() << '\n';
    return acc::ExitCode(acc::Failure(""));
  }
}
