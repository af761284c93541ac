// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tensorflow/quiet.h"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>

#include "base/log.h"
#include "base/text.h"

namespace acc::golden::tensorflow {

StderrToLog::StderrToLog() {
  held_back_ = memfd_create("stderr", MFD_CLOEXEC);
  if (held_back_ < 0) return;
  terminal_ = dup(STDERR_FILENO);
  if (terminal_ >= 0) dup2(held_back_, STDERR_FILENO);
}

StderrToLog::~StderrToLog() {
  if (held_back_ < 0) return;
  if (terminal_ >= 0) {
    dup2(terminal_, STDERR_FILENO);
    close(terminal_);
  }
  std::string text;
  std::array<char, 4096> block;
  lseek(held_back_, 0, SEEK_SET);
  for (ssize_t size = 0; (size = read(held_back_, block.data(), block.size())) > 0;) {
    text.append(block.data(), static_cast<std::size_t>(size));
  }
  close(held_back_);
  for (const std::string& line : Split(text, '\n')) {
    if (!line.empty()) LogDebug("TensorFlow: {}", Printable(line));
  }
}

}  // namespace acc::golden::tensorflow
