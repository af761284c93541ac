// SPDX-License-Identifier: BSD-3-Clause
#include "base/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/temporary_file.h"
#include "base/terminal.h"

namespace acc {
namespace {

constexpr int kInterruptedCode = 130;
constexpr std::chrono::seconds kGrace{5};
constexpr std::chrono::milliseconds kBetweenStops{100};

// Handlers and any thread may read and write these.
std::atomic<int> signals{0};
std::atomic<int> wakes_watcher{-1};
static_assert(std::atomic<int>::is_always_lock_free);

enum LastWords { kNobodys, kOfTheRun, kOfWhoEndsIt };
std::atomic<int> last_words_are{kNobodys};

struct Stops {
  std::mutex mutex;
  std::vector<const std::function<void()>*> stops;
};

// Never destroyed: the watcher lives until the process ends.
Stops& AllStops() {
  static Stops* stops = new Stops;
  return *stops;
}

void OnSignal(int /*signal*/) {
  const int before = signals.fetch_add(1);
  const int watcher = wakes_watcher;
  // Nobody watches, or the watcher itself is held up.
  if ((before > 0 && watcher < 0) || before > 1) _exit(kInterruptedCode);
  const int error = errno;
  const std::uint64_t one = 1;
  if (watcher >= 0) static_cast<void>(!write(watcher, &one, sizeof(one)));
  errno = error;
}

[[noreturn]] void EndAtOnce(const std::string& last_words) {
  if (TakeLastWords()) WriteLastLine({last_words});
  RemoveTemporaryFiles();
  _exit(kInterruptedCode);
}

void CallStops() {
  Stops& all = AllStops();
  const std::lock_guard lock(all.mutex);
  for (const auto* stop : all.stops) (*stop)();
}

void Watch(int event, const std::string& last_words) {
  pollfd wait{event, POLLIN, 0};
  while (poll(&wait, 1, -1) <= 0) {
  }
  std::uint64_t ignored = 0;
  static_cast<void>(!read(event, &ignored, sizeof(ignored)));
  const auto last = std::chrono::steady_clock::now() + kGrace;
  while (signals < 2 && std::chrono::steady_clock::now() < last) {
    CallStops();
    poll(&wait, 1, static_cast<int>(kBetweenStops.count()));
  }
  EndAtOnce(last_words);
}

// Without a watcher, for want of a thread, a run ends between two steps.
void StartWatcher(std::string last_words) {
  AllStops();
  const int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (event < 0) return;
  try {
    std::thread(Watch, event, std::move(last_words)).detach();
    wakes_watcher = event;
  } catch (const std::system_error&) {
    close(event);
  }
}

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

bool IsIgnored(int signal) {
  struct sigaction found {};
  return sigaction(signal, nullptr, &found) == 0 && found.sa_handler == SIG_IGN;
}

}  // namespace

void InstallSignalHandlers(std::string last_words) {
  StartWatcher(std::move(last_words));
  Handle(SIGPIPE, SIG_IGN);
  Handle(SIGXFSZ, SIG_IGN);
  Handle(SIGINT, OnSignal);
  Handle(SIGTERM, OnSignal);
  if (!IsIgnored(SIGHUP)) Handle(SIGHUP, OnSignal);
}

Status CheckInterrupted() { return signals != 0 ? Interrupted() : OkStatus(); }

bool TakeLastWords() {
  int owner = kNobodys;
  return last_words_are.compare_exchange_strong(owner, kOfWhoEndsIt);
}

void BeginLastWords() {
  int owner = kNobodys;
  last_words_are.compare_exchange_strong(owner, kOfTheRun);
  // Another thread ends the process any moment now.
  while (owner == kOfWhoEndsIt) pause();
}

OnInterrupt::OnInterrupt(std::function<void()> stop) : stop_(std::move(stop)) {
  Stops& all = AllStops();
  const std::lock_guard lock(all.mutex);
  all.stops.push_back(&stop_);
}

OnInterrupt::~OnInterrupt() {
  Stops& all = AllStops();
  const std::lock_guard lock(all.mutex);
  std::erase(all.stops, &stop_);
}

}  // namespace acc
