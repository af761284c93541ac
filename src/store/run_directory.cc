// SPDX-License-Identifier: BSD-3-Clause
#include "store/run_directory.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <system_error>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "base/temporary_file.h"
#include "base/text.h"
#include "store/file_names.h"

namespace acc::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLatest = "latest";
constexpr const char* kFileList = ".run_files.json";

std::string TimeStamp() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%d_%H-%M-%S", &local);
  return {text.data(), length};
}

// mkdir(2) decides which of two runs that start together gets the name.
Result<fs::path> CreateTimeStamped(const fs::path& feature) {
  constexpr int kMaxTries = 10000;
  const std::string stamp = TimeStamp();
  for (int number = 0; number < kMaxTries; ++number) {
    const fs::path path = feature / (number == 0 ? stamp : fmt::format("{}_{}", stamp, number));
    if (mkdir(path.c_str(), 0777) == 0) return path;
    if (errno != EEXIST) {
      return Failure(fmt::format("cannot create the folder {}: {}", Quoted(path),
                                 std::generic_category().message(errno)));
    }
  }
  return Failure(fmt::format("{} holds too many runs of this second", Quoted(feature)));
}

Status CheckName(const std::string& name) {
  constexpr std::size_t kMaxLength = 255;
  const bool good = StaysInside(name) && name.find('/') == std::string::npos && name != kLatest &&
                    name.size() <= kMaxLength && Printable(name) == name;
  if (good) return OkStatus();
  return UsageError(
      fmt::format("--output_dirname '{}' is no name for a folder. Give one name "
                  "without '/', other than '.', '..' and '{}'.",
                  Printable(name), kLatest));
}

// All files below `folder`, relative to it; links are listed, not followed.
std::set<std::string> FilesBelow(const fs::path& folder) {
  std::set<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    const bool is_mark = entry->path() == folder / kRunMark;
    if (!is_mark && (entry->is_symlink(ignored) || !entry->is_directory(ignored))) {
      files.insert(entry->path().lexically_relative(folder).generic_string());
    }
  }
  return files;
}

// Removes `file` of the run and the folders that it leaves empty. Where a folder on the way is a
// symbolic link, the file is not the run's, whatever the list says.
void RemoveFile(const fs::path& folder, const fs::path& file) {
  std::error_code ignored;
  fs::path on_the_way = folder;
  for (const fs::path& component : file.parent_path()) {
    on_the_way /= component;
    if (fs::is_symlink(on_the_way, ignored)) return;
  }
  if (unlink((folder / file).c_str()) != 0) return;
  for (fs::path parent = file.parent_path(); !parent.empty(); parent = parent.parent_path()) {
    if (rmdir((folder / parent).c_str()) != 0) return;
  }
}

Result<std::vector<std::string>> ReadFileList(const fs::path& folder) {
  const Result<Json> json = ReadJson(folder / kFileList);
  std::vector<std::string> files;
  bool good = json.ok() && json->is_array();
  if (good) {
    for (const Json& entry : *json) {
      good = good && entry.is_string() && StaysInside(entry.get<std::string>());
      if (good) files.push_back(entry.get<std::string>());
    }
  }
  if (good) return files;
  return UsageError(
      fmt::format("{} holds files that are not known to be of a finished run of this "
                  "program. Remove the folder or choose another --output_dirname.",
                  Quoted(folder)));
}

// Makes room in an existing folder for a new run and marks it. The folder is no run any more once
// its first file goes, and must not be the latest one then.
Status RemoveEarlierRun(const fs::path& folder, const RunMark& mark) {
  std::error_code error;
  if (FilesBelow(folder).empty()) return mark.Set();
  ACC_ASSIGN_OR_RETURN(const std::vector<std::string> files, ReadFileList(folder));
  const fs::path latest = folder.parent_path() / kLatest;
  if (fs::equivalent(latest, folder, error)) unlink(latest.c_str());
  ACC_RETURN_IF_ERROR(mark.Set());
  for (const std::string& file : files) RemoveFile(folder, file);
  unlink((folder / kFileList).c_str());
  return OkStatus();
}

// A killed run left no list of its files, so that nothing tells them from the user's: the folder is
// kept under another name.
Result<fs::path> SetAside(const fs::path& folder) {
  constexpr int kMaxTries = 10000;
  for (int number = 1; number < kMaxTries; ++number) {
    const fs::path aside =
        folder.parent_path() / fmt::format("{}_unfinished_{}", folder.filename().native(), number);
    std::error_code error;
    if (fs::exists(fs::symlink_status(aside, error))) continue;
    fs::rename(folder, aside, error);
    if (!error) return aside;
    return Failure(
        fmt::format("cannot rename {} to {}: {}", Quoted(folder), Quoted(aside), error.message()));
  }
  return Failure(fmt::format("{} holds too many runs that did not end. Remove some.",
                             Quoted(folder.parent_path())));
}

// The folder of that name with nothing of an earlier run in it, and this run's mark.
Result<RunMark> MakeRoom(const fs::path& path) {
  ACC_RETURN_IF_ERROR(CreateFolders(path));
  ACC_ASSIGN_OR_RETURN(RunMark mark, RunMark::Claim(path));
  std::error_code error;
  if (mark.was_there() && !fs::exists(path / kFileList, error) && !FilesBelow(path).empty()) {
    ACC_ASSIGN_OR_RETURN(const fs::path aside, SetAside(path));
    LogWarn("{} is of a run that was killed; it is kept as {}", Quoted(path), Quoted(aside));
    mark = RunMark();
    ACC_RETURN_IF_ERROR(CreateFolders(path));
    ACC_ASSIGN_OR_RETURN(mark, RunMark::Claim(path));
  }
  const Status removed = RemoveEarlierRun(path, mark);
  if (removed.ok()) return Result<RunMark>(std::move(mark));
  if (!mark.was_there()) mark.Remove();
  return removed;
}

Result<fs::path> NamedPath(const fs::path& feature, const std::string& name) {
  ACC_RETURN_IF_ERROR(CheckName(name));
  fs::path path = feature / name;
  std::error_code error;
  if (!fs::exists(path, error) || fs::is_directory(path, error)) return path;
  return UsageError(
      fmt::format("{} is a file, not a folder. Choose another --output_dirname.", Quoted(path)));
}

// A folder of that name would let a run go on for an hour and then fail.
Status CheckLatest(const fs::path& latest) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(latest, error)) || fs::is_symlink(latest, error)) {
    return OkStatus();
  }
  return UsageError(
      fmt::format("{} is in the way of the link to the latest run. Move it or choose "
                  "another --working_dir.",
                  Quoted(latest)));
}

bool MeansNoLinksHere(int error) {
  return error == EPERM || error == EOPNOTSUPP || error == ENOSYS || error == EINVAL;
}

}  // namespace

Result<RunDirectory> RunDirectory::Create(const RunDirectoryOptions& options) {
  const fs::path feature = options.working_dir / options.feature;
  ACC_RETURN_IF_ERROR(CreateFolders(feature));
  if (options.link_latest) ACC_RETURN_IF_ERROR(CheckLatest(feature / kLatest));
  RunDirectory run;
  run.link_latest_ = options.link_latest;
  if (options.output_dirname.empty()) {
    ACC_ASSIGN_OR_RETURN(run.path_, CreateTimeStamped(feature));
    ACC_ASSIGN_OR_RETURN(run.mark_, RunMark::Take(run.path_));
  } else {
    ACC_ASSIGN_OR_RETURN(const fs::path named, NamedPath(feature, options.output_dirname));
    ACC_ASSIGN_OR_RETURN(run.mark_, MakeRoom(named));
    run.foreign_files_ = FilesBelow(named);
    run.is_named_ = true;
    run.path_ = named;
  }
  return Result<RunDirectory>(std::move(run));
}

RunDirectory::RunDirectory(RunDirectory&& other) noexcept
    // The path stays readable in `other`; the duty to write the list moves.
    : path_(other.path_),  // NOLINT(performance-move-constructor-init)
      link_latest_(other.link_latest_),
      is_named_(std::exchange(other.is_named_, false)),
      foreign_files_(std::move(other.foreign_files_)),
      mark_(std::move(other.mark_)) {}

RunDirectory::~RunDirectory() {
  if (!is_named_) return;
  try {
    const Status written = WriteFileList();
    if (!written.ok()) LogDebug("{}", written.message());
  } catch (...) {
    // Out of memory: without the list, the next run of this name removes less.
    return;
  }
}

Status RunDirectory::WriteFileList() const {
  Json list = Json::array();
  for (const std::string& file : FilesBelow(path_)) {
    if (!foreign_files_.contains(file) && file != kFileList) list.push_back(file);
  }
  return WriteJson(path_ / kFileList, list);
}

Status RunDirectory::LinkEntries() const {
  const fs::path feature = path_.parent_path();
  std::error_code error;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(feature, error)) {
    const fs::path target = fs::read_symlink(entry.path(), error);
    if (!error && target.parent_path() == kLatest) old.push_back(entry.path());
  }
  for (const fs::path& link : old) unlink(link.c_str());
  for (const auto& entry : fs::directory_iterator(path_, error)) {
    const fs::path name = entry.path().filename();
    if (name == kFileList || name == kRunMark) continue;
    const fs::path link = feature / name;
    if (symlink((fs::path(kLatest) / name).c_str(), link.c_str()) == 0 || errno == EEXIST) continue;
    LogWarn("cannot make the link {}: {}", Quoted(link), std::generic_category().message(errno));
    return OkStatus();
  }
  return OkStatus();
}

Status RunDirectory::Finish() {
  // While the mark's lock keeps a next run of this name out.
  if (std::exchange(is_named_, false)) ACC_RETURN_IF_ERROR(WriteFileList());
  mark_.Remove();
  if (!link_latest_) return OkStatus();
  const fs::path feature = path_.parent_path();
  TemporaryFile temporary = TemporaryFile::Beside(feature / kLatest);
  const int error = symlink(path_.filename().c_str(), temporary.path().c_str()) == 0
                        ? temporary.MoveTo(feature / kLatest)
                        : errno;
  if (error == 0) return OkStatus();
  const std::string message =
      fmt::format("cannot make the link {} to {}: {}", Quoted(feature / kLatest),
                  Quoted(path_.filename()), std::generic_category().message(error));
  if (!MeansNoLinksHere(error)) return Failure(message);
  LogWarn("{}", message);
  return OkStatus();
}

}  // namespace acc::store
