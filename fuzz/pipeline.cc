// SPDX-License-Identifier: BSD-3-Clause
#include "pipeline.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "dlc/read.h"
#include "dlc/to_graph/to_graph.h"
#include "dlc/write.h"
#include "quantize/overrides.h"

namespace acc::fuzz {
namespace {

constexpr float kValues[] = {-1.5F, -0.25F, 0.F, 0.75F, 2.F, 6.F};

// Takes choices off the number, the lowest first.
class Chooser {
 public:
  explicit Chooser(std::uint64_t number) : number_(number) {}

  template <typename T, std::size_t size>
  T Of(const T (&values)[size]) {
    const T value = values[number_ % size];
    number_ /= size;
    return value;
  }
  bool Flag() { return Of({false, true}); }

 private:
  std::uint64_t number_;
};

}  // namespace

Choices ChoicesOf(std::uint64_t number) {
  using quantize::Algorithm;
  Chooser choose(number);
  Choices choices;
  choices.quantization.per_channel_weights = choose.Flag();
  choices.conversion.equalize_layers = choose.Flag();
  choices.conversion.absorb_biases = choose.Flag();
  choices.conversion.for_htp = choose.Flag();
  choices.quantization.activation_bitwidth = choose.Of({8, 16});
  choices.quantization.weight_bitwidth = choose.Of({8, 4, 16});
  choices.quantization.bias_bitwidth = choose.Of({8, 32});
  choices.quantization.quantize_weights = !choose.Flag();
  choices.quantization.symmetric_weights = choose.Flag();
  choices.quantization.fixed_ranges = choose.Flag();
  choices.quantization.given_encodings_only = choose.Flag();
  choices.quantization.weights =
      choose.Of({Algorithm::kTf, Algorithm::kSymmetric, Algorithm::kEnhanced, Algorithm::kAdjusted,
                 Algorithm::kMse, Algorithm::kEntropy, Algorithm::kPercentile});
  choices.quantization.activations = choose.Of({Algorithm::kTf, Algorithm::kPercentile});
  return choices;
}

Result<quantize::QuantizedGraph> Quantize(const convert::TargetGraph& target,
                                          const quantize::Options& options) {
  quantize::Types types;
  std::map<std::string, std::string> source_name;
  for (const auto& [name, tensor] : target.tensors) {
    types[name] = tensor.info;
    if (!tensor.source.empty()) source_name[name] = tensor.source;
  }
  ACC_ASSIGN_OR_RETURN(auto quantizer,
                       quantize::CreateQuantizer(target.graph, types, source_name,
                                                 quantize::SourceEncodings(target.graph), options));
  quantize::Quantizer* const quantizers[] = {quantizer.get()};
  quantize::Calibrator calibrator = quantize::CalibratorFor(quantizers);
  for (const std::string& tensor : calibrator.tensors()) calibrator.Observe(tensor, kValues);
  return quantizer->Finish(calibrator);
}

dlc::GraphToWrite GraphToWrite(const convert::TargetGraph& target,
                               const quantize::QuantizedGraph* quantized) {
  dlc::GraphToWrite graph{.graph = target.graph,
                          .name = "fuzz",
                          .tensors = {},
                          .activations = {},
                          .params = {},
                          .converter_command = "fuzz",
                          .converter_version = "1",
                          .timestamp = "now"};
  for (const auto& [name, tensor] : target.tensors) {
    graph.tensors[name] = {convert::WrittenOrder(tensor), tensor.info};
  }
  if (quantized != nullptr) {
    graph.activations = quantized->activations;
    graph.params = quantized->params;
  }
  return graph;
}

void WriteAndReadBack(const dlc::GraphToWrite& graph, const std::filesystem::path& path) {
  const auto written = dlc::FromGraph(graph);
  if (!written.ok() || !dlc::Write(written->model, path).ok()) return;
  const auto model = dlc::Read(path);
  if (!model.ok()) {
    std::fprintf(stderr, "a DLC that was written cannot be read: %s\n",
                 model.status().message().c_str());
    std::abort();
  }
  for (const dlc::Graph& read : model->graphs) static_cast<void>(dlc::ToGraph(*model, read).ok());
}

}  // namespace acc::fuzz
