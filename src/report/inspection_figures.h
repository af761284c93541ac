// SPDX-License-Identifier: BSD-3-Clause
// The plots of one inspected tensor as figures.
#pragma once

#include "report/figure.h"
#include "report/inspected_tensor.h"

namespace acc::report {

// The target's density with its minimum and maximum and those of the calibrated range. A target
// without two different values has no density; its range is drawn all the same.
Figure DensityFigure(const InspectedTensor& tensor);

Figure HistogramsFigure(const InspectedTensor& tensor);
Figure CdfFigure(const InspectedTensor& tensor);
Figure DiffFigure(const InspectedTensor& tensor);

}  // namespace acc::report
