// SPDX-License-Identifier: BSD-3-Clause
#include "model/tflite/cut.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "model/cut.h"
#include "model/flatbuffer.h"

namespace acc::model::tflite {
namespace {

std::uint32_t ReadNumber(const std::vector<std::byte>& content, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, content.data() + at, sizeof(value));
  return value;
}

void WriteNumber(std::vector<std::byte>& content, std::size_t at, std::uint32_t value) {
  std::memcpy(content.data() + at, &value, sizeof(value));
}

// A copy of the file, changed in place: offsets of a FlatBuffer point forwards alone, so that what
// they point to cannot be listed anew behind it.
class Cutter {
 public:
  explicit Cutter(const File& file) : file_(file) {
    content_.assign(file.content().begin(), file.content().end());
    for (std::size_t i = 0; i < file.tensors().size(); ++i) {
      by_name_[file.tensors()[i].name] = static_cast<std::uint32_t>(i);
    }
  }

  Result<std::vector<std::byte>> Apply(const CutPlan& plan) {
    KeepOperators(plan.needed);
    ACC_RETURN_IF_ERROR(SetEnds(schema::SubGraph::VT_INPUTS, "inputs", plan.inputs));
    ACC_RETURN_IF_ERROR(SetEnds(schema::SubGraph::VT_OUTPUTS, "outputs", plan.outputs));
    return std::move(content_);
  }

 private:
  std::size_t PlaceOf(const void* part) const {
    return static_cast<std::size_t>(static_cast<const std::byte*>(part) - file_.content().data());
  }

  // The list gets shorter where it is; an entry that moves down is farther from what it points to.
  void KeepOperators(const std::vector<bool>& needed) {
    const std::size_t list = PlaceOf(file_.graph().operators());
    constexpr std::size_t kSize = sizeof(std::uint32_t);
    std::uint32_t kept = 0;
    for (std::size_t i = 0; i < needed.size(); ++i) {
      if (!needed[i]) continue;
      const std::size_t from = list + kSize * (i + 1);
      const std::size_t to = list + kSize * (std::size_t{kept} + 1);
      WriteNumber(content_, to, ReadNumber(content_, from) + static_cast<std::uint32_t>(from - to));
      ++kept;
    }
    WriteNumber(content_, list, kept);
  }

  Status SetEnds(::flatbuffers::voffset_t field, std::string_view what,
                 const std::vector<std::string>& tensors) {
    // The schema's classes hide their table.
    const auto* table = reinterpret_cast<const ::flatbuffers::Table*>(&file_.graph());
    const auto* address = table->GetAddressOf(field);
    if (address == nullptr) {
      return Failure(fmt::format("the file has no list of {}, so that it cannot be cut", what));
    }
    const std::size_t place = PlaceOf(address);
    const std::size_t list = (content_.size() + 3) / 4 * 4;
    content_.resize(list + sizeof(std::uint32_t) * (tensors.size() + 1));
    WriteNumber(content_, list, static_cast<std::uint32_t>(tensors.size()));
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      WriteNumber(content_, list + sizeof(std::uint32_t) * (i + 1), by_name_.at(tensors[i]));
    }
    WriteNumber(content_, place, static_cast<std::uint32_t>(list - place));
    return OkStatus();
  }

  const File& file_;
  std::vector<std::byte> content_;
  std::map<std::string, std::uint32_t> by_name_;
};

// Something else may lie over the lists that were changed; no program writes such a file.
Status CheckCut(const File& file, const CutPlan& plan) {
  const Graph outline = OutlineOf(file);
  const auto names = [](const std::vector<ValueInfo>& values) {
    std::vector<std::string> found;
    for (const ValueInfo& value : values) found.push_back(value.name);
    return found;
  };
  const auto kept = static_cast<std::size_t>(std::ranges::count(plan.needed, true));
  if (names(outline.inputs) == plan.inputs && names(outline.outputs) == plan.outputs &&
      outline.nodes.size() == kept) {
    return OkStatus();
  }
  return Failure("the lists of its graph overlap other parts of the file; export it again");
}

}  // namespace

Result<File> OpenCut(const std::filesystem::path& path, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(File file, File::Open(path));
  if (ends.inputs.empty()) return file;
  const std::string where = fmt::format("'{}'", Printable(path.native()));
  auto plan = PlanCut(OutlineOf(file), ends);
  if (!plan.ok()) return plan.status();
  if (ends.cut != nullptr) *ends.cut = plan->cut;
  if (plan->needed.empty()) return file;
  auto content = Cutter(file).Apply(*plan);
  if (!content.ok()) return content.status().WithContext(where);
  auto cut = File::Own(*std::move(content), file.name());
  if (!cut.ok()) return cut.status().WithContext(where);
  const Status checked = CheckCut(*cut, *plan);
  if (!checked.ok()) return checked.WithContext(where);
  return cut;
}

}  // namespace acc::model::tflite
