// SPDX-License-Identifier: BSD-3-Clause
#include "report/statements.h"

#include <string_view>
#include <vector>

#include "report/html.h"

namespace acc::report {

namespace {

std::string ListHtml(std::string_view id, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return {};
  std::string html = fmt::format("<ul id=\"{}\">", id);
  for (const std::string& sentence : sentences) Append(html, "<li>{}</li>", sentence);
  return html + "</ul>";
}

}  // namespace

std::string StatementsHtml(const Summary& summary) {
  return ListHtml("statements", summary.statements);
}

std::string GateHtml(const Summary& summary) { return ListHtml("gate", summary.gate); }

}  // namespace acc::report
