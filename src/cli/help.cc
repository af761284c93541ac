// SPDX-License-Identifier: BSD-3-Clause
#include "cli/help.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <vector>

#include "base/text.h"
#include "cli/words.h"
#include "features/catalog.h"

namespace acc::cli {
namespace {

using features::Feature;
using features::Features;
using flags::Dashed;
using flags::FindFlag;
using flags::Flag;
using flags::Section;

constexpr std::size_t kColumns = 100;

constexpr std::array kExitCodes = {
    ExitCodeInfo{0, "done"},
    ExitCodeInfo{1, "done, and some tensor is beyond a threshold that the user set"},
    ExitCodeInfo{2, "the command line or a configuration file is wrong"},
    ExitCodeInfo{3, "could not run: a file, a model or a runtime is missing or broken"},
    ExitCodeInfo{130, "interrupted"},
};

using Out = std::back_insert_iterator<std::string>;

// The items with blanks between them, on lines of at most kColumns; all but the first line are
// indented. `column` is where the first one starts.
std::string Wrapped(std::span<const std::string> items, std::size_t column, std::size_t indent) {
  std::string text;
  bool line_is_empty = true;
  for (const std::string& item : items) {
    if (!line_is_empty && column + 1 + item.size() > kColumns) {
      text += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (!line_is_empty) {
      text += ' ';
      ++column;
    }
    text += item;
    column += item.size();
    line_is_empty = false;
  }
  return text;
}

std::string Paragraph(std::string_view text, std::size_t indent) {
  return std::string(indent, ' ') + Wrapped(SplitWhitespace(text), indent, indent) + '\n';
}

// "  name   summary", the summaries aligned.
void AppendEntry(std::string& help, std::string_view name, std::string_view summary,
                 std::size_t width) {
  const std::size_t column = width + 4;
  fmt::format_to(Out(help), "  {:<{}}  {}\n", name, width,
                 Wrapped(SplitWhitespace(summary), column, column));
}

// "-f FRAMEWORK [VERSION]"
std::string UsageItem(const Flag& flag) {
  const std::string name =
      flag.short_name.empty() ? Dashed(flag) : "-" + std::string(flag.short_name);
  return flag.is_switch() ? name : fmt::format("{} {}", name, flag.placeholder);
}

void AppendUsage(std::string& help, const Feature& feature) {
  const std::string start = fmt::format("usage: {}", kProgram);
  std::vector<std::string> items;
  for (const Feature* other : Features()) {
    if (feature.flag.empty() && !other->flag.empty()) {
      items.push_back(fmt::format("[{}]", Title(*other)));
    }
  }
  if (!feature.flag.empty() && FindFlag(feature.flags, feature.flag) == nullptr) {
    items.push_back(Title(feature));
  }
  items.emplace_back("[-h]");
  for (const Section* section : feature.sections) {
    for (const Flag& flag : feature.flags) {
      if (flag.section != section || flag.name == "help") continue;
      const std::string item = UsageItem(flag);
      const bool bare = flags::IsNeeded(flag, feature.flags, {});
      items.push_back(bare ? item : fmt::format("[{}]", item));
    }
  }
  fmt::format_to(Out(help), "{} {}\n\n", start, Wrapped(items, start.size() + 1, 4));
}

void AppendFlags(std::string& help, const Feature& feature) {
  for (const Section* section : feature.sections) {
    fmt::format_to(Out(help), "{}:\n", section->heading);
    for (const Flag& flag : feature.flags) {
      if (flag.section == section) {
        help += Paragraph(Signature(flag), 2) + Paragraph(FullHelp(flag), 6);
      }
    }
    help += '\n';
  }
}

void AppendFeatures(std::string& help) {
  help += "Features, at most one of them:\n";
  for (const Feature* feature : Features()) {
    AppendEntry(help, feature->flag.empty() ? "(none)" : Title(*feature), feature->summary, 20);
  }
  help += '\n';
  help += Paragraph(fmt::format("{} --framework_runner --help explains that feature, and so on. "
                                "What follows is the end-to-end run.",
                                kProgram),
                    0);
  help += '\n';
}

template <typename Entries>
void AppendEntries(std::string& help, std::string_view heading, const Entries& entries) {
  fmt::format_to(Out(help), "{}:\n", heading);
  for (const auto& entry : entries) AppendEntry(help, entry.name, entry.summary, 18);
  help += '\n';
}

void AppendCatalog(std::string& help, const Feature& feature) {
  const auto has = [&](std::string_view name) { return FindFlag(feature.flags, name) != nullptr; };
  if (has("framework")) AppendEntries(help, "Frameworks", features::Frameworks());
  if (has("runtime")) AppendEntries(help, "Runtimes", features::Runtimes());
  if (has("default_verifier")) AppendEntries(help, "Verifiers", features::Verifiers());
}

}  // namespace

std::span<const ExitCodeInfo> ExitCodes() { return kExitCodes; }

std::string Signature(const Flag& flag) {
  std::string text = flag.short_name.empty() ? "" : fmt::format("-{}, ", flag.short_name);
  text += Dashed(flag);
  for (const std::string_view alias : flag.aliases) {
    text += alias.empty() ? "" : fmt::format(", --{}", alias);
  }
  return flag.is_switch() ? text : fmt::format("{} {}", text, flag.placeholder);
}

std::string FullHelp(const Flag& flag) {
  std::string text(flag.help);
  if (!flag.choices.empty()) {
    const std::vector<std::string> names(flag.choices.begin(), flag.choices.end());
    text += fmt::format(" One of {}.", Join(names, ", "));
  }
  return flag.fallback.empty() ? text : fmt::format("{} Default: {}.", text, flag.fallback);
}

std::string ExampleCommand(const Feature& feature) {
  std::string command(kProgram);
  if (!feature.flag.empty()) command += fmt::format(" {}", Title(feature));
  for (const std::string& line : Split(feature.example, '\n')) {
    command += line.starts_with("-") ? " \\\n  " + line : " " + line;
  }
  return command;
}

std::string HelpText(const Feature& feature) {
  std::string help;
  AppendUsage(help, feature);
  if (feature.flag.empty()) {
    help += Paragraph(kPurpose, 0) + '\n';
    AppendFeatures(help);
  } else {
    help += Paragraph(feature.summary, 0) + '\n';
  }
  AppendFlags(help, feature);
  AppendCatalog(help, feature);
  help += "Exit codes:\n";
  for (const ExitCodeInfo& row : ExitCodes()) {
    AppendEntry(help, std::to_string(row.code), row.meaning, 3);
  }
  return fmt::format("{}\nExample:\n{}\n", help, ExampleCommand(feature));
}

}  // namespace acc::cli
