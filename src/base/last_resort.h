// SPDX-License-Identifier: BSD-3-Clause
// What happens where a run can go no further: an exception in a destructor, in a thread of a
// runtime or in a function of a library that promises not to throw, and a crash of such a library.
#pragma once

#include <string>

namespace acc {

// What is said around a text that is known only then.
struct Frame {
  std::string before;
  std::string after;
};

struct LastResortLines {
  std::string out_of_memory;  // Where any memory was refused.
  Frame exception;            // Around its text.
  Frame crash;                // Around "SIGSEGV in libx.so".
};

// From now on that ends the process with exit code 3, without its temporary files, after one line.
// A signal that somebody handles already (a sanitizer) is left to them.
void InstallLastResort(LastResortLines lines);

// What crashes from now on dies of its signal, and an exception aborts: for a child whose parent
// tells what happened.
void RemoveLastResort();

}  // namespace acc
