// SPDX-License-Identifier: BSD-3-Clause
// File names for tensors, whatever the tensors are called.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acc::store {

// The folder that holds exact copies of tensors that are not float32.
inline constexpr std::string_view kNativeFolder = "native";
// The folder that holds them as float32 where <tensor>.raw is the exact copy.
inline constexpr std::string_view kFloatFolder = "float32";

// Turns tensor names into file names that stay inside the run and differ from each other, also
// where the names are "../x", "/etc/x", hold NUL or other control bytes, are 5,000 characters long
// or differ only in the case of ASCII letters. "/" makes a folder, as in "inception_3a/1x1/bn.raw";
// an ordinary name is kept as it is, but for one leading "/". Any other name is changed: its bad
// parts become "_", and "~" and a hash of the whole name are appended.
//
// No folder made here ends in an extension of files of a run (".raw", ".json", …), so that
// "a.raw/b" has room beside "a", and none at the top is called "native" or "float32".
class FileNames {
 public:
  // Every tensor gets a file, beside which kNativeFolder and kFloatFolder may lie.
  FileNames() : reserved_{std::string(kNativeFolder), std::string(kFloatFolder)} {}
  // Every tensor gets a folder of its own, none of which is called `reserved` at the top.
  static FileNames OfFolders(std::string_view reserved) { return {{std::string(reserved)}, true}; }

  // The path relative to the run, without an extension; the same for the same name.
  std::string PathFor(std::string_view tensor_name);

 private:
  FileNames(std::vector<std::string> reserved, bool folders)
      : reserved_(std::move(reserved)), folders_(folders) {}
  bool Take(const std::string& path);

  std::vector<std::string> reserved_;  // In lower case.
  bool folders_ = false;
  std::map<std::string, std::string, std::less<>> path_of_;
  std::set<std::string> taken_;  // In lower case.
};

// Whether `path`, relative to a folder, names something below it: not empty, not absolute, without
// "..", "." and empty components and without NUL. Symbolic links are not looked at.
bool StaysInside(std::string_view path);

}  // namespace acc::store
