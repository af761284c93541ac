// SPDX-License-Identifier: BSD-3-Clause
#include "model/file_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace acc::model {
namespace {

struct Signature {
  std::size_t place;
  std::string_view bytes;
  FileKind kind;
};

constexpr Signature kSignatures[] = {
    {4, "TFL3", {"a TensorFlow Lite model", "tflite"}},
    {4, "TFL2", {"a model of a TensorFlow Lite that was never released", ""}},
    {4, "ORTM", {"a model in ONNX Runtime's own format", ""}},
    {0, "\xD5\x0A", {"a record of a DLC outside of its ZIP archive", ""}},
    {4, "NETD", {"a record of a DLC outside of its ZIP archive", ""}},
    {4, "NETP", {"a record of a DLC outside of its ZIP archive", ""}},
    {0, "PK\x03\x04", {"a ZIP archive, such as DLC, Keras and task bundle files", ""}},
    {0, "\x89HDF\r\n", {"an HDF5 file, such as Keras models", ""}},
    {0, "\x80\x02", {"a pickled Python object", ""}},
    {0, "\x80\x04", {"a pickled Python object", ""}},
    {0, "\x1F\x8B", {"a gzip archive", ""}},
    {257, "ustar", {"a tar archive", ""}},
    {0,
     "\x7F"
     "ELF",
     {"a program or library, such as QNN's model libraries (.so)", ""}},
    {0, "node {", {"a TensorFlow graph in text form, which has to be written in binary form", ""}},
    {0, "{", {"a JSON file", ""}},
    {0, "<", {"an HTML or XML file: was a web page downloaded instead of the model?", ""}},
    {0,
     "version https://git-lfs",
     {"a pointer of Git LFS: fetch the file itself with 'git lfs pull'", ""}},
    // Its schema's version, then graphs.
    {0, "\x08\x01\x12", {"a TensorFlow SavedModel, which has to be converted first", ""}},
};

bool LooksLikeTensorflow(std::string_view content) {
  // Field 1 of GraphDef, a NodeDef, which begins with field 1, its name.
  if (content.size() < 3 || content[0] != '\x0a') return false;
  std::size_t place = 1;
  while (place < content.size() && (content[place] & 0x80) != 0) ++place;
  return place + 1 < content.size() && content[place + 1] == '\x0a';
}

}  // namespace

bool LooksLikeOnnx(std::string_view content) {
  // Field 1 of ModelProto, ir_version, as a one-byte number, then the tag of a further field.
  constexpr std::string_view kFollowing("\x12\x1a\x22\x28\x32\x3a\x42\x72", 8);
  return content.size() >= 3 && content[0] == 0x08 && content[1] > 0 &&
         kFollowing.find(content[2]) != std::string_view::npos;
}

std::optional<FileKind> KindOf(std::string_view content) {
  const auto* found = std::ranges::find_if(kSignatures, [&](const Signature& signature) {
    return content.substr(std::min(signature.place, content.size())).starts_with(signature.bytes);
  });
  if (found != std::end(kSignatures)) return found->kind;
  if (LooksLikeOnnx(content)) return FileKind{"an ONNX model", "onnx"};
  if (LooksLikeTensorflow(content)) return FileKind{"a frozen TensorFlow graph", "tensorflow"};
  return std::nullopt;
}

std::string ForeignFile(std::string_view content, std::string_view next) {
  if (content.empty()) return fmt::format("it is empty. {}", next);
  const auto kind = KindOf(content);
  if (!kind) return {};
  if (kind->framework.empty()) return fmt::format("it is {}. {}", kind->what, next);
  return fmt::format("it is {}. Give --framework {}", kind->what, kind->framework);
}

}  // namespace acc::model
