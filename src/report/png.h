// SPDX-License-Identifier: BSD-3-Clause
// Images as PNG files, encoded for plots: few colours and long runs compress best without the row
// filters that photographs need, and in a fraction of the time.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/status.h"

namespace acc::report {

// Pixels of four bytes: blue, green, red, one without meaning.
struct Pixels {
  std::span<const unsigned char> bytes;  // stride * height of them.
  int width = 0;
  int height = 0;
  int stride = 0;  // Bytes from one row to the next.
};

// The bytes of a PNG file of the image, in RGB. Fails where libpng does.
Result<std::string> EncodePng(const Pixels& pixels);

}  // namespace acc::report
