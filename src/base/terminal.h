// SPDX-License-Identifier: BSD-3-Clause
// stderr, shared by log lines and the progress bar, so that neither garbles the other. Thread-safe.
#pragma once

#include <string_view>

namespace acc {

bool StderrIsTerminal();

// Writes a line, above the bar where one is drawn.
void WriteLine(std::string_view line);

// Draws `bar` over the last one, cut to the terminal's width; empty text takes it away.
void DrawBar(std::string_view bar);

}  // namespace acc
