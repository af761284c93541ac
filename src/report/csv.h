// SPDX-License-Identifier: BSD-3-Clause
// Comma-separated values as in RFC 4180: CRLF lines, quotes doubled, numbers in the C locale.
//
// Text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a return) gets a
// leading apostrophe. Numbers never do. Control characters other than tab, return and newline, and
// bytes that are not UTF-8, are escaped as Printable() does it.
#pragma once

#include <string>
#include <string_view>

namespace acc::report {

class CsvTable {
 public:
  CsvTable& Text(std::string_view text);
  CsvTable& Number(double value);  // Shortest text that reads back equal; "nan", "inf", "-inf".
  CsvTable& Number(float value);
  CsvTable& Count(unsigned long long value);
  CsvTable& Empty();
  // Goes on where `rows` ended; not within a row.
  CsvTable& Append(const CsvTable& rows);
  void EndRow();

  const std::string& content() const { return content_; }

 private:
  void Separate();

  std::string content_;
  bool row_started_ = false;
};

}  // namespace acc::report
