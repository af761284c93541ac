// SPDX-License-Identifier: BSD-3-Clause
// Where libraries that are opened at run time, and files of the packages they come in, may lie: the
// tree that this program is installed in, the active Python environment, the system. Never the
// current folder or one above it: whoever may write there could have code run in another user's
// name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"

namespace acc {

// The folder that a program, given with its whole path, was installed or built into: above `bin`,
// above the build folder of a checkout, otherwise the program's own folder.
std::filesystem::path TreeOf(const std::filesystem::path& program);

// `inside` in this program's tree; nothing where it is not there.
std::optional<std::filesystem::path> InOwnTree(const std::filesystem::path& inside);

// The existing folders in which Python packages lie, the preferred first: of `.venv` in this
// program's tree, of the tree itself, of the active environment (VIRTUAL_ENV, CONDA_PREFIX).
std::vector<std::filesystem::path> PythonPackages();

// The command that installs what is missing: `in_checkout`, or `of_wheel` where this program was
// installed as a wheel (scripts/wheel).
std::string InstallCommand(std::string in_checkout, std::string of_wheel);

// A file of a Python package, such as "onnxruntime_qnn/libQnnHtp.so", in those folders. Where the
// environment variable `variable` is set, it holds the package's folder, and no other is looked at.
// `install` is the command that a failure recommends; it lists the places that were tried.
Result<std::filesystem::path> FindPackageFile(const std::string& file, const char* variable,
                                              const std::string& install);

// The failure to open any library of `product`: the command `install` and the variable that names a
// file are the ways out; `tried` has a line "\n  file: why" for each candidate.
Status NoLibrary(const std::string& product, const std::string& install, const char* variable,
                 const std::string& tried);

// A library as it was opened.
struct OpenedLibrary {
  std::string name;     // "ONNX Runtime"
  std::string version;  // Empty where the library does not tell.
  std::filesystem::path file;
};

// The file that the loaded code or data at `address` comes from, with its whole path; `otherwise`
// where that is unknown.
std::filesystem::path FileOfSymbol(const void* address, const std::filesystem::path& otherwise);

}  // namespace acc
