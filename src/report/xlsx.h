// SPDX-License-Identifier: BSD-3-Clause
// Writes spreadsheets (.xlsx) row by row, so that memory does not grow with them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"

namespace acc::report {

enum class Fill { kNone, kDiffers, kMissing };  // White, red, yellow.

// Text is never taken for a formula; control characters in it are spelled \xNN, and Excel's limit
// of 32767 characters cuts it. NaN and infinities become text.
struct XlsxCell {
  std::variant<std::monostate, std::string, double> value;
  Fill fill = Fill::kNone;
};

struct XlsxColumn {
  std::string title;
  double width = 12;  // In characters.
};

class XlsxFile {
 public:
  // A sheet of Excel has 1048576 rows, the header among them.
  static constexpr std::size_t kMostRows = 1048576;

  // Replaces a file of that name, in Close().
  static Result<XlsxFile> Create(const std::filesystem::path& path,
                                 std::size_t most_rows = kMostRows);
  XlsxFile(XlsxFile&& other) noexcept;
  ~XlsxFile();

  // Returns the sheet's number. Its first row holds the titles, bold, frozen and with a filter; so
  // is the first column frozen. Names have at most 25 characters and are those that Excel allows.
  std::size_t AddSheet(const std::string& name, std::span<const XlsxColumn> columns);

  // Where a sheet is full, the next row starts "<name> 2" with the same titles.
  Status AddRow(std::size_t sheet, std::span<const XlsxCell> cells);

  // Fails, naming the path, where the file cannot be written; nothing is on disk before.
  Status Close();

 private:
  struct Book;
  explicit XlsxFile(std::unique_ptr<Book> book);

  std::unique_ptr<Book> book_;
};

}  // namespace acc::report
