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
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

namespace acc {
namespace {

using Sizes = std::array<std::uint64_t, 2>;  // Of a message's head and body.

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

// What unwound further would run the code of the parent a second time.
[[noreturn]] void RunChild(int pipe,
                           const std::function<void(const MessageSink& send)>& work) noexcept {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  std::mutex mutex;
  work([&](std::string_view head, std::span<const std::byte> body) {
    const std::lock_guard lock(mutex);
    const Sizes sizes = {head.size(), body.size()};
    const bool sent = WriteAll(pipe, sizes.data(), sizeof(sizes)) &&
                      WriteAll(pipe, head.data(), head.size()) &&
                      WriteAll(pipe, body.data(), body.size());
    return sent ? OkStatus() : Failure("the program that waits for the results is gone");
  });
  _exit(0);
}

// Until the child closes its end. A message that a crash cut off is left out.
Status ReceiveAll(int pipe, const MessageSink& receive) {
  std::string head;
  std::vector<std::byte> body;
  Sizes sizes{};
  while (ReadAll(pipe, sizes.data(), sizeof(sizes))) {
    head.resize(sizes[0]);
    body.resize(sizes[1]);
    if (!ReadAll(pipe, head.data(), head.size()) || !ReadAll(pipe, body.data(), body.size())) break;
    ACC_RETURN_IF_ERROR(receive(head, body));
  }
  return OkStatus();
}

int WaitFor(pid_t child) {
  int state = 0;
  while (waitpid(child, &state, 0) < 0 && errno == EINTR) {
  }
  return state;
}

}  // namespace

Result<std::optional<int>> RunInChild(const std::function<void(const MessageSink& send)>& work,
                                      const MessageSink& receive) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return Failure(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return Failure(fmt::format("cannot start a process: {}", std::strerror(errno)));
  }
  if (child == 0) {
    close(ends[0]);
    RunChild(ends[1], work);
  }
  close(ends[1]);
  const Status received = ReceiveAll(ends[0], receive);
  close(ends[0]);
  if (!received.ok()) kill(child, SIGKILL);
  const int state = WaitFor(child);
  if (!received.ok()) return received;
  if (WIFSIGNALED(state)) return std::optional<int>(WTERMSIG(state));
  if (WEXITSTATUS(state) != 0) {
    return Failure(fmt::format("a process of this program ended with code {}", WEXITSTATUS(state)));
  }
  return std::optional<int>();
}

}  // namespace acc
