// SPDX-License-Identifier: BSD-3-Clause
// Windows that slide over an image: strides, dilations, padding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dlc/from_graph/builder.h"
#include "model/graph.h"

namespace acc::dlc {

// One entry for each spatial axis. QNN has windows of two and three axes; along a single one the
// image gets a height of 1.
struct Window {
  std::vector<std::int64_t> kernel;
  std::vector<std::int64_t> strides;
  std::vector<std::int64_t> dilations;
  std::vector<std::int64_t> pads;  // Before and after, axis by axis.
  bool one_axis = false;

  std::size_t axes() const { return kernel.size(); }
};

// Of an operator whose first input and output are images of rank 3, 4 or 5; nothing for others and
// for attributes that do not fit. `kernel` has the spatial axes only.
std::optional<Window> WindowOf(const Source& source, const model::Node& node,
                               std::vector<std::int64_t> kernel);

// Whether a dilation is not 1.
bool IsDilated(const Window& window);

// "Conv" to "Conv2d" or "Conv3d".
std::string TypeFor(std::string_view stem, const Window& window);

// The image to read, and where to write it: both of WithHeight() dims.
std::string ReadImage(Builder& builder, const std::string& tensor, const Window& window);
class ImageOutput {
 public:
  ImageOutput(Builder& builder, std::string tensor, const Window& window);
  const std::string& name() const { return name_; }
  void Finish();  // After the node that writes it.

 private:
  Builder& builder_;
  std::string tensor_;
  std::string name_;
  bool reshaped_;
};

// "stride", "pad_amount", "dilation".
Attribute Strides(Builder& builder, const Window& window);
Attribute Pads(Builder& builder, const Window& window);
Attribute Dilations(Builder& builder, const Window& window);

}  // namespace acc::dlc
