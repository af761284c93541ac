// SPDX-License-Identifier: BSD-3-Clause
#include "ort/message.h"

#include <array>
#include <cctype>
#include <cstddef>

#include "base/text.h"

namespace acc::ort {
namespace {

constexpr auto kNone = std::string_view::npos;

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The end of "file.cc:123 " that begins at `at`, a place before which a word ends; or `at`.
std::size_t AfterSourceFile(std::string_view text, std::size_t at) {
  const std::size_t space = std::min(text.find(' ', at), text.size());
  const std::string_view word = text.substr(at, space - at);
  const std::size_t colon = word.rfind(':');
  if (colon == kNone || colon + 1 == word.size()) return at;
  for (const char c : word.substr(colon + 1)) {
    if (!IsDigit(c)) return at;
  }
  const std::string_view file = word.substr(0, colon);
  const bool is_source = file.ends_with(".cc") || file.ends_with(".h") || file.ends_with(".cpp");
  return is_source ? std::min(space + 1, text.size()) : at;
}

// The end of the bracket that opens at `open`, or kNone.
std::size_t AfterBracket(std::string_view text, std::size_t open, char opening, char closing) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == opening) ++depth;
    if (text[i] == closing && --depth == 0) return i + 1;
  }
  return kNone;
}

// The end of the function's signature that begins at `at`, as the compiler spells it.
std::size_t AfterSignature(std::string_view text, std::size_t at) {
  const std::size_t open = text.find('(', at);
  if (open == kNone) return at;
  std::size_t end = AfterBracket(text, open, '(', ')');
  if (end == kNone) return at;
  for (const std::string_view more : {" const", " noexcept", " &"}) {
    if (text.substr(end).starts_with(more)) end += more.size();
  }
  if (text.substr(end).starts_with(" [with ")) {
    const std::size_t bracket = AfterBracket(text, end + 1, '[', ']');
    if (bracket != kNone) end = bracket;
  }
  return end;
}

// Of "condition was false. Why", why; where nothing follows, all of it.
std::string_view WithoutCondition(std::string_view text) {
  constexpr std::string_view kFalse = " was false.";
  const std::size_t at = text.find(kFalse);
  if (at == kNone) return text;
  const std::string_view why = Trim(text.substr(at + kFalse.size()));
  return why.empty() ? text : why;
}

// "[ONNXRuntimeError] : 11 : EP_FAIL : " goes.
std::string WithoutCodes(std::string text) {
  constexpr std::string_view kMark = "[ONNXRuntimeError] : ";
  for (std::size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at)) {
    const std::size_t second = text.find(" : ", at + kMark.size());
    const std::size_t third = second == kNone ? kNone : text.find(" : ", second + 3);
    text.erase(at, third == kNone ? kMark.size() : third + 3 - at);
  }
  return text;
}

// The line without the source file in it and the signature behind that.
std::string WithoutSource(std::string_view line) {
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t file = AfterSourceFile(line, at);
    if (file != at) {
      const std::size_t signature = AfterSignature(line, file);
      return std::string(line.substr(0, at)) +
             std::string(WithoutCondition(Trim(line.substr(signature))));
    }
    const std::size_t space = line.find(' ', at);
    at = space == kNone ? line.size() : space + 1;
  }
  return std::string(line);
}

// What stands between two words of `text`; empty where they are not there in this order.
std::string_view Between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == kNone) return "";
  const std::string_view rest = text.substr(start + before.size());
  const std::size_t end = rest.find(after);
  return end == kNone ? "" : rest.substr(0, end);
}

// A provider that asks for a node in another axis order and then refuses it is told as a fault of
// the runtime's own. The node there bears a name of the runtime: "<node>_token_<number>".
std::string WithoutLayoutFault(std::string text) {
  if (text.find(" was inserted using the NHWC format") == std::string::npos) return text;
  const std::string_view node = Between(text, "Node '", "' OpType:");
  const std::string_view type = Between(text, "' OpType:", " with domain:");
  if (node.empty() || type.empty()) return text;
  const std::string_view name = node.substr(0, node.rfind("_token_"));
  return "the plugin takes the node '" + std::string(name) + "' (" + std::string(type) +
         ") and then cannot run it";
}

}  // namespace

std::string PlainMessage(std::string_view message) {
  std::string plain;
  for (const std::string& line : Split(message, '\n')) {
    const std::string_view text = Trim(line);
    if (text.starts_with("Stacktrace:")) break;
    if (text.empty()) continue;
    plain += (plain.empty() ? "" : " ") + WithoutSource(text);
  }
  return Printable(WithoutLayoutFault(WithoutCodes(std::move(plain))));
}

}  // namespace acc::ort
