// SPDX-License-Identifier: BSD-3-Clause
#include "store/file_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/text.h"

namespace acc::store {
namespace {

// File systems take 255 bytes; the rest is for extensions such as ".bfloat16.raw".
constexpr std::size_t kMaxComponent = 224;
// PATH_MAX is 4,096 and counts the folder of the run too.
constexpr std::size_t kMaxPath = 2048;
// What is kept of a component or path that is cut.
constexpr std::size_t kCutLength = 120;

constexpr std::array<std::string_view, 8> kExtensions = {".raw",  ".json", ".csv", ".html",
                                                         ".xlsx", ".png",  ".txt", ".dlc"};

bool EndsLikeFile(std::string_view folder) {
  const std::string lower = ToLower(folder);
  return std::any_of(kExtensions.begin(), kExtensions.end(),
                     [&](std::string_view extension) { return lower.ends_with(extension); });
}

// Other systems drop a dot or blank at the end; this also covers "." and "..".
bool EndsInDotOrBlank(std::string_view component) {
  return component.ends_with('.') || component.ends_with(' ');
}

using Reserved = std::span<const std::string>;  // Names that a folder may not have.

std::string SafeComponent(std::string_view component, bool is_folder, Reserved reserved) {
  std::string safe(component);
  for (char& c : safe) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) c = '_';
  }
  safe = Printable(safe);
  if (safe.size() > kMaxComponent) safe = CutUtf8(safe, kCutLength);
  if (safe.empty()) return "_";
  if (EndsInDotOrBlank(safe)) safe.back() = '_';
  const bool is_reserved = std::ranges::count(reserved, ToLower(safe)) > 0;
  return is_folder && (EndsLikeFile(safe) || is_reserved) ? safe + "_" : safe;
}

std::string SafePath(std::string_view name, Reserved reserved, bool folders) {
  std::vector<std::string> components = Split(name, '/');
  for (std::size_t i = 0; i < components.size(); ++i) {
    components[i] = SafeComponent(components[i], folders || i + 1 < components.size(),
                                  i == 0 ? reserved : Reserved());
  }
  std::string path = Join(components, "/");
  if (path.size() <= kMaxPath) return path;
  std::replace(path.begin(), path.end(), '/', '_');
  return std::string(CutUtf8(path, kCutLength));
}

}  // namespace

bool FileNames::Take(const std::string& path) { return taken_.insert(ToLower(path)).second; }

std::string FileNames::PathFor(std::string_view tensor_name) {
  if (const auto known = path_of_.find(tensor_name); known != path_of_.end()) return known->second;
  const std::string_view name = tensor_name.substr(tensor_name.starts_with('/') ? 1 : 0);
  std::string path = SafePath(name, reserved_, folders_);
  if (path != name || !Take(path)) {
    // Two names may be made to have one hash: the number decides then.
    const std::string changed = fmt::format("{}~{:016x}", path, HashOf(tensor_name));
    path = changed;
    for (int number = 1; !Take(path); ++number) path = fmt::format("{}_{}", changed, number);
  }
  path_of_.emplace(tensor_name, path);
  return path;
}

bool StaysInside(std::string_view path) {
  if (path.find('\0') != std::string_view::npos) return false;
  const auto components = Split(path, '/');
  return std::none_of(components.begin(), components.end(), [](const std::string& component) {
    return component.empty() || component == "." || component == "..";
  });
}

}  // namespace acc::store
