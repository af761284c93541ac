// SPDX-License-Identifier: BSD-3-Clause
// A TensorFlow Lite file prepared for a run that shows its tensors.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/ends.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/shape.h"

namespace acc::model {

namespace tflite {
class File;
}

class CapturableTflite {
 public:
  struct Tensor {
    std::string name;  // As in the graphs of OutlineTflite and ReadTflite.
    ElementType type = ElementType::kUndefined;
    Shape dims;  // Those that the file was made for.
    std::optional<TensorEncoding> encoding;
    // Made of constants alone by a change of type or density: runtimes may do it when they load the
    // model, and leave the tensor without its value.
    bool is_unpacked_constant = false;
  };

  // Cut as OutlineTflite does it, and fails as that.
  static Result<CapturableTflite> Open(const std::filesystem::path& path, const Ends& ends);
  // The same of a file's content; `name` for a graph that has none.
  static Result<CapturableTflite> Parse(std::string_view content, const std::string& name);

  // By the number that the runtime knows the tensor under.
  const std::vector<Tensor>& tensors() const { return tensors_; }
  // -1 for an unknown name.
  int Find(const std::string& tensor) const;
  const std::map<std::string, int>& custom_operators() const { return custom_operators_; }
  bool has_control_flow_bodies() const { return has_bodies_; }

  // The file with `tensors` as outputs besides its own: the runtime plans the memory of outputs so
  // that nothing overwrites them. Everything else is as it was, byte for byte. Fails where the file
  // would grow past the 2 GiB of a FlatBuffer, and where something else lies where its outputs are.
  Result<std::string> WithOutputs(std::span<const int> tensors) const;

 private:
  explicit CapturableTflite(tflite::File file);
  void MarkUnpackedConstants();

  std::shared_ptr<const tflite::File> file_;
  std::vector<Tensor> tensors_;
  std::map<std::string, int> by_name_;
  std::map<std::string, int> custom_operators_;
  std::vector<int> outputs_;
  std::size_t outputs_field_ = 0;  // Where in the file the offset of the outputs is.
  bool has_bodies_ = false;
};

}  // namespace acc::model
