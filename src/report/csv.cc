// SPDX-License-Identifier: BSD-3-Clause
#include "report/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"

namespace acc::report {
namespace {

// Quotes doubled; what a terminal or a reader of UTF-8 would choke on escaped.
void AppendText(std::string_view text, std::string& content) {
  constexpr std::string_view kKept = "\t\r\n\"";
  while (!text.empty()) {
    const std::size_t kept = std::min(text.find_first_of(kKept), text.size());
    content += Printable(text.substr(0, kept));
    if (kept == text.size()) return;
    if (text[kept] == '"') content += '"';
    content += text[kept];
    text.remove_prefix(kept + 1);
  }
}

}  // namespace

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
  AppendText(text, content_);
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
