// SPDX-License-Identifier: BSD-3-Clause
#include "features/shared/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>

#include "base/log.h"
#include "base/text.h"
#include "store/manifest.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

// <working_dir>/inference_engine/<time>/output/Result_0: a run lies at most so far below.
constexpr int kDeepest = 4;
// A name of a tensor may be nested as deep.
constexpr int kHighest = 16;

bool HasManifest(const fs::path& directory) {
  std::error_code ignored;
  return fs::exists(directory / "tensors.json", ignored);
}

bool IsResult(const fs::path& directory) {
  constexpr std::string_view kStem = "Result_";
  const std::string name = directory.filename().native();
  return name.starts_with(kStem) && name.size() > kStem.size() &&
         name.find_first_not_of("0123456789", kStem.size()) == std::string::npos;
}

// The entries of a directory in the order of their names.
std::vector<fs::directory_entry> EntriesOf(const fs::path& directory) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    entries.push_back(*entry);
  }
  std::ranges::sort(entries);
  return entries;
}

bool HoldsTensors(const fs::path& directory) {
  return std::ranges::any_of(EntriesOf(directory), [](const fs::directory_entry& entry) {
    return entry.path().extension() == ".raw";
  });
}

void CollectRuns(const fs::path& directory, int depth, std::vector<fs::path>& runs) {
  for (const fs::directory_entry& entry : EntriesOf(directory)) {
    std::error_code ignored;
    if (entry.is_symlink(ignored) || !entry.is_directory(ignored)) continue;
    if (HasManifest(entry.path()) || IsResult(entry.path())) {
      runs.push_back(entry.path());
    } else if (depth < kDeepest) {
      CollectRuns(entry.path(), depth + 1, runs);
    }
  }
}

// Whether the run says that one of its tensors lies in `inside`.
bool Describes(const fs::path& run, const fs::path& inside) {
  const auto manifest = store::ReadManifest(run);
  if (!manifest.ok()) return false;
  const std::string prefix = inside.lexically_relative(run).generic_string() + "/";
  return std::ranges::any_of(manifest->tensors, [&](const store::TensorRecord& tensor) {
    return tensor.file.starts_with(prefix);
  });
}

Status CheckNotInside(const fs::path& given) {
  std::error_code error;
  const fs::path whole = fs::weakly_canonical(given, error);
  fs::path above = whole;
  for (int level = 0; level < kHighest && above.has_relative_path(); ++level) {
    above = above.parent_path();
    if (HasManifest(above) && Describes(above, whole)) {
      return Failure(fmt::format(
          "'{}' lies inside a run and holds some of its tensors only. Give the run: '{}'.",
          Printable(given.native()), Printable(above.native())));
    }
  }
  return OkStatus();
}

std::vector<fs::path> NamesBelow(const fs::path& directory, const std::vector<fs::path>& runs) {
  std::vector<fs::path> names;
  for (const fs::path& run : runs) names.push_back(run.lexically_relative(directory));
  return names;
}

Status Ambiguous(const RunFolder& folder) {
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> names;
  for (const fs::path& run : folder.choices) {
    if (names.size() == kNamed) break;
    names.push_back("'" + Printable(run.native()) + "'");
  }
  return Failure(fmt::format(
      "'{}' holds {} runs: {}{}. Give the one to compare: of an inference_engine run, the "
      "Result_<number> whose line of the input list is the golden run's input.",
      Printable(folder.directory.native()), folder.choices.size(), Join(names, ", "),
      folder.choices.size() > kNamed ? ", …" : ""));
}

}  // namespace

Result<RunFolder> FindRunFolder(const fs::path& given) {
  std::error_code ignored;
  RunFolder folder{given, {}};
  if (HasManifest(given) || !fs::is_directory(given, ignored)) return folder;
  ACC_RETURN_IF_ERROR(CheckNotInside(given));
  std::vector<fs::path> runs;
  // Beside its results, a run keeps raw files of its inputs.
  if (const fs::path output = given / "output"; fs::is_directory(output, ignored)) {
    CollectRuns(output, 1, runs);
  }
  if (runs.empty() && !HoldsTensors(given)) CollectRuns(given, 1, runs);
  if (runs.size() == 1) {
    folder.directory = runs.front();
    LogInfo("'{}' is no run itself: '{}', the only one below it, is compared",
            Printable(given.native()), Printable(folder.directory.native()));
  } else {
    folder.choices = std::move(runs);
  }
  return folder;
}

Result<RunFolders> FindRunFolders(const fs::path& golden, const fs::path& target) {
  ACC_ASSIGN_OR_RETURN(const RunFolder first, FindRunFolder(golden));
  ACC_ASSIGN_OR_RETURN(const RunFolder second, FindRunFolder(target));
  const bool alike =
      NamesBelow(first.directory, first.choices) == NamesBelow(second.directory, second.choices);
  for (const RunFolder& folder : {first, second}) {
    if (!alike && !folder.choices.empty()) return Ambiguous(folder);
  }
  return RunFolders{first.directory, second.directory};
}

fs::path Resolved(const fs::path& path, const fs::path& working_dir) {
  std::error_code ignored;
  if (path.empty() || path.is_absolute() || fs::exists(path, ignored)) return path;
  const fs::path inside = working_dir / path;
  return fs::exists(inside, ignored) ? inside : path;
}

}  // namespace acc::features
