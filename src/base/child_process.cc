// SPDX-License-Identifier: BSD-3-Clause
#include "base/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/last_resort.h"

namespace acc {
namespace {

using Sizes = std::array<std::uint64_t, 2>;  // Of a message's head and body.

// A body of that size is none: the head is the text of an exception that ended the work.
constexpr std::uint64_t kException = std::numeric_limits<std::uint64_t>::max();

bool WriteAll(int pipe, const void* bytes, std::size_t size) {
  const char* at = static_cast<const char*>(bytes);
  while (size > 0) {
    const ssize_t written = write(pipe, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

bool ReadAll(int pipe, void* bytes, std::size_t size) {
  char* at = static_cast<char*>(bytes);
  while (size > 0) {
    const ssize_t got = read(pipe, at, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    at += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void SendException(int pipe, std::string_view text) {
  const Sizes sizes = {text.size(), kException};
  static_cast<void>(WriteAll(pipe, sizes.data(), sizeof(sizes)) &&
                    WriteAll(pipe, text.data(), text.size()));
}

// The parent ends the child when the user asks for an end, and dies before it in no other case.
void LeaveSignalsToTheParent() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
}

// What unwound further would run the code of the parent a second time.
[[noreturn]] void RunChild(int pipe,
                           const std::function<void(const MessageSink& send)>& work) noexcept {
  LeaveSignalsToTheParent();
  RemoveLastResort();  // The parent tells what happened.
  std::mutex mutex;
  try {
    work([&](std::string_view head, std::span<const std::byte> body) {
      const std::lock_guard lock(mutex);
      const Sizes sizes = {head.size(), body.size()};
      const bool sent = WriteAll(pipe, sizes.data(), sizeof(sizes)) &&
                        WriteAll(pipe, head.data(), head.size()) &&
                        WriteAll(pipe, body.data(), body.size());
      return sent ? OkStatus() : Failure("the program that waits for the results is gone");
    });
  } catch (const std::bad_alloc&) {
    SendException(pipe, "out of memory");
  } catch (const std::exception& exception) {
    SendException(pipe, exception.what());
  } catch (...) {
    SendException(pipe, "an exception of a kind of its own");
  }
  _exit(0);
}

// The child that runs now. Nothing of it is left when this goes, however that comes.
class Child {
 public:
  Child(pid_t id, int pipe) : id_(id), pipe_(pipe) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    close(pipe_);
    if (!is_waited_for_) {
      kill(id_, SIGKILL);
      Wait();
    }
  }

  int pipe() const { return pipe_; }
  void Stop() const { kill(id_, SIGKILL); }
  // How it ended, as waitpid() says it.
  int Wait() {
    int state = 0;
    while (waitpid(id_, &state, 0) < 0 && errno == EINTR) {
    }
    is_waited_for_ = true;
    return state;
  }

 private:
  pid_t id_;
  int pipe_;
  bool is_waited_for_ = false;
};

// Until the child closes its end. A message that a crash cut off is left out.
Status ReceiveAll(int pipe, const MessageSink& receive) {
  std::string head;
  std::vector<std::byte> body;
  Sizes sizes{};
  while (ReadAll(pipe, sizes.data(), sizeof(sizes))) {
    head.resize(sizes[0]);
    if (sizes[1] == kException && ReadAll(pipe, head.data(), head.size())) return Failure(head);
    body.resize(sizes[1]);
    if (!ReadAll(pipe, head.data(), head.size()) || !ReadAll(pipe, body.data(), body.size())) break;
    ACC_RETURN_IF_ERROR(receive(head, body));
  }
  return OkStatus();
}

}  // namespace

Result<std::optional<int>> RunInChild(const std::function<void(const MessageSink& send)>& work,
                                      const MessageSink& receive) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Failure(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  const pid_t id = fork();
  if (id < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    return Failure(fmt::format("cannot start a process: {}", std::strerror(error)));
  }
  if (id == 0) {
    close(ends[0]);
    RunChild(ends[1], work);
  }
  close(ends[1]);
  Child child(id, ends[0]);
  Status received;
  {
    const OnInterrupt stop([&] { child.Stop(); });
    received = ReceiveAll(child.pipe(), receive);
  }
  if (!received.ok()) child.Stop();
  const int state = child.Wait();
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  if (!received.ok()) return received;
  if (WIFSIGNALED(state)) return std::optional<int>(WTERMSIG(state));
  if (WEXITSTATUS(state) != 0) {
    return Failure(fmt::format("a process of this program ended with code {}", WEXITSTATUS(state)));
  }
  return std::optional<int>();
}

}  // namespace acc
