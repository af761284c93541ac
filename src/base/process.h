// SPDX-License-Identifier: BSD-3-Clause
// The state of the process that whoever started it decides.
#pragma once

namespace acc {

// Opens /dev/null in place of standard input, output and error where they are closed: a file that
// is opened later must not become one of them and receive lines meant for the terminal. To be
// called before anything is opened. False where that cannot be done.
bool ReserveStandardDescriptors();

}  // namespace acc
