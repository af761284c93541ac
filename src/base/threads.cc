// SPDX-License-Identifier: BSD-3-Clause
#include "base/threads.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace acc {
namespace {

std::atomic<std::size_t> requested_threads{0};

std::size_t AvailableProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) {
    return std::max<std::size_t>(1, static_cast<std::size_t>(CPU_COUNT(&set)));
  }
  return std::max<std::size_t>(1, std::thread::hardware_concurrency());
}

}  // namespace

std::size_t ThreadCount() {
  const std::size_t requested = requested_threads;
  return requested != 0 ? requested : AvailableProcessors();
}

void SetThreadCount(std::size_t count) { requested_threads = count; }

void ParallelFor(std::size_t count, const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr thrown;
  // An exception that leaves a thread would end the process.
  const auto work = [&]() noexcept {
    try {
      for (std::size_t index = next++; index < count; index = next++) body(index);
    } catch (...) {
      next = count;
      const std::lock_guard lock(mutex);
      if (!thrown) thrown = std::current_exception();
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t wanted = std::min(ThreadCount(), count);
    try {
      threads.reserve(wanted);
      for (std::size_t i = 1; i < wanted; ++i) threads.emplace_back(work);
    } catch (const std::exception&) {
      // No further thread to be had: those that run, at least this one, do the work.
    }
    work();
  }
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace acc
