// SPDX-License-Identifier: BSD-3-Clause
#include "report/png.h"

#include <png.h>
// NOLINTNEXTLINE(modernize-deprecated-headers): libpng jumps to a jmp_buf of C.
#include <setjmp.h>

namespace acc::report {
namespace {

// The jump of a failure skips destructors: what needs one stays outside.
bool Write(const Pixels& pixels, std::string& bytes) {
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr || setjmp(png_jmpbuf(png)) != 0) {
    png_destroy_write_struct(&png, &info);
    return false;
  }
  const auto append = [](png_structp to, png_bytep data, std::size_t size) {
    static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<char*>(data), size);
  };
  png_set_write_fn(png, &bytes, append, nullptr);
  // Plots are lines on plain ground: more effort costs several times as long for a few per cent.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_NONE);
  png_set_compression_level(png, 1);
  png_set_IHDR(png, info, static_cast<png_uint_32>(pixels.width),
               static_cast<png_uint_32>(pixels.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  png_set_bgr(png);
  png_set_filler(png, 0, PNG_FILLER_AFTER);
  for (int row = 0; row < pixels.height; ++row) {
    png_write_row(png, pixels.bytes.data() +
                           static_cast<std::size_t>(row) * static_cast<std::size_t>(pixels.stride));
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return true;
}

}  // namespace

Result<std::string> EncodePng(const Pixels& pixels) {
  std::string bytes;
  if (!Write(pixels, bytes)) return Failure("cannot encode a plot as PNG: libpng failed");
  return bytes;
}

}  // namespace acc::report
