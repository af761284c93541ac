// SPDX-License-Identifier: BSD-3-Clause
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/text.h"

namespace acc {
namespace {

constexpr std::size_t kMaxDepth = 512;

std::string Position(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0: the first line.
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

bool StartsWithTypographicQuote(std::string_view text) {
  constexpr std::array<std::string_view, 8> kQuotes = {"\u201C", "\u201D", "\u201E", "\u2018",
                                                       "\u2019", "\u00AB", "\u00BB", "\u2033"};
  return std::any_of(kQuotes.begin(), kQuotes.end(),
                     [&](std::string_view quote) { return text.starts_with(quote); });
}

// The parser stops inside the bytes of such a quote, or just behind it.
bool TypographicQuoteNear(std::string_view text, std::size_t offset) {
  for (std::size_t back = 0; back <= 3 && back <= offset; ++back) {
    if (offset - back < text.size() && StartsWithTypographicQuote(text.substr(offset - back))) {
      return true;
    }
  }
  return false;
}

// "[json.exception.parse_error.101] parse error at line 1, column 3: while parsing …" from "while"
// on, and from other exceptions what stands behind the bracket.
std::string_view ReasonOf(std::string_view what) {
  for (const std::string_view marker : {"while parsing ", "] "}) {
    const std::size_t at = what.find(marker);
    if (at != std::string_view::npos) return what.substr(marker == "] " ? at + 2 : at);
  }
  return what;
}

// Builds the document from the parser's events, without recursion.
class Builder final : public nlohmann::json_sax<Json> {
 public:
  Builder(std::string_view text, std::string_view origin) : text_(text), origin_(origin) {}

  Json TakeRoot() { return std::move(root_); }
  const std::string& error() const { return error_; }

  bool null() override { return Add(nullptr); }
  bool boolean(bool value) override { return Add(value); }
  bool number_integer(number_integer_t value) override { return Add(value); }
  bool number_unsigned(number_unsigned_t value) override { return Add(value); }
  bool number_float(number_float_t value, const string_t&) override { return Add(value); }
  bool string(string_t& value) override { return Add(std::move(value)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool key(string_t& value) override {
    Level& level = levels_.back();
    if (!level.keys.insert(value).second) {
      error_ =
          fmt::format("{}: the key '{}' is there twice in the same object. Remove one of them.",
                      origin_, Printable(value));
      return false;
    }
    level.key = std::move(value);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& exception) override {
    const std::size_t offset = position == 0 ? 0 : position - 1;
    error_ = fmt::format("{}: {}: {}.", origin_, Position(text_, offset),
                         Printable(ReasonOf(exception.what())));
    if (TypographicQuoteNear(text_, offset)) {
      error_ += " There is a typographic quote at this place: JSON wants the straight one (\").";
    }
    return false;
  }

 private:
  struct Level {
    Json* value;
    std::string key;  // Of the member that comes next, in an object.
    std::set<std::string>
        keys;  // ordered_json looks keys up one by one: too slow for large objects.
  };

  Json* Insert(Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Level& level = levels_.back();
    if (level.value->is_array()) {
      level.value->push_back(std::move(value));
      return &level.value->back();
    }
    auto& members = level.value->get_ref<Json::object_t&>();
    members.push_back({level.key, std::move(value)});
    return &members.back().second;
  }
  bool Add(Json value) {
    Insert(std::move(value));
    return true;
  }
  bool Open(Json value) {
    if (levels_.size() == kMaxDepth) {
      error_ = fmt::format("{}: objects and lists are nested deeper than {} levels.", origin_,
                           kMaxDepth);
      return false;
    }
    levels_.push_back({Insert(std::move(value)), {}, {}});
    return true;
  }
  bool Close() {
    levels_.pop_back();
    return true;
  }

  std::string_view text_;
  std::string origin_;
  std::string error_;
  Json root_;
  std::vector<Level> levels_;
};

}  // namespace

Result<Json> ReadJson(const std::filesystem::path& path) {
  ACC_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, std::uint64_t{1} << 30));
  return ParseJson(text, path.native());
}

Result<Json> ParseJson(std::string_view text, std::string_view origin) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Builder builder(text, Printable(origin));
  try {
    if (!Json::sax_parse(text, &builder)) return Failure(builder.error());
  } catch (const std::exception& exception) {
    return Failure(fmt::format("{}: {}", Printable(origin), Printable(exception.what())));
  }
  return builder.TakeRoot();
}

std::string DumpJson(const Json& json, int indent) {
  constexpr unsigned char kDelete = 0x7F;
  constexpr unsigned char kLead = 0xC2;  // Of U+0080 to U+00BF, in UTF-8.
  constexpr unsigned char kFirstAfter = 0xA0;
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  std::string escaped;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\0');
    if (byte == kDelete) {
      escaped += "\\u007f";
    } else if (byte == kLead && next < kFirstAfter) {
      escaped += fmt::format("\\u{:04x}", next);
      ++i;
    } else {
      escaped += text[i];
    }
  }
  return escaped;
}

Status WriteJson(const std::filesystem::path& path, const Json& json) {
  try {
    return WriteFileAtomically(path, DumpJson(json, 2) + "\n");
  } catch (const std::exception& exception) {
    return Failure(fmt::format("cannot write '{}': {}", Printable(path.native()),
                               Printable(exception.what())));
  }
}

}  // namespace acc
