// SPDX-License-Identifier: BSD-3-Clause
#include "report/xlsx.h"

#include <fmt/format.h>
#include <xlsxwriter.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

#include "base/text.h"

namespace acc::report {
namespace {

constexpr std::size_t kMostCharacters = 32767;
constexpr std::array<lxw_color_t, 3> kColors = {0xFFFFFF, 0xF8CBAD, 0xFFEB9C};

struct FreeWorkbook {
  void operator()(lxw_workbook* workbook) const { lxw_workbook_free(workbook); }
};

struct Sheet {
  std::string name;
  std::vector<XlsxColumn> columns;
  lxw_worksheet* page = nullptr;  // The one that takes rows now.
  std::size_t pages = 0;
  std::size_t rows = 0;  // Of that page.
};

std::string CellText(std::string_view text) {
  return std::string(CutUtf8(Printable(text), kMostCharacters));
}

}  // namespace

struct XlsxFile::Book {
  std::filesystem::path path;
  std::size_t most_rows = kMostRows;
  std::unique_ptr<lxw_workbook, FreeWorkbook> workbook;
  lxw_format* header = nullptr;
  std::array<lxw_format*, kColors.size()> fills = {};  // None for Fill::kNone.
  std::vector<Sheet> sheets;

  void MakeFormats() {
    header = workbook_add_format(workbook.get());
    format_set_bold(header);
    format_set_bottom(header, LXW_BORDER_THIN);
    for (std::size_t fill = 1; fill < kColors.size(); ++fill) {
      fills[fill] = workbook_add_format(workbook.get());
      format_set_pattern(fills[fill], LXW_PATTERN_SOLID);
      format_set_bg_color(fills[fill], kColors[fill]);
    }
  }

  void CloseFilter(const Sheet& sheet) const {
    worksheet_autofilter(sheet.page, 0, 0, static_cast<lxw_row_t>(sheet.rows - 1),
                         static_cast<lxw_col_t>(sheet.columns.size() - 1));
  }

  void BeginPage(Sheet& sheet) {
    if (sheet.page != nullptr) CloseFilter(sheet);
    ++sheet.pages;
    const std::string name =
        sheet.pages == 1 ? sheet.name : fmt::format("{} {}", sheet.name, sheet.pages);
    sheet.page = workbook_add_worksheet(workbook.get(), name.c_str());
    worksheet_freeze_panes(sheet.page, 1, 1);
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) {
      const auto column = static_cast<lxw_col_t>(i);
      worksheet_set_column(sheet.page, column, column, sheet.columns[i].width, nullptr);
      worksheet_write_string(sheet.page, 0, column, CellText(sheet.columns[i].title).c_str(),
                             header);
    }
    sheet.rows = 1;
  }

  lxw_error Write(lxw_worksheet* page, lxw_row_t row, lxw_col_t column,
                  const XlsxCell& cell) const {
    lxw_format* format = fills[static_cast<std::size_t>(cell.fill)];
    if (const auto* text = std::get_if<std::string>(&cell.value); text != nullptr) {
      return worksheet_write_string(page, row, column, CellText(*text).c_str(), format);
    }
    if (const auto* number = std::get_if<double>(&cell.value); number != nullptr) {
      return std::isfinite(*number)
                 ? worksheet_write_number(page, row, column, *number, format)
                 : worksheet_write_string(page, row, column, FormatDouble(*number).c_str(), format);
    }
    // A blank cell exists for its fill only.
    return format == nullptr ? LXW_NO_ERROR : worksheet_write_blank(page, row, column, format);
  }

  Status Failed(lxw_error error) const {
    return Failure(fmt::format("{}: the spreadsheet cannot be written: {}",
                               Printable(path.string()), lxw_strerror(error)));
  }
};

XlsxFile::XlsxFile(std::unique_ptr<Book> book) : book_(std::move(book)) {}
XlsxFile::XlsxFile(XlsxFile&& other) noexcept = default;
XlsxFile::~XlsxFile() = default;

Result<XlsxFile> XlsxFile::Create(const std::filesystem::path& path, std::size_t most_rows) {
  auto book = std::make_unique<Book>();
  book->path = path;
  book->most_rows = most_rows;
  lxw_workbook_options options = {};
  options.constant_memory = LXW_TRUE;
  options.use_zip64 = LXW_FALSE;
  book->workbook.reset(workbook_new_opt(path.c_str(), &options));
  if (book->workbook == nullptr) return book->Failed(LXW_ERROR_MEMORY_MALLOC_FAILED);
  book->MakeFormats();
  return XlsxFile(std::move(book));
}

std::size_t XlsxFile::AddSheet(const std::string& name, std::span<const XlsxColumn> columns) {
  Sheet& sheet = book_->sheets.emplace_back();
  sheet.name = name;
  sheet.columns.assign(columns.begin(), columns.end());
  book_->BeginPage(sheet);
  return book_->sheets.size() - 1;
}

Status XlsxFile::AddRow(std::size_t sheet_number, std::span<const XlsxCell> cells) {
  Sheet& sheet = book_->sheets[sheet_number];
  if (sheet.rows == book_->most_rows) book_->BeginPage(sheet);
  const auto row = static_cast<lxw_row_t>(sheet.rows++);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const lxw_error error = book_->Write(sheet.page, row, static_cast<lxw_col_t>(i), cells[i]);
    if (error != LXW_NO_ERROR) return book_->Failed(error);
  }
  return OkStatus();
}

Status XlsxFile::Close() {
  for (const Sheet& sheet : book_->sheets) book_->CloseFilter(sheet);
  const lxw_error error = workbook_close(book_->workbook.release());
  return error == LXW_NO_ERROR ? OkStatus() : book_->Failed(error);
}

}  // namespace acc::report
