// SPDX-License-Identifier: BSD-3-Clause
#include "ort/message.h"

#include <fmt/format.h>

#include <algorithm>
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

// Words with which a signature begins where its type is none of a namespace.
constexpr std::array<std::string_view, 16> kTypes = {
    "auto", "bool",    "char", "const",  "constexpr", "double",   "float",   "inline",
    "int",  "int64_t", "long", "size_t", "static",    "unsigned", "virtual", "void"};

// The end of the word at `at` and the space behind it, where it is the bare name of a function.
std::size_t AfterFunctionName(std::string_view text, std::size_t at) {
  const std::size_t space = std::min(text.find(' ', at), text.size());
  const std::string_view word = text.substr(at, space - at);
  const bool is_name = std::ranges::all_of(
      word, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; });
  const bool is_type = std::ranges::find(kTypes, word) != kTypes.end();
  return is_name && !is_type ? std::min(space + 1, text.size()) : at;
}

// The bracket that opens the parameters of the function whose signature begins at `at`.
std::size_t Parameters(std::string_view text, std::size_t at) {
  constexpr std::string_view kCall = "operator()";
  const std::size_t open = text.find('(', at);
  const bool is_call = open != kNone && text.substr(0, open + 2).ends_with(kCall);
  return is_call && text.substr(open + 2).starts_with('(') ? open + 2 : open;
}

// The end of the function's signature that begins at `at`, as the compiler spells it.
std::size_t AfterSignature(std::string_view text, std::size_t at) {
  const std::size_t open = Parameters(text, at);
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

// Behind a source file at full length stands the whole signature, behind its last name the name of
// the function.
std::size_t AfterFunction(std::string_view text, std::size_t at, std::string_view file) {
  if (file.find('/') != kNone) return AfterSignature(text, at);
  const std::size_t name = AfterFunctionName(text, at);
  return name != at ? name : AfterSignature(text, at);
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

// The line without the source files in it and the functions behind them.
std::string WithoutSource(std::string_view line) {
  std::string text(line);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t file = AfterSourceFile(text, at);
    if (file != at) {
      const std::string_view view = text;
      const std::size_t function = AfterFunction(view, file, view.substr(at, file - at));
      text = std::string(view.substr(0, at)) +
             std::string(WithoutCondition(Trim(view.substr(function))));
      continue;
    }
    const std::size_t space = text.find(' ', at);
    at = space == std::string::npos ? text.size() : space + 1;
  }
  return text;
}

// A provider that asks for a node in another axis order and then refuses it is told as a fault of
// the runtime's own. The node there bears a name of the runtime.
std::string WithoutLayoutFault(std::string text) {
  constexpr std::string_view kAfterType = " with domain:";
  const auto node = Between(text, "Node '", "' OpType:");
  const auto type = Between(text, "' OpType:", kAfterType);
  const bool is_one = text.find(" was inserted using the NHWC format") != std::string::npos &&
                      text.find(kAfterType) != std::string::npos;
  if (!is_one || !node || !type) return text;
  return fmt::format("the plugin takes the node '{}' ({}) and then cannot run it",
                     WithoutToken(*node), *type);
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

std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                        std::string_view after, std::size_t& from) {
  std::size_t begin = text.find(before, from);
  if (begin == kNone) return std::nullopt;
  begin += before.size();
  const std::size_t end = std::min(text.find(after, begin), text.size());
  from = end;
  return text.substr(begin, end - begin);
}

std::optional<std::string_view> Between(std::string_view text, std::string_view before,
                                        std::string_view after) {
  std::size_t from = 0;
  return Between(text, before, after, from);
}

std::string_view WithoutToken(std::string_view name) {
  constexpr std::string_view kToken = "_token_";
  const std::size_t at = name.rfind(kToken);
  return at != kNone && ParseInt(name.substr(at + kToken.size())) ? name.substr(0, at) : name;
}

}  // namespace acc::ort
