// SPDX-License-Identifier: BSD-3-Clause
#include "report/csv.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"

namespace acc::report {

void CsvTable::Separate() {
  if (row_started_) content_ += ',';
  row_started_ = true;
}

CsvTable& CsvTable::Text(std::string_view text) {
  Separate();
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
  if (quoted) content_ += '"';
  if (formula) content_ += '\'';
  for (const char c : text) {
    if (c == '"') content_ += '"';
    content_ += c;
  }
  if (quoted) content_ += '"';
  return *this;
}

CsvTable& CsvTable::Number(double value) {
  Separate();
  content_ += FormatDouble(value);
  return *this;
}

CsvTable& CsvTable::Number(float value) {
  Separate();
  fmt::format_to(std::back_inserter(content_), "{}", value);
  return *this;
}

CsvTable& CsvTable::Count(unsigned long long value) {
  Separate();
  fmt::format_to(std::back_inserter(content_), "{}", value);
  return *this;
}

CsvTable& CsvTable::Empty() {
  Separate();
  return *this;
}

CsvTable& CsvTable::Append(const CsvTable& rows) {
  content_ += rows.content_;
  row_started_ = rows.row_started_;
  return *this;
}

void CsvTable::EndRow() {
  content_ += "\r\n";
  row_started_ = false;
}

}  // namespace acc::report
