// SPDX-License-Identifier: BSD-3-Clause
#include "report/statements.h"

#include "report/html.h"

namespace acc::report {

std::string StatementsHtml(const Summary& summary) {
  if (summary.statements.empty()) return {};
  std::string html = "<ul id=\"statements\">";
  for (const std::string& statement : summary.statements) {
    Append(html, "<li>{}</li>", EscapeHtml(statement));
  }
  return html + "</ul>";
}

}  // namespace acc::report
