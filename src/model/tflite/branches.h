// SPDX-License-Identifier: BSD-3-Clause
// Which branches of an IF may run though they are not taken.
#pragma once

#include <tensorflow/lite/schema/schema_generated.h>

#include <cstddef>
#include <vector>

namespace acc::model::tflite {

// Whether operators of `branch` neither change anything but their outputs nor can fail for what
// they are given: what the branch was not made for may be there while it is not taken, such as an
// index outside of a table. Computed integers are therefore allowed in plain arithmetic alone.
// `is_constant` tells it of the branch's inputs.
bool IsHarmless(const ::tflite::ModelT& model, const ::tflite::SubGraphT& branch,
                const std::vector<bool>& is_constant);

// Whether SELECT_V2 can choose between all outputs of the two: of one type and the same dims, which
// are no fewer than those of the condition.
bool HaveSelectableOutputs(const ::tflite::SubGraphT& one, const ::tflite::SubGraphT& other,
                           std::size_t condition_rank);

}  // namespace acc::model::tflite
