// SPDX-License-Identifier: BSD-3-Clause
// The list of input files: one line an inference, as Qualcomm's tools read it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "tensor/tensor.h"
#include "tensor/value_info.h"

namespace acc::store {

// "#a b" and "%c d" name output layers and tensors; other lines "name:=path name2:=path2", or a
// bare path for a model with one input. Blank lines are passed over.
struct InputList {
  struct Entry {
    std::string input;  // Empty for a bare path.
    std::filesystem::path file;
  };
  std::vector<std::string> output_layers;
  std::vector<std::string> output_tensors;
  std::vector<std::vector<Entry>> lines;
};

// Relative paths are taken from the list's own folder if they exist there, or else from the
// current folder. Fails for a list without a line, and for a file that does not exist, with its
// line.
Result<InputList> ReadInputList(const std::filesystem::path& path);

using NamedTensors = std::map<std::string, Tensor>;

// Reads a raw file as `type` and `dims`. Fails where its size is another, printing expected and
// found. With `file_type` (the type the file is in) another than `type`, the elements are
// converted.
Result<Tensor> ReadRaw(const std::filesystem::path& file, ElementType type, const Shape& dims,
                       ElementType file_type);

// What the user said of the files' element types.
struct FileTypes {
  bool native = false;                       // Every file holds its input's own type.
  std::map<std::string, ElementType> given;  // By input; wins over `native`, but in a list.
  // The files are those of an input list, and what was given was said of --input_tensor's own file:
  // a file of the list that has not that size is judged by itself.
  bool of_list = false;
};

// The type in which `file` holds `input`: what was said of it, or else float32, as Qualcomm's tools
// assume. A file that has not the size of float32 but that of the input's own type is read as that,
// and one of the size of int64 as that where the input has 32-bit integers, as converters leave of
// 64-bit ones, and all of them fit;
// where both sizes are equal (int32, uint32) and read as float32 it would hold denormal numbers or
// NaN, which no floats but small integers look like, the own type is taken too.
Result<ElementType> FileType(const std::filesystem::path& file, const ValueInfo& input,
                             const FileTypes& types);

// The tensors of one line for `inputs` (with static dims). Fails for an input that the line leaves
// out and for a name that is no input, with a suggestion.
Result<NamedTensors> ReadInputs(const std::vector<InputList::Entry>& line,
                                const std::vector<ValueInfo>& inputs, const FileTypes& types);

}  // namespace acc::store
