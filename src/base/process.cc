// SPDX-License-Identifier: BSD-3-Clause
#include "base/process.h"

#include <fcntl.h>
#include <unistd.h>

namespace acc {

bool ReserveStandardDescriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The system gives out the lowest number that is free: this one.
    if (open("/dev/null", O_RDWR) != fd) return false;
  }
  return true;
}

}  // namespace acc
