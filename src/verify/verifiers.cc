// SPDX-License-Identifier: BSD-3-Clause
// To add a verifier: its source, its factory and row here, one line in CMakeLists.txt, one test.
#include "verify/verifiers.h"

#include <array>
#include <limits>
#include <string>

#include "base/text.h"

namespace acc::verify {

using Created = Result<std::unique_ptr<Verifier>>;

Created CreateRtolAtol(const Parameters& parameters);
Created CreateAdjustedRtolAtol(const Parameters& parameters);
Created CreateTopK(const Parameters& parameters);
Created CreateL1Error(const Parameters& parameters);
Created CreateCosineSimilarity(const Parameters& parameters);
Created CreateMse(const Parameters& parameters);
Created CreateMae(const Parameters& parameters);
Created CreateSqnr(const Parameters& parameters);
Created CreateScaledDiff(const Parameters& parameters);
Created CreateMeanIou(const Parameters& parameters);
std::string MeanIouCompanionProblem(std::uint64_t boxes, std::uint64_t classes);

namespace {

// x is golden, y is target, n the number of elements that are finite on both sides.
constexpr std::string_view kLeftOut =
    "Elements that are not finite on both sides are left out; NaN without a finite element.";
constexpr std::string_view kLeftOutOfSqnr =
    "Elements that are not finite on both sides are left out; NaN without a finite element, and "
    "where the finite ones are identical while others disagree.";
constexpr std::string_view kOutside =
    "NaN lies outside, equal infinities inside; NaN without a finite element.";
constexpr std::string_view kRanked =
    "Values that are not finite are not ranked; NaN without a finite element.";
constexpr std::string_view kTextbook = "Textbook definition.";

constexpr std::array kRtolAtolParameters = {
    ParameterInfo{"rtolmargin", "0.01", "Relative tolerance rtol, 0 or more."},
    ParameterInfo{"atolmargin", "0.01", "Absolute tolerance atol, 0 or more."},
};
constexpr std::array kAdjustedRtolAtolParameters = {
    ParameterInfo{"levels", "256", "Number of quantization levels, 2 or more; 65536 for 16 bits."},
};
constexpr std::array kTopKParameters = {
    ParameterInfo{"k", "5", "How many of the largest elements to look at, 1 to 1000000."},
    ParameterInfo{"ordered", "false", "Whether each of them must have the same rank too."},
};
constexpr std::array kL1ErrorParameters = {
    ParameterInfo{"multiplier", "1", "Factor on the score."},
    ParameterInfo{"scale", "1", "Factor on both tensors before they are compared."},
};
constexpr std::array kCosineSimilarityParameters = {
    ParameterInfo{"multiplier", "1", "Factor on the score."},
    ParameterInfo{"scale", "1", "Factor on both tensors; the angle does not depend on it."},
};
constexpr std::array kMeanIouParameters = {
    ParameterInfo{"background_classification", "1.0", "The class that does not count."},
};

constexpr std::array kVerifiers = {
    VerifierInfo{
        .name = "RtolAtol",
        .summary = "Share of the elements within a relative and an absolute tolerance.",
        .formula = "count(|y - x| <= atol + rtol * |x|) / count(all)",
        .unit = "share of elements",
        .range = "0 to 1, perfect 1",
        .nan_behaviour = kOutside,
        .source = "The comparison of numpy.allclose with golden as the reference, counted.",
        .higher_is_better = true,
        .perfect = 1,
        .parameters = kRtolAtolParameters,
        .create = &CreateRtolAtol,
    },
    VerifierInfo{
        .name = "AdjustedRtolAtol",
        .summary = "Share of the elements within one quantization step of golden's range.",
        .formula = "count(|y - x| <= (max(x, 0) - min(x, 0)) / (levels - 1)) / count(all)",
        .unit = "share of elements",
        .range = "0 to 1, perfect 1",
        .nan_behaviour = kOutside,
        .source = "Own definition: the step of an encoding of golden's range, which holds zero.",
        .higher_is_better = true,
        .perfect = 1,
        .parameters = kAdjustedRtolAtolParameters,
        .create = &CreateAdjustedRtolAtol,
    },
    VerifierInfo{
        .name = "TopK",
        .summary = "Share of golden's k largest elements that are among target's k largest.",
        .formula = "|top_k(x) & top_k(y)| / min(k, f), f = count(x finite), by index in the whole "
                   "tensor, the lower index first among equals; ordered: share of equal ranks",
        .unit = "share of k",
        .range = "0 to 1, perfect 1",
        .nan_behaviour = kRanked,
        .source = "Own definition, after top-k accuracy of classifiers.",
        .higher_is_better = true,
        .perfect = 1,
        .parameters = kTopKParameters,
        .create = &CreateTopK,
    },
    VerifierInfo{
        .name = "L1Error",
        .summary = "Sum of the absolute differences (L1 norm).",
        .formula = "multiplier * |scale| * sum(|x - y|)",
        .unit = "that of the tensor",
        .range = "0 to infinity, perfect 0",
        .nan_behaviour = kLeftOut,
        .source = kTextbook,
        .higher_is_better = false,
        .perfect = 0,
        .parameters = kL1ErrorParameters,
        .create = &CreateL1Error,
    },
    VerifierInfo{
        .name = "CosineSimilarity",
        .summary = "Cosine of the angle between the tensors taken as vectors.",
        .formula = "multiplier * sum(x * y) / sqrt(sum(x^2) * sum(y^2)); all zero on both sides: "
                   "multiplier, on one side: 0",
        .unit = "none",
        .range = "-1 to 1 times multiplier, perfect 1; negative scores are not cut off",
        .nan_behaviour = kLeftOut,
        .source = kTextbook,
        .higher_is_better = true,
        .perfect = 1,
        .parameters = kCosineSimilarityParameters,
        .create = &CreateCosineSimilarity,
    },
    VerifierInfo{
        .name = "MSE",
        .summary = "Mean squared error.",
        .formula = "sum((x - y)^2) / n",
        .unit = "that of the tensor, squared",
        .range = "0 to infinity, perfect 0",
        .nan_behaviour = kLeftOut,
        .source = kTextbook,
        .higher_is_better = false,
        .perfect = 0,
        .create = &CreateMse,
    },
    VerifierInfo{
        .name = "MAE",
        .summary = "Mean absolute error.",
        .formula = "sum(|x - y|) / n",
        .unit = "that of the tensor",
        .range = "0 to infinity, perfect 0",
        .nan_behaviour = kLeftOut,
        .source = kTextbook,
        .higher_is_better = false,
        .perfect = 0,
        .create = &CreateMae,
    },
    VerifierInfo{
        .name = "SQNR",
        .summary = "Signal-to-quantization-noise ratio.",
        .formula = "20 * log10(max(||x||, eps) / max(||x - y||, eps)), eps = 2.22e-16; infinite "
                   "where nothing differs",
        .unit = "dB",
        .range = "Unbounded, perfect infinity",
        .nan_behaviour = kLeftOutOfSqnr,
        .source = "compute_signal_to_quantization_noice_ratio in onnxruntime.quantization."
                  "qdq_loss_debug.",
        .higher_is_better = true,
        .perfect = std::numeric_limits<double>::infinity(),
        .create = &CreateSqnr,
    },
    VerifierInfo{
        .name = "ScaledDiff",
        .summary = "Largest difference, relative to the ranges that the node works on.",
        .formula = "max(|x - y|) / max(r(x), r(inputs of the node)), r(t) = max(t, 0) - min(t, 0) "
                   "of golden; 0 where nothing differs",
        .unit = "share of the range",
        .range = "0 to infinity, perfect 0; NaN where the ranges are 0 and something differs",
        .nan_behaviour = kLeftOut,
        .source = "Own definition: a small output of large inputs that cancel cannot be more exact "
                  "than these are. Needs the graph structure.",
        .higher_is_better = false,
        .perfect = 0,
        .create = &CreateScaledDiff,
    },
    VerifierInfo{
        .name = "MeanIOU",
        .summary = "Mean intersection over union of classes, or of boxes matched by class.",
        .formula = "One tensor of class numbers: mean over classes c, without background, of "
                   "count(x = c and y = c) / count(x = c or y = c), y rounded. Two tensors [boxes, "
                   "classes]: sum of the IoU of golden boxes with the free target box of the same "
                   "class that overlaps most / larger number of boxes",
        .unit = "share of area",
        .range = "0 to 1, perfect 1; NaN where golden holds no class numbers or only background",
        .nan_behaviour = kLeftOut,
        .source = "Jaccard index; own choice of the matching. Boxes are two opposite corners.",
        .higher_is_better = true,
        .perfect = 1,
        .parameters = kMeanIouParameters,
        .needs = "class numbers, or boxes beside their classes, both named in --verifier_config: "
                 "{\"MeanIOU\": {\"tensors\": [[\"boxes\", \"classes\"]]}}",
        .companion_problem = &MeanIouCompanionProblem,
        .create = &CreateMeanIou,
    },
};

constexpr bool NamesAreUnique() {
  for (std::size_t first = 0; first < kVerifiers.size(); ++first) {
    for (std::size_t second = first + 1; second < kVerifiers.size(); ++second) {
      if (kVerifiers[first].name == kVerifiers[second].name) return false;
    }
  }
  return true;
}
static_assert(NamesAreUnique());

}  // namespace

std::span<const VerifierInfo> Verifiers() { return kVerifiers; }

Result<const VerifierInfo*> FindVerifier(std::string_view name) {
  std::vector<std::string> names;
  for (const VerifierInfo& info : kVerifiers) {
    if (ToLower(info.name) == ToLower(name)) return &info;
    names.emplace_back(info.name);
  }
  return UsageError("unknown verifier '" + Printable(name) + "'." + DidYouMean(name, names) +
                    " Known are " + Join(names, ", ") + ".");
}

double ShareWithin(const PairView& pair) {
  return static_cast<double>(pair.within_tolerance.value_or(0)) /
         static_cast<double>(pair.sums->count);
}

}  // namespace acc::verify
