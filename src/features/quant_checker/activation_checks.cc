// SPDX-License-Identifier: BSD-3-Clause
#include "features/quant_checker/activation_checks.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/interrupt.h"
#include "features/source_model/quantization.h"

namespace acc::features {
namespace {

// What some lines' elements say, for all options.
class Block {
 public:
  Block(const ActivationSources& sources, LineRange range)
      : sources_(sources), range_(range), facts_(Tensors(), range.first, range.count) {
    quantized_.resize(sources.results.size());
    for (std::size_t option = 0; option < sources.results.size(); ++option) {
      for (const std::string& tensor : sources.stored[option]) {
        quantized_[option][tensor].resize(range.count);
      }
    }
  }

  Status Run() {
    std::set<std::string> seen;
    for (std::size_t graph = 0; graph < sources_.graphs.size(); ++graph) {
      std::vector<std::string> tensors;
      for (const std::string& tensor : Tensors()) {
        const bool is_here = sources_.graphs[graph].maker.contains(tensor);
        if (is_here && seen.insert(tensor).second) tensors.push_back(tensor);
      }
      const auto see = [&](std::size_t line, const std::string& tensor, const TensorView& value) {
        return See(line, tensor, value);
      };
      ACC_RETURN_IF_ERROR(RunFloat(sources_.graphs[graph].target, tensors, sources_.lines, range_,
                                   sources_.memory_budget_bytes / 2, see, "activations"));
    }
    return OkStatus();
  }

  const LineFacts& facts() const { return facts_; }
  const inspect::QuantizationFacts* Quantized(std::size_t option, std::size_t line,
                                              const std::string& tensor) const {
    return &quantized_[option].at(tensor)[line - range_.first];
  }

 private:
  std::set<std::string> Tensors() const {
    std::set<std::string> tensors;
    for (const auto& stored : sources_.stored) tensors.insert(stored.begin(), stored.end());
    return tensors;
  }

  // Options with the same encoding share the work.
  Status See(std::size_t line, const std::string& tensor, const TensorView& value) {
    ACC_ASSIGN_OR_RETURN(const Floats floats, Floats::Of(value));
    facts_.Set(line, tensor, inspect::FactsOf(floats.values(), sources_.wanted_facts));
    const bool with_entropy = NeedsOf(sources_.checks).entropy;
    std::vector<std::pair<const TensorEncoding*, inspect::QuantizationFacts>> known;
    for (std::size_t option = 0; option < sources_.results.size(); ++option) {
      const auto encoding = sources_.results[option].activations.find(tensor);
      const auto place = quantized_[option].find(tensor);
      const bool is_quantized = encoding != sources_.results[option].activations.end() &&
                                place != quantized_[option].end() && !encoding->second.is_float;
      if (!is_quantized) continue;
      auto same = std::ranges::find_if(
          known, [&](const auto& other) { return SameGrids(*other.first, encoding->second); });
      if (same == known.end()) {
        same = known.insert(known.end(),
                            {&encoding->second, inspect::FactsOf(floats.values(), value.dims,
                                                                 encoding->second, with_entropy)});
      }
      place->second[line - range_.first] = same->second;
    }
    return OkStatus();
  }

  const ActivationSources& sources_;
  LineRange range_;
  LineFacts facts_;
  std::vector<std::map<std::string, std::vector<inspect::QuantizationFacts>>> quantized_;
};

// `block` is null where the calibration's facts are enough.
Status WriteLine(const ActivationSources& sources, std::size_t line, const Block* block,
                 const ActivationSink& sink) {
  const LineFacts& facts = block != nullptr ? block->facts() : *sources.facts;
  for (std::size_t option = 0; option < sources.results.size(); ++option) {
    const OptionResult& result = sources.results[option];
    const auto values = [&](const std::string& tensor) { return facts.Of(line, tensor); };
    const auto quantized = [&](const std::string& tensor) -> const inspect::QuantizationFacts* {
      return block != nullptr ? block->Quantized(option, line, tensor) : nullptr;
    };
    ACC_RETURN_IF_ERROR(
        sink(option, line,
             ActivationTable(sources.checks, sources.graphs[result.graph], result,
                             sources.stored[option], values, quantized, sources.inputs[line])));
  }
  return OkStatus();
}

std::size_t LinesAtOnce(const ActivationSources& sources) {
  std::uint64_t bytes = 1;
  for (const auto& stored : sources.stored) {
    bytes += stored.size() * (sizeof(inspect::QuantizationFacts) + sizeof(inspect::ValueFacts));
  }
  return static_cast<std::size_t>(
      std::clamp<std::uint64_t>(sources.memory_budget_bytes / 4 / bytes, 1, sources.lines.size()));
}

}  // namespace

Status CheckActivations(const ActivationSources& sources, const ActivationSink& sink) {
  // Without a check, the pages show the inputs alone.
  const bool runs =
      !sources.checks.empty() && (sources.facts == nullptr || NeedsOf(sources.checks).elements);
  const LineFacts nothing({}, 0, sources.lines.size());
  ActivationSources known = sources;
  if (known.facts == nullptr) known.facts = &nothing;
  const std::size_t at_once = runs ? LinesAtOnce(sources) : sources.lines.size();
  for (std::size_t first = 0; first < sources.lines.size(); first += at_once) {
    const LineRange range{first, std::min(at_once, sources.lines.size() - first)};
    std::unique_ptr<Block> block;
    if (runs) {
      block = std::make_unique<Block>(sources, range);
      ACC_RETURN_IF_ERROR(block->Run());
    }
    for (std::size_t line = range.first; line < range.first + range.count; ++line) {
      ACC_RETURN_IF_ERROR(CheckInterrupted());
      ACC_RETURN_IF_ERROR(WriteLine(known, line, block.get(), sink));
    }
  }
  return OkStatus();
}

}  // namespace acc::features
