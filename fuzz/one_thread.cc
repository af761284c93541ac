// SPDX-License-Identifier: BSD-3-Clause
#include "base/threads.h"

// Starting threads would cost more than what they do here.
extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  acc::SetThreadCount(1);
  return 0;
}
