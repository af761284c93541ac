// SPDX-License-Identifier: BSD-3-Clause
#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/terminal.h"
#include "base/text.h"

namespace acc {
namespace {

std::atomic<bool> verbose_on{false};

struct OpenFiles {
  std::mutex mutex;
  std::map<int, std::unique_ptr<spdlog::logger>> loggers;
  int next_id = 0;
  // What was said before the run had its folder: the first file gets it.
  std::vector<std::pair<LogLevel, std::string>> early;
};

constexpr std::size_t kMostEarlyLines = 1000;

// Never destroyed: threads of a runtime may still log while the process ends.
OpenFiles& Files() {
  static OpenFiles* files = new OpenFiles;
  return *files;
}

spdlog::level::level_enum SpdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return spdlog::level::debug;
    case LogLevel::kInfo: return spdlog::level::info;
    case LogLevel::kWarn: return spdlog::level::warn;
  }
  return spdlog::level::info;
}

std::unique_ptr<spdlog::logger> OpenLogger(const std::filesystem::path& path) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.native(), true);
  auto logger = std::make_unique<spdlog::logger>("", std::move(sink));
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %-7l %v");
  logger->set_level(spdlog::level::debug);
  logger->flush_on(spdlog::level::debug);  // A run that is killed keeps the lines before.
  // A disk that fills up must not print one complaint a line; the run's own files will fail.
  logger->set_error_handler([](const std::string&) {});
  return logger;
}

}  // namespace

void Log(LogLevel level, std::string_view message) {
  const std::string line = PrintableLines(message);
  if (level != LogLevel::kDebug || verbose_on) {
    WriteLine((level == LogLevel::kWarn ? "warning: " : "") + line);
  }
  OpenFiles& files = Files();
  const std::lock_guard lock(files.mutex);
  if (files.loggers.empty()) {
    if (files.early.size() < kMostEarlyLines) files.early.emplace_back(level, line);
    return;
  }
  for (const auto& [id, logger] : files.loggers) logger->log(SpdlogLevel(level), line);
}

void SetVerbose(bool verbose) { verbose_on = verbose; }

Result<LogFile> LogFile::Open(const std::filesystem::path& path) {
  ACC_RETURN_IF_ERROR(WriteFile(path, std::string_view()));
  OpenFiles& files = Files();
  const std::lock_guard lock(files.mutex);
  try {
    files.loggers.emplace(files.next_id, OpenLogger(path));
  } catch (const std::exception& exception) {
    return Failure(fmt::format("cannot write the log '{}': {}", Printable(path.native()),
                               Printable(exception.what())));
  }
  for (const auto& [level, line] : files.early) {
    files.loggers.at(files.next_id)->log(SpdlogLevel(level), line);
  }
  files.early.clear();
  return LogFile(files.next_id++);
}

void LogFile::Write(LogLevel level, std::string_view message) const {
  OpenFiles& files = Files();
  const std::lock_guard lock(files.mutex);
  const auto logger = files.loggers.find(id_);
  if (logger != files.loggers.end())
    logger->second->log(SpdlogLevel(level), PrintableLines(message));
}

LogFile::LogFile(LogFile&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

LogFile& LogFile::operator=(LogFile&& other) noexcept {
  std::swap(id_, other.id_);
  return *this;
}

LogFile::~LogFile() {
  if (id_ < 0) return;
  OpenFiles& files = Files();
  const std::lock_guard lock(files.mutex);
  files.loggers.erase(id_);
}

}  // namespace acc
