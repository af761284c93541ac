// SPDX-License-Identifier: BSD-3-Clause
#include "base/process.h"

#include <fcntl.h>
#include <unistd.h>

namespace acc {

bool ReserveStandardDescriptors() {
  int fd = 0;
  // The system gives out the lowest number that is free.
  while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDWR);
  if (fd < 0) return false;
  close(fd);
  return true;
}

}  // namespace acc
