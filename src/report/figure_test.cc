// SPDX-License-Identifier: BSD-3-Clause
#include "report/figure.h"

#include <cairo.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>

namespace acc::report {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TicksTest, AreRoundNumbers) {
  EXPECT_THAT(Ticks(0, 10, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(Ticks(-0.9, 1.1, 4), ElementsAre(-0.5, 0, 0.5, 1));
  EXPECT_THAT(Ticks(990, 1510, 5), ElementsAre(1000, 1200, 1400));
}

TEST(TicksTest, CopeWithAnyRange) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(Ticks(1, 1, 5), IsEmpty());
  EXPECT_THAT(Ticks(0, kInfinity, 5), IsEmpty());
  EXPECT_THAT(Ticks(std::nan(""), 1, 5), IsEmpty());
  EXPECT_LE(Ticks(-3e38, 3e38, 5).size(), 11U);
  EXPECT_LE(Ticks(1, 1 + 1e-15, 5).size(), 11U);
  EXPECT_FALSE(Ticks(1e-45, 3e-45, 5).empty());
}

struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint32_t> pixels;

  // Pixels that red was drawn on; the edges of lines are mixed with what lies below.
  std::size_t Red() const {
    return static_cast<std::size_t>(std::ranges::count_if(pixels, [](std::uint32_t pixel) {
      return (pixel >> 16U & 0xFFU) > (pixel >> 8U & 0xFFU) + 60;
    }));
  }
};

// Reads the bytes back as cairo does any PNG file.
Image Decoded(std::string png) {
  struct Source {
    std::string bytes;
    std::size_t at = 0;
  } source{std::move(png)};
  const auto read = [](void* closure, unsigned char* data, unsigned int length) {
    auto* from = static_cast<Source*>(closure);
    if (from->bytes.size() - from->at < length) return CAIRO_STATUS_READ_ERROR;
    std::memcpy(data, from->bytes.data() + from->at, length);
    from->at += length;
    return CAIRO_STATUS_SUCCESS;
  };
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create_from_png_stream(read, &source), &cairo_surface_destroy);
  Image image{cairo_image_surface_get_width(surface.get()),
              cairo_image_surface_get_height(surface.get()),
              {}};
  for (int y = 0; y < image.height; ++y) {
    const unsigned char* row = cairo_image_surface_get_data(surface.get()) +
                               y * cairo_image_surface_get_stride(surface.get());
    for (int x = 0; x < image.width; ++x) {
      std::uint32_t pixel;
      std::memcpy(&pixel, row + 4 * x, sizeof pixel);
      image.pixels.push_back(pixel & 0xFFFFFFU);
    }
  }
  return image;
}

constexpr Colour kRed = {1, 0, 0};

Image Drawn(Panel panel) {
  Figure figure;
  figure.title = "a tensor";
  figure.panels.push_back(std::move(panel));
  const Result<std::string> png = DrawPng(figure);
  EXPECT_TRUE(png.ok()) << png.status().message();
  return Decoded(*png);
}

TEST(FigureTest, DrawsWhatItIsGiven) {
  const Image empty = Drawn({.y_label = "y"});
  EXPECT_EQ(empty.Red(), 0U);
  const Image line =
      Drawn({.y_label = "y", .curves = {{"", kRed, CurveStyle::kLine, {{0, 0}, {9, 0}}}}});
  EXPECT_GT(line.Red(), 500U);
  const Image marker = Drawn({.y_label = "y", .markers = {{"", kRed, 3, false}}});
  EXPECT_GT(marker.Red(), 250U);
  const Image dashed = Drawn({.y_label = "y", .markers = {{"", kRed, 3, true}}});
  EXPECT_LT(dashed.Red(), marker.Red());
}

TEST(FigureTest, ALongTitleStaysInside) {
  Figure figure;
  figure.title = std::string(5000, 'n') + "ü<script>";
  figure.panels.resize(2);
  const Image image = Decoded(*DrawPng(figure));
  std::size_t dark = 0;
  for (int y = 0; y < 40; ++y) {
    for (int x = image.width - 20; x < image.width; ++x) {
      dark += image.pixels[static_cast<std::size_t>(y * image.width + x)] != 0xFFFFFF ? 1 : 0;
    }
  }
  EXPECT_EQ(dark, 0U);
}

TEST(FigureTest, ExtremeValuesAreDrawn) {
  for (const CurveStyle style :
       {CurveStyle::kLine, CurveStyle::kArea, CurveStyle::kSteps, CurveStyle::kScatter}) {
    const std::vector<PlotPoint> points = {{-3e38, 1e300}, {0, 0}, {1e-45, -5}, {3e38, 1}};
    EXPECT_EQ(Drawn({.y_label = "y", .curves = {{"c", kRed, style, points}}}).width, 880);
  }
}

}  // namespace
}  // namespace acc::report
