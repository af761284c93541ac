// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/golden_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <span>

#include "base/files.h"
#include "base/text.h"
#include "features/shared/noise_sums.h"
#include "features/source_model/quantization.h"
#include "match/names.h"
#include "store/manifest.h"
#include "tensor/layout.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

// A float32 file's elements; nothing where it holds another number of them than `count`.
Result<std::optional<std::vector<float>>> ReadGolden(const fs::path& file, std::size_t count) {
  ACC_ASSIGN_OR_RETURN(const auto mapped, MappedFile::Open(file));
  if (mapped.bytes().size() != count * sizeof(float)) return std::optional<std::vector<float>>();
  std::vector<float> values(count);
  std::ranges::copy(mapped.bytes(), std::as_writable_bytes(std::span(values)).begin());
  return std::optional(std::move(values));
}

// Files of golden tensors by the target's names.
std::map<std::string, fs::path> FilesOf(const CheckedGraph& graph, const store::Manifest& golden,
                                        const fs::path& directory) {
  std::map<std::string, fs::path> by_key;
  for (const store::TensorRecord& tensor : golden.tensors) {
    by_key[match::PortKey(tensor.name)] = directory / tensor.file;
  }
  std::map<std::string, fs::path> files;
  for (const auto& [name, tensor] : graph.target.tensors) {
    const bool is_float = tensor.info.type == ElementType::kFloat32;
    if (tensor.source.empty() || !is_float) continue;
    const auto file = by_key.find(match::PortKey(tensor.source));
    if (file != by_key.end()) files[name] = file->second;
  }
  return files;
}

Result<bool> IsGoldenLine(const std::map<std::string, fs::path>& files, const InputLines& lines,
                          std::size_t line) {
  ACC_ASSIGN_OR_RETURN(const auto inputs, lines.Read(line));
  bool is_known = false;
  for (const auto& [name, tensor] : inputs) {
    const auto file = files.find(name);
    if (file == files.end()) continue;
    ACC_ASSIGN_OR_RETURN(const auto values, ToFloats(tensor.view()));
    ACC_ASSIGN_OR_RETURN(const auto golden, ReadGolden(file->second, values.size()));
    if (!golden || *golden != values) return false;
    is_known = true;
  }
  return is_known;
}

// A tensor's elements in the source's order: the graph holds a channel-last source's images
// channel-first.
Result<std::vector<float>> InSourceOrder(const TensorView& value, AxisOrder held) {
  ACC_ASSIGN_OR_RETURN(std::vector<float> values, ToFloats(value));
  const Permutation back = Between(held, AxisOrder::kSource, value.dims.size());
  if (IsIdentity(back)) return values;
  std::vector<float> permuted(values.size());
  ACC_RETURN_IF_ERROR(PermuteElements(std::as_bytes(std::span(values)), value.dims, back,
                                      sizeof(float), std::as_writable_bytes(std::span(permuted))));
  return permuted;
}

struct Worst {
  std::size_t compared = 0;
  double sqnr_db = std::numeric_limits<double>::infinity();
  std::string tensor;
};

Result<Worst> CompareLine(const std::map<std::string, fs::path>& files, const CheckedGraph& graph,
                          const InputLines& lines, std::size_t line, std::uint64_t budget) {
  std::vector<std::string> tensors;
  for (const auto& [name, file] : files) tensors.push_back(name);
  Worst worst;
  std::mutex mutex;
  const auto compare = [&](std::size_t, const std::string& tensor,
                           const TensorView& value) -> Status {
    ACC_ASSIGN_OR_RETURN(const auto values,
                         InSourceOrder(value, graph.target.tensors.at(tensor).held));
    ACC_ASSIGN_OR_RETURN(const auto golden, ReadGolden(files.at(tensor), values.size()));
    if (!golden) return OkStatus();
    const double sqnr = SumsOf(*golden, values).sqnr_db();
    const std::lock_guard lock(mutex);
    ++worst.compared;
    if (std::isnan(sqnr)) return OkStatus();  // Zeros on both sides.
    // By name where two are equal, whatever thread comes first.
    if (std::pair(sqnr, tensor) < std::pair(worst.sqnr_db, worst.tensor) || worst.tensor.empty()) {
      worst.sqnr_db = sqnr;
      worst.tensor = tensor;
    }
    return OkStatus();
  };
  ACC_RETURN_IF_ERROR(
      RunFloat(graph.target, tensors, lines, {line, 1}, budget, compare, "comparison"));
  return worst;
}

}  // namespace

Result<std::string> CompareWithGoldens(const fs::path& directory, const CheckedGraph& graph,
                                       const InputLines& lines, std::uint64_t memory_budget_bytes) {
  ACC_ASSIGN_OR_RETURN(const store::Manifest golden, store::ListTensors(directory));
  const auto files = FilesOf(graph, golden, directory);
  for (std::size_t line = 0; line < lines.size(); ++line) {
    ACC_ASSIGN_OR_RETURN(const bool is_golden, IsGoldenLine(files, lines, line));
    if (!is_golden) continue;
    ACC_ASSIGN_OR_RETURN(const Worst worst,
                         CompareLine(files, graph, lines, line, memory_budget_bytes));
    constexpr double kFaithfulDb = 60;
    return fmt::format(
        "Against the golden outputs, the converted model in float: {} compared, the lowest "
        "{:.1f} dB at '{}'.{}",
        Counted(worst.compared, "tensor"), worst.sqnr_db, Printable(worst.tensor),
        worst.sqnr_db < kFaithfulDb
            ? " That is no error of quantization: look at the conversion first."
            : "");
  }
  return fmt::format(
      "The golden outputs in {} are not used: no line of the input list has the golden run's "
      "inputs.",
      Printable(directory.native()));
}

}  // namespace acc::features
