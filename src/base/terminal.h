// SPDX-License-Identifier: BSD-3-Clause
// stderr, shared by log lines and the progress bar, so that neither garbles the other. Thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace acc {

bool StderrIsTerminal();

// Writes a line, above the bar where one is drawn.
void WriteLine(std::string_view line);

// Writes the parts as one line, whatever state this module is in: for who ends the process at once.
// Asks for no memory and waits for nobody.
void WriteLastLine(std::initializer_list<std::string_view> parts);

// Draws `bar` over the last one, cut to the terminal's width; empty text takes it away. What there
// is no memory for is not drawn.
void DrawBar(std::string_view bar) noexcept;

// Keeps what a library writes to stderr off the terminal. The lines and the bar of this program are
// shown all the while, whichever thread they come from.
class ForeignStderr {
 public:
  // Until the last of those that live at one time goes, stderr is a file in memory.
  ForeignStderr();
  ForeignStderr(const ForeignStderr&) = delete;
  ForeignStderr& operator=(const ForeignStderr&) = delete;
  ~ForeignStderr();

  // What was written since the first of those that live at one time, once.
  std::string Take();
};

// Opens /dev/null in place of standard input, output and error where they are closed: a file that
// is opened later must not become one of them and receive lines meant for the terminal. To be
// called before anything is opened. False where that cannot be done.
bool ReserveStandardDescriptors();

}  // namespace acc
