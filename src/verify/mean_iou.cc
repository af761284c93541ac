// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "verify/parameters.h"
#include "verify/verifiers.h"

namespace acc::verify {
namespace {

constexpr float kMostClasses = 65536;
constexpr std::uint64_t kMostBoxes = 20000;  // Matching compares every box with every other.
constexpr std::uint64_t kCoordinates = 4;

Score NoScore(std::string note) {
  return {std::numeric_limits<double>::quiet_NaN(), std::move(note)};
}

// Per class: how many elements have it on both sides, and on at least one.
struct Overlap {
  std::uint64_t both = 0;
  std::uint64_t either = 0;
};

// Counts two maps of class numbers element by element.
class ClassMap {
 public:
  void Add(std::span<const float> golden, std::span<const float> target) {
    for (std::size_t index = 0; index < golden.size(); ++index) {
      AddElement(golden[index], target[index]);
    }
  }

  bool holds_classes() const { return holds_classes_; }

  Score MeanOver(double background) const {
    double sum = 0;
    std::uint64_t classes = 0;
    for (const auto& [number, overlap] : overlaps_) {
      if (static_cast<double>(number) != background) {
        sum += static_cast<double>(overlap.both) / static_cast<double>(overlap.either);
        ++classes;
      }
    }
    return classes == 0 ? NoScore("both tensors hold nothing but background")
                        : Score{sum / static_cast<double>(classes), {}};
  }

 private:
  void AddElement(float golden, float target) {
    if (!std::isfinite(golden) || !std::isfinite(target) || !holds_classes_) return;
    // The target's numbers went through quantization and need not be whole.
    const float target_class = std::nearbyint(target);
    holds_classes_ = golden == std::nearbyint(golden) && std::abs(golden) < kMostClasses &&
                     std::abs(target_class) < kMostClasses;
    if (!holds_classes_) return;
    Overlap& overlap = overlaps_[static_cast<int>(golden)];
    ++overlap.either;
    if (golden == target_class) {
      ++overlap.both;
    } else {
      ++overlaps_[static_cast<int>(target_class)].either;
    }
  }

  bool holds_classes_ = true;
  std::map<int, Overlap> overlaps_;
};

// The golden and the target values of a small tensor, in memory.
struct Values {
  std::vector<float> golden;
  std::vector<float> target;
};

Result<Values> ReadAll(const PairElements& elements) {
  Values values;
  ACC_RETURN_IF_ERROR(elements.stream->ForEachChunk(
      [&](std::uint64_t, std::span<const float> golden, std::span<const float> target) {
        values.golden.insert(values.golden.end(), golden.begin(), golden.end());
        values.target.insert(values.target.end(), target.begin(), target.end());
      }));
  return values;
}

double Extent(double low, double high) { return std::max(high - low, 0.0); }

// Corners as (a, b, c, d) with a <= c and b <= d: x first or y first is all the same.
double IntersectionOverUnion(const float* a, const float* b) {
  const double height = Extent(std::max(a[0], b[0]), std::min(a[2], b[2]));
  const double width = Extent(std::max(a[1], b[1]), std::min(a[3], b[3]));
  const double both = height * width;
  const double either =
      Extent(a[0], a[2]) * Extent(a[1], a[3]) + Extent(b[0], b[2]) * Extent(b[1], b[3]) - both;
  const double result = both / either;
  return std::isfinite(result) ? result : 0;
}

class MeanIou : public Verifier {
 public:
  explicit MeanIou(double background) : background_(background) {}

  Result<Score> Evaluate(const PairView& pair) const override {
    return pair.companion ? OfBoxes(pair) : OfClassMap(pair);
  }

 private:
  Result<Score> OfClassMap(const PairView& pair) const {
    ClassMap map;
    ACC_RETURN_IF_ERROR(pair.elements.stream->ForEachChunk(
        [&](std::uint64_t, std::span<const float> golden, std::span<const float> target) {
          map.Add(golden, target);
        }));
    if (!map.holds_classes()) {
      return NoScore("golden holds no class numbers; name boxes and classes in a verifier config");
    }
    return map.MeanOver(background_);
  }

  Result<Score> OfBoxes(const PairView& pair) const {
    const std::uint64_t boxes = pair.companion->count;
    if (pair.elements.count != boxes * kCoordinates) {
      return NoScore("the first tensor does not hold four coordinates per class of the second");
    }
    if (boxes > kMostBoxes) return NoScore("more than 20000 boxes: too many to match");
    ACC_ASSIGN_OR_RETURN(const Values corners, ReadAll(pair.elements));
    ACC_ASSIGN_OR_RETURN(const Values classes, ReadAll(*pair.companion));
    const Shape& dims = pair.companion->dims;
    const std::uint64_t images = dims.size() < 2 ? 1 : static_cast<std::uint64_t>(dims.front());
    return MeanOfMatches(corners, classes, boxes / images);
  }

  // Every golden box takes the free target box of its image and class that overlaps it most; what
  // has no partner, on either side, counts as zero overlap.
  Score MeanOfMatches(const Values& corners, const Values& classes, std::uint64_t per_image) const {
    const std::uint64_t boxes = classes.golden.size();
    std::vector<bool> taken(boxes, false);
    double sum = 0;
    std::uint64_t golden_boxes = 0;
    std::uint64_t target_boxes = 0;
    for (std::uint64_t box = 0; box < boxes; ++box) {
      target_boxes += IsObject(classes.target[box]) ? 1 : 0;
      if (!IsObject(classes.golden[box])) continue;
      ++golden_boxes;
      const std::uint64_t image = box / per_image * per_image;
      double best = 0;
      std::uint64_t partner = boxes;
      for (std::uint64_t other = image; other < image + per_image; ++other) {
        if (taken[other] || std::nearbyint(classes.target[other]) != classes.golden[box]) continue;
        const double overlap = IntersectionOverUnion(&corners.golden[box * kCoordinates],
                                                     &corners.target[other * kCoordinates]);
        if (overlap > best) {
          best = overlap;
          partner = other;
        }
      }
      if (partner < boxes) {
        taken[partner] = true;
        sum += best;
      }
    }
    const std::uint64_t objects = std::max(golden_boxes, target_boxes);
    return objects == 0 ? NoScore("both sides hold nothing but background")
                        : Score{sum / static_cast<double>(objects), {}};
  }

  bool IsObject(float number) const { return std::nearbyint(number) != background_; }

  double background_;
};

}  // namespace

std::string MeanIouCompanionProblem(std::uint64_t boxes, std::uint64_t classes) {
  if (boxes == classes * kCoordinates) return {};
  if (classes == boxes * kCoordinates) {
    return "the two are the wrong way round: boxes come first, then classes";
  }
  return fmt::format(
      "the first holds {} elements and the second {}: four coordinates of a box for each class are "
      "expected",
      boxes, classes);
}

Result<std::unique_ptr<Verifier>> CreateMeanIou(const Parameters& parameters) {
  ACC_ASSIGN_OR_RETURN(const double background,
                       NumberParameter(parameters, "background_classification"));
  return std::unique_ptr<Verifier>(std::make_unique<MeanIou>(background));
}

}  // namespace acc::verify
