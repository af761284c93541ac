// SPDX-License-Identifier: BSD-3-Clause
#include "features/target_run/static_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "dlc/read.h"
#include "dlc/to_graph/axis_orders.h"
#include "dlc/to_graph/to_graph.h"
#include "features/source_model/conversion.h"
#include "features/source_model/quantization.h"
#include "features/target_run/dlc_graph_struct.h"
#include "match/names.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

Status CheckKind(const fs::path& path) {
  constexpr std::string_view kLibraries[] = {".so", ".dll", ".bin", ".cpp"};
  if (std::ranges::find(kLibraries, ToLower(path.extension().string())) == std::end(kLibraries)) {
    return OkStatus();
  }
  return Failure(fmt::format(
      "--static_model '{}' is a compiled model, which only Qualcomm's tools can run. Give the DLC "
      "that it was made from.",
      Printable(path.native())));
}

void WarnOfOtherGraphs(const dlc::Model& file) {
  std::vector<std::string> others;
  for (std::size_t i = 1; i < file.graphs.size(); ++i) {
    others.push_back(Printable(file.graphs[i].name));
  }
  if (others.empty()) return;
  LogWarn("the DLC holds {} graphs; only the first, '{}', runs, not {}", file.graphs.size(),
          Printable(file.graphs.front().name), Join(others, ", "));
}

// The model's tensors, in the order of the file's axes.
void DescribeTensors(const dlc::Graph& graph, const dlc::TranslatedGraph& translated,
                     TargetModel& model) {
  const auto orders = dlc::AxisOrders(graph);
  for (const auto& [name, tensor] : translated.tensors) {
    const auto order = orders.find(name);
    const AxisOrder written = order == orders.end() ? tensor.axis_order : order->second;
    convert::TargetTensor& target = model.converted.tensors[name];
    target.axis_order = written;
    target.info = tensor.info;
    if (written == AxisOrder::kChannelLast && tensor.axis_order == AxisOrder::kSource) {
      target.held = AxisOrder::kChannelLast;
    }
  }
}

// Every value of the graph, those that the translation added as well.
Result<quantize::Types> AllTypes(const dlc::TranslatedGraph& translated) {
  ACC_ASSIGN_OR_RETURN(quantize::Types types, InferTypes(translated.graph));
  for (const auto& [name, tensor] : translated.tensors) types[name] = tensor.info;
  return types;
}

Status Quantize(const dlc::TranslatedGraph& translated, TargetModel& model) {
  if (translated.activations.empty()) return OkStatus();
  ACC_ASSIGN_OR_RETURN(const quantize::Types types, AllTypes(translated));
  quantize::Overrides encodings;
  encodings.activations = translated.activations;
  encodings.params = translated.params;
  ACC_ASSIGN_OR_RETURN(model.quantized, QuantizeAsGiven(translated.graph, types, encodings));
  model.statements = StatementsOf(translated.graph, types, *model.quantized, false);
  return OkStatus();
}

void DescribeInputs(const dlc::Graph& graph, StaticModel& model) {
  model.inputs = model.model.converted.graph.inputs;
  for (const dlc::Tensor& tensor : graph.tensors) {
    if (tensor.kind != dlc::TensorKind::kInput || !dlc::IsFixedPoint(tensor.type)) continue;
    model.codes[tensor.name] = {dlc::StoredType(tensor.type), *tensor.encoding};
  }
}

}  // namespace

Status CheckStage(const std::string& stage, const fs::path& static_model) {
  const bool from_source = stage == "source";
  if (from_source && !static_model.empty()) {
    return UsageError("--static_model goes with --stage converted or compiled");
  }
  if (!from_source && static_model.empty()) {
    return UsageError("--stage " + stage + " needs --static_model, a DLC file");
  }
  return from_source ? OkStatus() : CheckKind(static_model);
}

Result<StaticModel> ReadStaticModel(const fs::path& path, const std::string& model_name) {
  ACC_ASSIGN_OR_RETURN(dlc::Model file, dlc::Read(path));
  for (const std::string& note : file.notes) LogInfo("{}", note);
  if (file.graphs.empty()) {
    return Failure(fmt::format("the DLC '{}' holds no graph", Printable(path.native())));
  }
  WarnOfOtherGraphs(file);
  file.graphs.resize(1);
  auto translated = dlc::ToGraph(file, file.graphs.front());
  if (!translated.ok()) {
    return translated.status().WithContext(
        fmt::format("the DLC '{}' cannot be run", Printable(path.native())));
  }
  for (const std::string& note : translated->notes) LogInfo("{}", note);
  StaticModel result;
  result.model.half = translated->half;
  result.model.structure = GraphStructOf(file);
  result.model.structure.model_name = model_name;
  DescribeTensors(file.graphs.front(), *translated, result.model);
  ACC_RETURN_IF_ERROR(Quantize(*translated, result.model));
  result.model.converted.graph = std::move(translated->graph);
  DescribeInputs(file.graphs.front(), result);
  return result;
}

ExpectedInputs InputsOf(const StaticModel& model, const std::vector<InputTensor>& given,
                        bool native) {
  ExpectedInputs expected{.inputs = model.inputs, .types = {.native = native, .of_list = true}};
  for (ValueInfo& input : expected.inputs) {
    expected.target_name[input.name] = input.name;
    for (const InputTensor& tensor : given) {
      const bool is_meant = match::PortKey(tensor.name) == match::PortKey(input.name);
      if (is_meant && tensor.type_given) expected.types.given[input.name] = tensor.type;
    }
    const auto codes = model.codes.find(input.name);
    if (!native || codes == model.codes.end()) continue;
    input.type = codes->second.type;
    expected.codes[input.name] = codes->second.encoding;
  }
  return expected;
}

}  // namespace acc::features
