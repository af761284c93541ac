// SPDX-License-Identifier: BSD-3-Clause
#include <iostream>
#include <string>
#include <vector>

#include "base/progress.h"
#include "cli/program.h"

int main(int count, char** arguments) {
  acc::InstallInterruptHandler();
  const std::vector<std::string> words(arguments + (count > 0 ? 1 : 0), arguments + count);
  return acc::cli::RunProgram(words, acc::cli::BuiltinFeatureCalls(), std::cout, std::cerr);
}
