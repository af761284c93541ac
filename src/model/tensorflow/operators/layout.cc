// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators/layout.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"

namespace acc::model::tensorflow {

Axes ToChannelFirst(std::size_t spatial) {
  Axes axes = {0, static_cast<std::int64_t>(spatial) + 1};
  for (std::size_t axis = 1; axis <= spatial; ++axis)
    axes.push_back(static_cast<std::int64_t>(axis));
  return axes;
}

Axes ToChannelLast(std::size_t spatial) {
  Axes axes = {0};
  for (std::size_t axis = 2; axis < spatial + 2; ++axis)
    axes.push_back(static_cast<std::int64_t>(axis));
  axes.push_back(1);
  return axes;
}

bool IsChannelFirst(Translation& t) {
  const std::string format = t.Text("data_format", "NHWC");
  const bool is_first = format == "NCHW" || format == "NCDHW";
  t.Check(is_first || format == "NHWC" || format == "NDHWC",
          fmt::format("its data_format '{}' is not supported", Printable(format)));
  return is_first;
}

std::string Image(Translation& t, std::size_t input, std::size_t spatial) {
  return IsChannelFirst(t) ? t.Input(input) : t.Moved(input, ToChannelFirst(spatial));
}

void MakeImage(Translation& t, std::size_t spatial, std::string_view op_type,
               std::vector<std::string> inputs, Attributes attributes) {
  if (IsChannelFirst(t)) return t.Make(op_type, std::move(inputs), std::move(attributes));
  MakeFromImage(t, spatial, t.Add(op_type, std::move(inputs), std::move(attributes)));
}

void MakeFromImage(Translation& t, std::size_t spatial, const std::string& value) {
  t.Make("Transpose", {value}, {{"perm", ToChannelLast(spatial)}});
}

Axes Spatial(Translation& t, const char* attribute, std::size_t spatial) {
  const Axes all = t.IntList(attribute);
  if (all.empty()) return Axes(spatial, 1);
  if (!t.Check(all.size() == spatial + 2, fmt::format("its {} has {} numbers instead of {}",
                                                      attribute, all.size(), spatial + 2))) {
    return Axes(spatial, 1);
  }
  const bool first = IsChannelFirst(t);
  t.Check(all.front() == 1 && (first ? all[1] : all.back()) == 1,
          fmt::format("its {} across batch or channels is not supported", attribute));
  const auto begin = all.begin() + (first ? 2 : 1);
  return {begin, begin + static_cast<std::ptrdiff_t>(spatial)};
}

namespace {

// What SAME adds to a window that moves by single steps: all of the window but one place.
std::optional<Axes> SinglePads(const Axes& kernel, const Attributes& attributes) {
  const auto numbers = [&](const char* name) {
    const auto found = attributes.find(name);
    return found == attributes.end() ? Axes(kernel.size(), 1) : std::get<Axes>(found->second);
  };
  const Axes strides = numbers("strides");
  const Axes dilations = numbers("dilations");
  Axes pads(2 * kernel.size());
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    if (strides[axis] != 1) return std::nullopt;
    const std::int64_t added = (kernel[axis] - 1) * dilations[axis];
    pads[axis] = added / 2;
    pads[axis + kernel.size()] = added - added / 2;
  }
  return pads.empty() ? std::nullopt : std::optional(pads);
}

}  // namespace

void SetPadding(Translation& t, const Axes& kernel, Attributes& attributes) {
  const std::string padding = t.Text("padding", "VALID");
  if (padding == "VALID") {
    attributes["auto_pad"] = "VALID";
  } else if (padding == "SAME") {
    const auto pads = SinglePads(kernel, attributes);
    if (pads) {
      attributes["pads"] = *pads;
    } else {
      attributes["auto_pad"] = "SAME_UPPER";
    }
  } else {
    const std::size_t spatial = std::get<Axes>(attributes.at("strides")).size();
    const Axes pairs = t.IntList("explicit_paddings");
    if (!t.Check(padding == "EXPLICIT" && pairs.size() == 2 * (spatial + 2),
                 fmt::format("its padding '{}' is not supported", Printable(padding)))) {
      return;
    }
    Axes pads;
    for (const std::size_t side : {0, 1}) {
      for (std::size_t axis = 0; axis < spatial; ++axis) {
        pads.push_back(pairs[2 * (axis + (IsChannelFirst(t) ? 2 : 1)) + side]);
      }
    }
    attributes["pads"] = pads;
  }
}

}  // namespace acc::model::tensorflow
