// SPDX-License-Identifier: BSD-3-Clause
// Work spread over the machine's processors. Results must not depend on which thread takes which
// item.
#pragma once

#include <cstddef>
#include <functional>

namespace acc {

// How many threads ParallelFor uses: the processors this process may use, or what SetThreadCount
// said.
std::size_t ThreadCount();
void SetThreadCount(std::size_t count);

// Calls body(index) for 0 <= index < count, each once, in no promised order; returns after the
// last. Once a body throws, no further one begins, and when all that began have ended, the first
// exception is thrown here.
void ParallelFor(std::size_t count, const std::function<void(std::size_t)>& body);

}  // namespace acc
