// SPDX-License-Identifier: BSD-3-Clause
// What a file is that a reader was given by mistake.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace acc::model {

struct FileKind {
  std::string_view what;       // "an HDF5 file, such as Keras models", for "it is …".
  std::string_view framework;  // Whose reader takes it; empty for none.
};

// Told from the bytes that it begins with.
bool LooksLikeOnnx(std::string_view content);

// Told from the bytes that it begins with. Nothing for an unknown kind.
std::optional<FileKind> KindOf(std::string_view content);

// "it is …", and what to do: `next` (a sentence without its full stop), or to give the framework
// whose model it is. Empty for an unknown kind.
std::string ForeignFile(std::string_view content, std::string_view next);

}  // namespace acc::model
