// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/session_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ort/message.h"

namespace acc::target {
namespace {

using ort::Between;

constexpr std::string_view kReason = "REASON : ";

// "Operators of type `Erf` are not supported by QNN EP.Erf node `e` will not be assigned …" says
// the same for every node once the node is out of it.
std::string WithoutNode(std::string reason) {
  constexpr std::string_view kEnd = "are not supported by QNN EP.";
  const std::size_t at = reason.find(kEnd);
  if (at != std::string::npos) reason.resize(at + kEnd.size());
  return reason;
}

// One message of several lines: "\tOperator type: T Node name: N Node index: I" …, "\tREASON :
// why".
void ReadRefusal(std::string_view message, const std::string& reason,
                 std::map<std::string, std::string>& refusals) {
  std::size_t from = 0;
  while (const auto name = Between(message, "Node name: ", " Node index", from)) {
    refusals.emplace(*name, reason);
  }
}

}  // namespace

void SessionLog::Read(std::string_view message, bool is_error) {
  if (const auto reason = Between(message, kReason, "\n")) {
    std::string why = WithoutNode(ort::PlainMessage(*reason));
    if (why.starts_with("Failed to add node") && !last_validation.empty()) why = last_validation;
    ReadRefusal(message, why, refusals);
    return;
  }
  if (const auto code = Between(message, "with error code ", "\n")) {
    const auto type = Between(message, " of type `", "`");
    if (type) {
      last_validation = fmt::format("Qualcomm's library refused it as {} (error {})", *type, *code);
    }
    return;
  }
  if (const auto name = Between(message, "backend provider name: ", " ")) backend = *name;
  if (!is_error) return;
  const std::string plain = ort::PlainMessage(message);
  const bool is_known = std::ranges::any_of(
      errors, [&](const std::string& error) { return plain.find(error) != std::string::npos; });
  if (!is_known) errors.push_back(plain);
}

}  // namespace acc::target
