// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "convert/float32.h"
#include "features/framework_runner/feature.h"
#include "features/framework_runner/float_golden.h"
#include "features/shared/early_checks.h"
#include "features/shared/feature_run.h"
#include "features/source_model/source_model.h"
#include "features/source_model/source_quantization.h"
#include "golden/framework.h"
#include "golden/layer_filter.h"
#include "model/onnx/quantization.h"
#include "store/graph_struct.h"
#include "store/tensor_writer.h"
#include "tensor/codes.h"

namespace acc::features {
namespace {

golden::LayerFilter FilterOf(const FrameworkRunnerOptions& options) {
  return {.add_outputs = options.add_layer_outputs,
          .add_types = options.add_layer_types,
          .skip_outputs = options.skip_layer_outputs,
          .skip_types = options.skip_layer_types,
          .start = options.start_layer,
          .end = options.end_layer};
}

// What is known of a tensor from the graph alone: which node makes it, and its place in the order.
struct Origin {
  std::string node;
  std::string op_type;
  std::size_t rank = 0;
};

std::map<std::string, Origin> OriginsOf(const model::Graph& graph) {
  std::map<std::string, Origin> origins;
  for (const ValueInfo& input : graph.inputs) {
    origins.emplace(input.name, Origin{.node = "", .op_type = "Input", .rank = origins.size()});
  }
  for (const model::Node& node : graph.nodes) {
    for (const std::string& output : node.outputs) {
      origins.emplace(output,
                      Origin{.node = node.name, .op_type = node.op_type, .rank = origins.size()});
    }
  }
  return origins;
}

class GoldenRun {
 public:
  GoldenRun(const SourceModel& model, const std::filesystem::path& directory)
      : graph_(model.graph), origins_(OriginsOf(model.graph)), writer_(directory) {
    writer_.SetChannelLastSource(model.is_channel_last);
  }

  // The integers of a quantized tensor are kept beside the real numbers that they stand for.
  Status Write(const std::string& tensor, const TensorView& value) {
    const Origin& origin = origins_.at(tensor);
    store::TensorRecord record{.name = tensor, .node = origin.node, .op_type = origin.op_type};
    const auto source = graph_.source_tensors.find(tensor);
    const bool is_quantized =
        source != graph_.source_tensors.end() && source->second.encoding && !IsFloat(value.type);
    if (!is_quantized) return writer_.Write(std::move(record), value);
    ACC_ASSIGN_OR_RETURN(const Tensor real, Dequantized(value, *source->second.encoding));
    return writer_.Write(std::move(record), real.view(), value);
  }
  // A tensor in real numbers, in the order `held`.
  Status WriteReal(const std::string& tensor, const TensorView& value, AxisOrder held) {
    const Origin& origin = origins_.at(tensor);
    store::TensorRecord record{.name = tensor, .node = origin.node, .op_type = origin.op_type};
    return writer_.Write(std::move(record), value, value, held);
  }
  void Skip(const std::string& tensor, const std::string& reason) { writer_.Skip(tensor, reason); }
  void State(std::vector<std::string> statements) { writer_.State(std::move(statements)); }

  Status Finish() {
    std::map<std::string, std::size_t> order;
    for (const auto& [name, origin] : origins_) order[name] = origin.rank;
    return writer_.Finish(order);
  }
  const store::Manifest& manifest() const { return writer_.manifest(); }

 private:
  const model::Graph& graph_;
  std::map<std::string, Origin> origins_;
  store::TensorWriter writer_;
};

Status CaptureFloat(const FrameworkRunnerOptions& options, const SourceModel& model,
                    GoldenRun& run) {
  ACC_ASSIGN_OR_RETURN(const auto wanted, golden::SelectTensors(model.graph, FilterOf(options)));
  return RunFloatGolden(
      options, model, wanted,
      [&](const std::string& tensor, const TensorView& value, AxisOrder held) {
        return run.WriteReal(tensor, value, held);
      },
      [&](const std::string& tensor, const std::string& reason) { run.Skip(tensor, reason); });
}

// All but the graph; reads the inputs.
Result<golden::Request> RequestOf(const FrameworkRunnerOptions& options, const SourceModel& model) {
  golden::Request request;
  request.model_path = options.model.model_path;
  request.is_cut = !model.cut.at.empty();
  ACC_ASSIGN_OR_RETURN(request.inputs, ReadInputTensors(model, options.model));
  ACC_ASSIGN_OR_RETURN(request.tensors, golden::SelectTensors(model.graph, FilterOf(options)));
  request.optimize = options.enable_graph_optimization;
  request.kernels = options.tflite_kernels;
  request.custom_op_library = options.onnx_custom_op_lib;
  request.memory_budget_bytes = options.memory_budget_mb << 20;
  return request;
}

Status Capture(golden::Request request, const SourceModel& model,
               const golden::FrameworkInfo& framework, GoldenRun& run) {
  model::Graph graph = model.graph;
  graph.inputs = model.inputs;
  request.graph = &graph;
  for (const auto& [name, tensor] : request.inputs)
    ACC_RETURN_IF_ERROR(run.Write(name, tensor.view()));
  return framework.run(
      request,
      [&](const std::string& tensor, const TensorView& value) { return run.Write(tensor, value); },
      [&](const std::string& tensor, const std::string& reason) { run.Skip(tensor, reason); });
}

// ONNX Runtime's words where it has an operator, but not for the types that the model gives it.
constexpr std::string_view kNoKernel = "Could not find an implementation";

// A type of the model's floats for which runtimes lack operators.
std::optional<ElementType> OtherFloat(const SourceModel& model) {
  for (const ValueInfo& input : model.inputs) {
    if (convert::IsOtherFloat(input.type)) return input.type;
  }
  for (const auto& [name, tensor] : model.graph.initializers) {
    if (convert::IsOtherFloat(tensor.type())) return tensor.type();
  }
  return std::nullopt;
}

// Golden is the model as its framework runs it. Where that has no code for the model's type of
// floats, it is the same graph in float32, as `statements` then say.
Status CaptureOrFloat32(const FrameworkRunnerOptions& options, golden::Request request,
                        const SourceModel& model, const golden::FrameworkInfo& framework,
                        GoldenRun& run, std::vector<std::string>& statements) {
  Status status = Capture(std::move(request), model, framework, run);
  const auto type = OtherFloat(model);
  if (status.ok() || !type || status.message().find(kNoKernel) == std::string::npos) return status;
  statements.push_back(fmt::format(
      "golden is the model in float32, since its framework has no code for it in {}: {}",
      Name(*type), Printable(status.message())));
  ACC_ASSIGN_OR_RETURN(const SourceModel converted, ReadSourceModel(options.model));
  return CaptureFloat(options, converted, run);
}

// A line for each reason: a loop may hold hundreds of tensors.
void ReportSkipped(const std::vector<store::SkippedTensor>& skipped) {
  std::map<std::string, std::vector<std::string>> names;
  for (const store::SkippedTensor& tensor : skipped) names[tensor.reason].push_back(tensor.name);
  for (const auto& [reason, tensors] : names) {
    const std::string first = Printable(tensors.front());
    if (tensors.size() == 1) {
      LogInfo("no raw file for '{}': {}", first, reason);
    } else {
      LogInfo("no raw file for '{}' and {} more, which tensors.json lists: {}", first,
              tensors.size() - 1, reason);
    }
  }
}

// The source graph, for the report to draw; dims are those of the captured tensors.
store::GraphStruct GraphStructOf(const SourceModel& model, const std::string& model_name,
                                 const store::Manifest& manifest) {
  std::map<std::string_view, const store::TensorRecord*> captured;
  for (const auto& tensor : manifest.tensors) captured.emplace(tensor.name, &tensor);
  const auto value_of = [&](const std::string& name) {
    store::GraphStruct::Value value{.name = name};
    const auto found = captured.find(name);
    value.has_dims = found != captured.end() && found->second->dims;
    if (value.has_dims) value.dims = *found->second->dims;
    return value;
  };
  store::GraphStruct graph{.model_name = model_name};
  for (const ValueInfo& input : model.inputs) graph.inputs.push_back(value_of(input.name));
  for (const model::Node& node : model.graph.nodes) {
    store::GraphStruct::Node described{
        .name = node.name, .type = node.op_type, .inputs = node.inputs};
    for (const std::string& output : node.outputs) {
      if (!output.empty()) described.outputs.push_back(value_of(output));
    }
    graph.nodes.push_back(std::move(described));
  }
  return graph;
}

// What the run shows of the model.
struct Subject {
  SourceModel model;  // In the framework's own operators, or in real numbers.
  bool is_quantized = false;
  bool is_float = false;
};

Result<Subject> SubjectOf(const FrameworkRunnerOptions& options) {
  Subject subject;
  ACC_ASSIGN_OR_RETURN(subject.model, OutlineSourceModel(options.model));
  subject.is_quantized = IsQuantized(subject.model.graph);
  subject.is_float = subject.is_quantized && options.without_quantization;
  if (options.without_quantization && !subject.is_quantized) {
    LogWarn("--golden_without_quantization has no effect: the model's file holds no quantization");
  }
  if (!subject.is_float) return subject;
  ACC_ASSIGN_OR_RETURN(subject.model, ReadSourceModel(options.model));
  model::ClampToRanges(subject.model.graph);
  return subject;
}

}  // namespace

Status CheckFrameworkRunner(const FrameworkRunnerOptions& options) {
  ACC_RETURN_IF_ERROR(golden::FindFramework(options.model.framework).status());
  ACC_RETURN_IF_ERROR(CheckModel(options.model));
  return CheckReadable("onnx_custom_op_lib", options.onnx_custom_op_lib);
}

Result<Outcome> RunFrameworkRunner(const FrameworkRunnerOptions& options) {
  ACC_RETURN_IF_ERROR(CheckFrameworkRunner(options));
  ACC_ASSIGN_OR_RETURN(const Subject subject, SubjectOf(options));
  const SourceModel& model = subject.model;
  ACC_ASSIGN_OR_RETURN(const golden::FrameworkInfo* framework,
                       golden::FindFramework(options.model.framework));
  ACC_ASSIGN_OR_RETURN(golden::Request request, RequestOf(options, model));
  ACC_ASSIGN_OR_RETURN(auto run, FeatureRun::Open(options.common, FrameworkRunner()));
  LogInfo("golden run of '{}', {}", options.model.model_path.string(),
          Counted(model.graph.nodes.size(), "node"));
  GoldenRun golden(model, run.path());
  std::vector<std::string> statements;
  ACC_RETURN_IF_ERROR(subject.is_float ? CaptureFloat(options, model, golden)
                                       : CaptureOrFloat32(options, std::move(request), model,
                                                          *framework, golden, statements));
  std::ranges::move(SourceStatements(model), std::back_inserter(statements));
  if (subject.is_quantized) {
    std::ranges::move(GoldenStatements(subject.is_float), std::back_inserter(statements));
  }
  golden.State(std::move(statements));
  ACC_RETURN_IF_ERROR(golden.Finish());
  ACC_RETURN_IF_ERROR(store::WriteGraphStruct(
      run.path() / store::kGoldenGraphStruct,
      GraphStructOf(model, options.model.model_path.stem().string(), golden.manifest())));
  ReportSkipped(golden.manifest().skipped);
  Outcome outcome{.directory = run.path(),
                  .thresholds_met = true,
                  .statements = golden.manifest().statements,
                  .summary_lines = {fmt::format("golden: {} in {}",
                                                Counted(golden.manifest().tensors.size(), "tensor"),
                                                run.path().string())}};
  ACC_RETURN_IF_ERROR(run.Finish(outcome));
  return outcome;
}

}  // namespace acc::features
