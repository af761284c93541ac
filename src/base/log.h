// SPDX-License-Identifier: BSD-3-Clause
// What the user reads while a run goes on: lines on stderr, all of them also in the run's log.txt.
// Levels: Debug only with --verbose on stderr (always in log.txt), Info, Warn. Failures are not
// logged here; they are returned and printed once by main.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace acc {

enum class LogLevel { kDebug, kInfo, kWarn };

void Log(LogLevel level, std::string_view message);

template <typename... Args>
void LogDebug(fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kDebug, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogInfo(fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kInfo, fmt::format(format, std::forward<Args>(args)...));
}
template <typename... Args>
void LogWarn(fmt::format_string<Args...> format, Args&&... args) {
  Log(LogLevel::kWarn, fmt::format(format, std::forward<Args>(args)...));
}

// Debug lines reach stderr too.
void SetVerbose(bool verbose);

// While it lives, every line is also written to `path`, and first those that no file got. Nests:
// a wrapper's log and a feature's log receive the same lines.
class LogFile {
 public:
  static Result<LogFile> Open(const std::filesystem::path& path);
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&& other) noexcept;
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  // Into this file alone: for what the terminal gets in another way, such as a result on stdout.
  void Write(LogLevel level, std::string_view message) const;

 private:
  explicit LogFile(int id) : id_(id) {}
  int id_ = -1;
};

}  // namespace acc
