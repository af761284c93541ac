// SPDX-License-Identifier: BSD-3-Clause
// The graph while it is being converted, and the passes that change it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "model/graph.h"
#include "model/unique_names.h"

namespace acc::convert {

// How batch normalization distributes each channel of a tensor, as far as it reaches its aim.
struct BatchNormStatistics {
  std::vector<double> mean;
  std::vector<double> deviation;
};

// While passes run, tensors keep their source names: a tensor named x has the value that x has in
// the source. A pass that drops a tensor says why; one that adds a tensor takes a new name.
class State {
 public:
  State(const model::Graph& source, const Options& options, Oracle& oracle);

  // Type and dims as far as known, or null. Up to date after a successful UpdateTypes.
  const ValueInfo* TypeOf(const std::string& tensor) const;
  // Only where rank and all dims are known.
  const Shape* StaticDims(const std::string& tensor) const;
  // Asks the oracle if the graph changed in a way that can tell more than before.
  Status UpdateTypes();
  void TypesMayImprove() { types_are_current_ = false; }

  const Tensor* Constant(const std::string& tensor) const;

  // False for tensors that a pass added, and for those of the translation from another format.
  bool IsSource(const std::string& tensor) const { return source_tensors_.contains(tensor); }

  // Whether the reader made a tensor that the file does not have.
  bool IsAddedByTranslation(const std::string& tensor) const {
    if (graph.onnx_quantization.is_read) return graph.onnx_quantization.added.contains(tensor);
    return graph.IsTranslated() && !graph.source_tensors.contains(tensor);
  }

  // A name that no tensor has, `wish` if possible.
  std::string NewName(std::string_view wish) { return names_.Take(wish); }

  // The tensor is gone: `reason` as in convert::Removed.
  void Remove(const std::string& tensor, std::string reason);
  // The tensor is gone, and `twin` has its value.
  void RemoveTwin(const std::string& tensor, const std::string& twin);

  // The tensor of equal value that took the place of a removed one; empty where none did.
  std::string TwinOf(const std::string& tensor) const;

  // The reason for a source tensor that the graph no longer has.
  std::string WhyRemoved(const std::string& tensor) const;

  model::Graph graph;
  const Options& options;
  Oracle& oracle;
  std::map<std::string, BatchNormStatistics> batch_norms;  // By the tensor they made.
  Equalization equalization;
  std::set<std::string> added;         // Tensors inside what is one operator in the source.
  std::set<ElementType> made_float32;  // As TargetGraph says.

 private:
  std::map<std::string, ValueInfo> types_;
  bool types_are_current_ = false;
  std::set<std::string> source_tensors_;        // Initializers apart.
  model::UniqueNames names_;                    // Of all tensors, subgraphs included.
  std::map<std::string, std::string> removed_;  // To the reason.
  std::map<std::string, std::string> twins_;    // Removed tensor to one of equal value.
};

// A step of the conversion.
using Pass = Status (*)(State&);

// Gives the inputs the dims of Options.input_dims.
Status FixInputDims(State& state);
// Keeps what the wanted outputs need, and drops the rest.
Status CutToOutputs(State& state);
// Refuses what has no translation and is still needed, with the counts of all such operators.
Status CheckTranslated(State& state);
// Makes float32 of float16, bfloat16 and float64: inputs, outputs, constants, attributes that hold
// or name them, and the bodies of control flow. Casts between float types become identities.
Status MakeFloat32(State& state);
// Drops nodes that contribute to no output.
Status DropUnusedNodes(State& state);
// Turns what does not depend on the inputs into initializers, and static shapes with it.
Status FoldConstants(State& state);
// Of a translated graph: gives each Conv that has no `group` as many groups as its input and
// weights make, for formats that do not say the number.
Status CountConvolutionGroups(State& state);
// Takes out nodes whose output has the value of their input, and parts of Concats that have no
// elements.
Status RemoveIdentities(State& state);
// Of a graph whose source is channel-last: moves the Transposes around operators on images away
// from them, through the operators that work in any order, until few are left. The tensors in
// between are then held channel-first, which `source_tensors` says.
Status HoldChannelFirst(State& state);
// Makes one operator of what the target computes as one: GELU, HardSwish, layer and RMS
// normalization in parts. What lies inside is then not stored. Not where the file says how it is.
Status FusePatterns(State& state);
// Folds BatchNormalization, and biases that are added afterwards, into the linear operator before;
// in translated graphs factors as well.
// Where there is none, mean, variance and epsilon are folded into the scale and the bias.
Status FoldBatchNorm(State& state);
// For the HTP: takes each GroupNormalization apart into Reshape,
// InstanceNormalization, Reshape, Mul and Add, which together are exactly it.
Status SplitGroupNorms(State& state);
// For the HTP: makes each ArgMax and ArgMin that keeps its dims one that does not, and an
// Unsqueeze.
Status SqueezeArgs(State& state);
// For the HTP: makes each Reciprocal a Div of 1. The plugin makes one, too, but holds the 1 in the
// encoding of the input, which may end below it.
Status DivideReciprocals(State& state);
// Rescales the weights of successive layers, where the options ask for it. The tensors between them
// then have other values than in the source, and new names.
Status EqualizeLayers(State& state);

// Replaces each If whose condition is constant by the branch taken; true where there was one. A
// part of FoldConstants.
bool InlineConstantIfs(State& state);
// Drops initializers that nothing reads. Passes that replace some call it.
void DropUnusedInitializers(model::Graph& graph);

}  // namespace acc::convert
