// SPDX-License-Identifier: BSD-3-Clause
// A summary as strangers may see it.
#pragma once

#include <string>
#include <vector>

#include "report/summary.h"

namespace acc::report {

// What must not leave this machine, beside what the summary itself names.
struct Secrets {
  std::vector<std::string> folders;  // Absolute paths: the current folder, the user's, …
  std::vector<std::string> words;    // The name of the user and of the machine.
};

// Of the process that calls it.
Secrets SecretsOfThisMachine();

// The summary without what tells of the user or of the data: no element of a tensor (the worst
// ones are left out; ranges, sums and histograms of kSmallestGroup elements or more stay, see
// report/small_groups.h); folders and files by their last names, in the command and in remarks too;
// the secret words gone. Layer types stay.
//
// With `hash_names`, every name of a tensor, node, folder or file is a hash instead ("tensor_",
// "node_" or "file_" and 16 digits), the same for the same name in any bundle. Who guesses a name
// can therefore check the guess. Of the command the flags stay, with the values that are numbers or
// choices of the program.
Summary Anonymous(const Summary& summary, const Secrets& secrets, bool hash_names);

}  // namespace acc::report
