// SPDX-License-Identifier: BSD-3-Clause
#include "features/comparison/mapping_model.h"

#include <algorithm>
#include <utility>

#include "features/source_model/conversion.h"
#include "features/source_model/source_model.h"
#include "features/target_run/target_run.h"
#include "match/names.h"
#include "model/reader/reader.h"

namespace acc::features {
namespace {

// The dims of an input as the golden run stored it, in the source's order.
void TakeGoldenDims(const store::Manifest& golden, ValueInfo& input) {
  const auto found = std::ranges::find_if(golden.tensors, [&](const store::TensorRecord& tensor) {
    return match::PortKey(tensor.name) == match::PortKey(input.name);
  });
  if (found == golden.tensors.end() || !found->dims) return;
  const Shape& dims = *found->dims;
  input.dims = Permute(dims, Inverse(FromSource(found->axis_order, dims.size())));
  input.has_rank = true;
}

}  // namespace

Result<MappingModel> ReadMappingModel(const ModelOptions& options, const store::Manifest& golden) {
  if (options.framework.empty() || options.model_path.empty()) {
    return UsageError(
        "a tensor mapping is made from --model_path and --framework together; one of them is "
        "missing.");
  }
  ACC_ASSIGN_OR_RETURN(const model::ReaderInfo* format, model::FindReader(options.framework));
  SourceModel source;
  ACC_ASSIGN_OR_RETURN(source.graph, format->read(options.model_path, {}));
  source.is_channel_last = format->is_channel_last;
  source.inputs = source.graph.inputs;
  for (ValueInfo& input : source.inputs) TakeGoldenDims(golden, input);
  TargetModel target;
  ACC_ASSIGN_OR_RETURN(target.converted, ConvertModel(source, {}));
  return MappingModel{MappingOf(target), GraphStructOf(target.converted, "model")};
}

}  // namespace acc::features
