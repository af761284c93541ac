// SPDX-License-Identifier: BSD-3-Clause
#include "features/dissection/measured_lines.h"

#include <algorithm>
#include <array>
#include <utility>

#include "features/shared/noise_sums.h"
#include "verify/comparison.h"

namespace acc::features {
namespace {

using Layer = store::LayerErrors;
using Field = std::optional<double> Layer::*;

constexpr std::array<Field, 10> kPooled = {
    &Layer::accumulated, &Layer::isolated, &Layer::inherited, &Layer::own,        &Layer::inputs,
    &Layer::weights,     &Layer::bias,     &Layer::output,    &Layer::arithmetic, &Layer::capture};

std::optional<double> Pooled(const std::vector<double>& decibels) {
  return decibels.empty() ? std::nullopt : std::optional(MeanNoiseDb(decibels));
}

std::optional<double> PooledField(std::span<const Layer* const> layers, Field field) {
  std::vector<double> decibels;
  for (const Layer* layer : layers) {
    if (layer->*field) decibels.push_back(*(layer->*field));
  }
  return Pooled(decibels);
}

std::optional<double> PooledConversion(std::span<const Layer* const> layers) {
  std::vector<double> decibels;
  for (const Layer* layer : layers) {
    if (layer->has_golden && layer->conversion) decibels.push_back(*layer->conversion);
  }
  return decibels.empty() ? layers.front()->conversion : Pooled(decibels);
}

Layer PooledLayer(std::span<const MeasuredLine> lines, std::span<const Layer* const> layers) {
  Layer pooled = *layers.front();
  for (const Field field : kPooled) pooled.*field = PooledField(layers, field);
  pooled.conversion = PooledConversion(layers);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = *layers[i];
    pooled.has_golden |= layer.has_golden;
    if (pooled.reason.empty()) pooled.reason = layer.reason;
    if (pooled.worst_input.empty()) pooled.worst_input = layer.worst_input;
    pooled.lines.push_back({.line = lines[i].line,
                            .accumulated = layer.accumulated,
                            .isolated = layer.isolated,
                            .inherited = layer.inherited,
                            .own = layer.own});
  }
  return pooled;
}

}  // namespace

std::vector<Layer> PooledLayers(std::span<const MeasuredLine> lines) {
  std::vector<Layer> pooled = lines.front().measured.layers;
  if (lines.size() == 1) return pooled;
  for (std::size_t i = 0; i < pooled.size(); ++i) {
    std::vector<const Layer*> layers;
    for (const MeasuredLine& line : lines) layers.push_back(&line.measured.layers[i]);
    pooled[i] = PooledLayer(lines, layers);
  }
  return pooled;
}

std::vector<store::LineOutput> OutputsOf(const model::Graph& graph,
                                         std::span<const MeasuredLine> lines) {
  std::vector<store::LineOutput> outputs;
  for (const MeasuredLine& line : lines) {
    store::LineOutput output{.line = line.line};
    for (const Layer& layer : line.measured.layers) {
      if (!model::IsGraphOutput(graph, layer.tensor) || !layer.accumulated) continue;
      output.output_db =
          std::min(output.output_db.value_or(*layer.accumulated), *layer.accumulated);
    }
    outputs.push_back(output);
  }
  return outputs;
}

bool AreFaithful(std::span<const store::LineOutput> lines) {
  return std::ranges::all_of(lines, [](const store::LineOutput& line) {
    return line.output_db.value_or(0) >= verify::kFaithfulDb;
  });
}

std::optional<double> PooledOutput(std::span<const store::LineOutput> lines) {
  std::vector<double> decibels;
  for (const store::LineOutput& line : lines) {
    if (line.output_db) decibels.push_back(*line.output_db);
  }
  return Pooled(decibels);
}

}  // namespace acc::features
