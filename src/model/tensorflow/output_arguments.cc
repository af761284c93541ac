// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/output_arguments.h"

#include <algorithm>
#include <iterator>

namespace acc::model::tensorflow {
namespace {

constexpr std::string_view kUnique = "y idx count";
constexpr std::string_view kTopK = "values indices";
constexpr std::string_view kBatchNorm =
    "y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3";
constexpr std::string_view kLstm = "i cs f o ci co h";
constexpr std::string_view kSwitch = "output_false output_true";
constexpr std::string_view kMerge = "output value_index";
constexpr std::string_view kConcat = "value lengths";
constexpr std::string_view kListConcat = "tensor lengths";
constexpr std::string_view kBoxes = "begin size bboxes";
constexpr std::string_view kTexts = "indices values shape";
constexpr std::string_view kSparse = "output_indices output_values output_shape";
constexpr std::string_view kDecomposition = "s u v";
constexpr std::string_view kEigen = "e v";
constexpr std::string_view kLoss = "loss backprop";
constexpr std::string_view kTopUnique = "topk topk_indices";

struct Row {
  std::string_view type;
  std::string_view arguments;  // In order, between spaces; each is one output.
};

constexpr Row kRows[] = {
    {"ApproxTopK", kTopK},
    {"BatchSelfAdjointEigV2", kEigen},
    {"BatchSvd", kDecomposition},
    {"BlockLSTM", kLstm},
    {"BlockLSTMV2", kLstm},
    {"CombinedNonMaxSuppression", "nmsed_boxes nmsed_scores nmsed_classes valid_detections"},
    {"CTCGreedyDecoder", "decoded_indices decoded_values decoded_shape log_probability"},
    {"DecodeWav", "audio sample_rate"},
    {"Eig", kEigen},
    {"FractionalAvgPool", "output row_pooling_sequence col_pooling_sequence"},
    {"FractionalMaxPool", "output row_pooling_sequence col_pooling_sequence"},
    {"FusedBatchNorm", kBatchNorm},
    {"FusedBatchNormV2", kBatchNorm},
    {"FusedBatchNormV3", kBatchNorm},
    {"GenerateBoundingBoxProposals", "rois roi_probabilities"},
    {"GRUBlockCell", "r u c h"},
    {"IsotonicRegression", "output segments"},
    {"ListDiff", "out idx"},
    {"LogMatrixDeterminant", "sign log_abs_determinant"},
    {"LSTMBlockCell", kLstm},
    {"Lu", "lu p"},
    {"MaxPoolWithArgmax", "output argmax"},
    {"Merge", kMerge},
    {"NearestNeighbors", "nearest_center_indices nearest_center_distances"},
    {"NonMaxSuppressionV4", "selected_indices valid_outputs"},
    {"NonMaxSuppressionV5", "selected_indices selected_scores valid_outputs"},
    {"Qr", "q r"},
    {"RaggedRange", "rt_nested_splits rt_dense_values"},
    {"RaggedTensorToSparse", "sparse_indices sparse_values sparse_dense_shape"},
    {"RefMerge", kMerge},
    {"RefSwitch", kSwitch},
    {"RequantizationRange", "output_min output_max"},
    {"RequantizationRangePerChannel", "output_min output_max"},
    {"SampleDistortedBoundingBox", kBoxes},
    {"SampleDistortedBoundingBoxV2", kBoxes},
    {"SelfAdjointEigV2", kEigen},
    {"SoftmaxCrossEntropyWithLogits", kLoss},
    {"SparseConcat", kSparse},
    {"SparseFillEmptyRows", "output_indices output_values empty_row_indicator reverse_index_map"},
    {"SparseReorder", "output_indices output_values"},
    {"SparseReshape", "output_indices output_shape"},
    {"SparseSlice", kSparse},
    {"SparseSoftmaxCrossEntropyWithLogits", kLoss},
    {"StatelessRandomGetKeyCounter", "key counter"},
    {"StatelessRandomGetKeyCounterAlg", "key counter alg"},
    {"StatelessSampleDistortedBoundingBox", kBoxes},
    {"StringNGrams", "ngrams ngrams_splits"},
    {"StringSplit", kTexts},
    {"StringSplitV2", kTexts},
    {"Svd", kDecomposition},
    {"Switch", kSwitch},
    {"TensorArrayConcatV2", kConcat},
    {"TensorArrayConcatV3", kConcat},
    {"TensorArrayV3", "handle flow"},
    {"TensorListConcat", kListConcat},
    {"TensorListConcatV2", kListConcat},
    {"TensorListPopBack", "output_handle tensor"},
    {"TopK", kTopK},
    {"TopKUnique", kTopUnique},
    {"TopKV2", kTopK},
    {"TopKWithUnique", kTopUnique},
    {"UnicodeDecode", "row_splits char_values"},
    {"UnicodeDecodeWithOffsets", "row_splits char_values char_to_byte_starts"},
    {"Unique", kUnique},
    {"UniqueV2", kUnique},
    {"UniqueWithCounts", kUnique},
    {"UniqueWithCountsV2", kUnique},
};

std::size_t Place(std::string_view arguments, std::string_view argument) {
  for (std::size_t place = 0; !arguments.empty(); ++place) {
    const std::size_t end = std::min(arguments.find(' '), arguments.size());
    if (arguments.substr(0, end) == argument) return place;
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
  }
  return 0;
}

// These ops give a tensor and the ends of its range, under names that vary.
std::size_t FirstPortOfQuantized(std::string_view argument) {
  if (argument.find("min") != std::string_view::npos) return 1;
  return argument.find("max") != std::string_view::npos ? 2 : 0;
}

}  // namespace

std::size_t FirstPort(std::string_view op_type, std::string_view argument) {
  const auto* row = std::ranges::find(kRows, op_type, &Row::type);
  if (row != std::end(kRows)) return Place(row->arguments, argument);
  const bool is_quantized = op_type.starts_with("Quantize") || op_type.starts_with("Requantize");
  return is_quantized ? FirstPortOfQuantized(argument) : 0;
}

}  // namespace acc::model::tensorflow
