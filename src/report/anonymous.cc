// SPDX-License-Identifier: BSD-3-Clause
#include "report/anonymous.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "report/html.h"
#include "report/small_groups.h"

namespace acc::report {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRemoved = "…";
constexpr std::string_view kKinds[] = {"tensor", "node", "file"};  // Of what a hash stands for.
constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kShortestSecret = 3;  // A shorter word is part of too many others.

// Flags whose values are choices of the program and name nothing of the user's.
constexpr std::string_view kChoices[] = {"framework",       "f",
                                         "runtime",         "r",
                                         "architecture",    "a",
                                         "precision",       "stage",
                                         "engine",          "e",
                                         "host_device",     "perf_profile",
                                         "profiling_level", "default_verifier"};

bool IsPartOfWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Whether a letter, digit or "_" goes on at either end of the piece.
bool IsInsideWord(std::string_view text, std::size_t at, std::size_t length) {
  const std::size_t end = at + length;
  return (at > 0 && IsPartOfWord(text[at - 1]) && IsPartOfWord(text[at])) ||
         (end < text.size() && IsPartOfWord(text[end]) && IsPartOfWord(text[end - 1]));
}

// Replaces every occurrence that stands by itself.
void ReplaceWord(std::string& text, std::string_view word, std::string_view by) {
  if (word.empty()) return;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    if (IsInsideWord(text, at, word.size())) {
      at += word.size();
      continue;
    }
    text.replace(at, word.size(), by);
    at += by.size();
  }
}

std::string LastName(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

bool IsNumber(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0 ||
           std::string_view(",.+-").find(c) != std::string_view::npos;
  });
}

bool IsChoice(std::string_view flag) {
  return std::find(std::begin(kChoices), std::end(kChoices), flag) != std::end(kChoices);
}

class Anonymizer {
 public:
  Anonymizer(const Summary& summary, const Secrets& secrets, bool hash_names)
      : secrets_(secrets), hash_names_(hash_names) {
    CollectNames(summary);
    CollectFolders(summary);
  }

  Summary Of(Summary summary) {
    WithholdSmallGroups(summary);
    summary.golden_directory = Folder(summary.golden_directory);
    summary.target_directory = Folder(summary.target_directory);
    summary.command = Command(summary.command);
    summary.golden_command.clear();
    summary.dissection.reset();  // Its proofs name elements.
    summary.hazards.clear();     // They name nodes.
    for (std::string& statement : summary.statements) statement = Text(statement);
    for (Row& row : summary.rows) Clean(row);
    for (std::string& reason : summary.gate) reason = Text(reason);
    for (auto* list : {&summary.unmatched_golden, &summary.unmatched_target}) {
      for (store::SkippedTensor& tensor : *list) {
        tensor = {Tensor(tensor.name), Text(tensor.reason)};
      }
    }
    for (auto* graph : {&summary.golden_graph, &summary.target_graph}) {
      if (*graph) Clean(**graph);
    }
    summary.notice = fmt::format(
        "A shared bundle: {}no weights, no elements of tensors, no statistics of fewer than {} "
        "elements.",
        hash_names_ ? "names are hashes; " : "", kSmallestGroup);
    return summary;
  }

 private:
  // Every spelling in which a remark may quote a tensor or node.
  void CollectNames(const Summary& summary) {
    std::set<std::pair<std::string, bool>> names;  // With whether it is a node's.
    for (const Row& row : summary.rows) {
      names.insert({row.name, false});
      names.insert({row.golden_name, false});
      names.insert({row.node, true});
    }
    for (const auto* list : {&summary.unmatched_golden, &summary.unmatched_target}) {
      for (const auto& tensor : *list) names.insert({tensor.name, false});
    }
    for (const auto* graph : {&summary.golden_graph, &summary.target_graph}) {
      if (!*graph) continue;
      for (const GraphNode& node : (*graph)->nodes) {
        names.insert({node.name, true});
        for (const std::string& output : node.outputs) names.insert({output, false});
      }
    }
    for (const auto& [name, is_node] : names) {
      if (name.empty()) continue;
      const std::string hash = is_node ? Node(name) : Tensor(name);
      names_.emplace(name, hash);
      names_.emplace(Printable(name), hash);
    }
    std::set<std::size_t, std::greater<>> lengths;
    for (const auto& [name, hash] : names_) lengths.insert(name.size());
    lengths_.assign(lengths.begin(), lengths.end());
  }

  void CollectFolders(const Summary& summary) {
    std::set<std::string> folders(secrets_.folders.begin(), secrets_.folders.end());
    for (const std::string& directory : {summary.golden_directory, summary.target_directory}) {
      folders.insert(directory);
      std::error_code ignored;
      folders.insert(fs::absolute(directory, ignored).native());
      folders.insert(fs::weakly_canonical(directory, ignored).native());
    }
    for (const std::string& folder : folders) {
      if (folder.size() > 1) folders_.push_back(folder);
    }
    std::sort(folders_.begin(), folders_.end(),
              [](const auto& a, const auto& b) { return a.size() > b.size(); });
  }

  std::string Hashed(std::string_view kind, std::string_view name) const {
    if (!hash_names_ || name.empty()) return std::string(name);
    return fmt::format("{}_{:016x}", kind, HashOf(name));
  }
  std::string Tensor(std::string_view name) const { return Hashed("tensor", name); }
  std::string Node(std::string_view name) const { return Hashed("node", name); }
  std::string File(std::string_view path) const {
    std::string name = LastName(path);
    for (const std::string& word : secrets_.words) ReplaceSecret(name, word);
    return Hashed("file", name);
  }
  std::string Folder(std::string_view path) const { return File(path); }

  static void ReplaceSecret(std::string& text, std::string_view word) {
    if (word.size() >= kShortestSecret) ReplaceWord(text, word, kRemoved);
  }

  // A remark: what it quotes is a name or a file.
  std::string Text(const std::string& text) {
    if (text.empty()) return text;
    const auto [known, is_new] = texts_.try_emplace(text);
    if (is_new) known->second = CleanText(text);
    return known->second;
  }

  std::string CleanText(std::string text) const {
    if (text == kFoldedConstant) return text;
    if (hash_names_) text = WithHashes(text);
    for (const std::string& folder : folders_) ReplaceWord(text, folder, File(folder));
    std::string clean = CleanQuotes(text);
    if (hash_names_) clean = WithoutStrangers(clean);
    for (const std::string& word : secrets_.words) ReplaceSecret(clean, word);
    return clean;
  }

  // At each place the longest name that stands there by itself gives way to its hash.
  std::string WithHashes(const std::string& text) const {
    std::string clean;
    for (std::size_t at = 0; at < text.size();) {
      const auto [length, hash] = NameAt(text, at);
      if (length == 0) {
        clean += text[at++];
        continue;
      }
      clean += hash;
      at += length;
    }
    return clean;
  }

  std::pair<std::size_t, std::string_view> NameAt(const std::string& text, std::size_t at) const {
    for (const std::size_t length : lengths_) {
      if (length > text.size() - at || IsInsideWord(text, at, length)) continue;
      const auto found = names_.find(text.substr(at, length));
      if (found != names_.end()) return {length, found->second};
    }
    return {0, {}};
  }

  // Messages quote names and files.
  std::string CleanQuotes(const std::string& text) const {
    std::string clean;
    std::size_t at = 0;
    for (;;) {
      const std::size_t open = text.find('\'', at);
      const std::size_t close = open == std::string::npos ? open : text.find('\'', open + 1);
      if (close == std::string::npos) return clean + text.substr(at);
      const std::string quoted = text.substr(open + 1, close - open - 1);
      const bool is_file = quoted.find('/') != std::string::npos && !names_.contains(quoted);
      clean += text.substr(at, open + 1 - at) + (is_file ? File(quoted) : quoted) + "'";
      at = close + 1;
    }
  }

  // Without words that look like names but are none of the summary's: "fused into some_node".
  static std::string WithoutStrangers(const std::string& text) {
    std::string clean;
    for (const std::string& word : Split(text, ' ')) {
      const bool begins_name =
          !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) == 0;
      const bool is_stranger =
          begins_name && !IsHash(word) && word.find_first_of("_/@0123456789") != std::string::npos;
      clean += (clean.empty() ? "" : " ") + (is_stranger ? std::string(kRemoved) : word);
    }
    return clean;
  }

  static bool IsHash(std::string_view word) {
    return std::any_of(std::begin(kKinds), std::end(kKinds), [&](std::string_view kind) {
      const std::size_t at = word.find(kind);
      if (at == std::string_view::npos) return false;
      const std::string_view rest = word.substr(at + kind.size());
      return rest.starts_with('_') &&
             rest.find_first_not_of("0123456789abcdef", 1) >= 1 + kHashDigits;
    });
  }

  std::vector<std::string> Command(const std::vector<std::string>& words) const {
    std::vector<std::string> clean;
    std::string flag;
    for (const std::string& word : words) {
      if (word.size() > 1 && word[0] == '-' && !IsNumber(word)) {
        const std::size_t equals = std::min(word.find('='), word.size());
        flag = word.substr(std::min(word.find_first_not_of('-'), equals), equals);
        flag = flag.substr(0, flag.find('='));
        clean.push_back(word.substr(0, equals) +
                        (equals < word.size() ? "=" + Value(flag, word.substr(equals + 1)) : ""));
      } else {
        clean.push_back(Value(flag, word));
      }
    }
    return clean;
  }

  std::string Value(const std::string& flag, const std::string& word) const {
    if (hash_names_) return IsNumber(word) || IsChoice(flag) ? word : std::string(kRemoved);
    return NamesOnly(word);
  }

  // Each part that looks like a path becomes its last name.
  std::string NamesOnly(const std::string& word) const {
    std::string clean;
    std::string part;
    const auto flush = [&] {
      clean += names_.contains(part) ? part : LastName(part);
      part.clear();
    };
    for (const char c : word) {
      if (std::string_view(" =,;:").find(c) == std::string_view::npos) {
        part += c;
        continue;
      }
      flush();
      clean += c;
    }
    flush();
    for (const std::string& secret : secrets_.words) ReplaceSecret(clean, secret);
    return clean;
  }

  void Clean(Row& row) {
    row.name = Tensor(row.name);
    row.golden_name = Tensor(row.golden_name);
    row.node = Node(row.node);
    row.reason = Text(row.reason);
    row.note = Text(row.note);
    row.worst.clear();
    row.layer.reset();
    row.inspection.clear();
    for (auto& cell : row.cells) {
      if (cell) cell->note = Text(cell->note);
    }
  }

  void Clean(Graph& graph) {
    for (GraphNode& node : graph.nodes) {
      node.name = node.type == "Input" ? Tensor(node.name) : Node(node.name);
      for (std::string& output : node.outputs) output = Tensor(output);
      node.absence = Text(node.absence);
    }
  }

  const Secrets& secrets_;
  bool hash_names_;
  std::unordered_map<std::string, std::string> names_;  // To what stands for them.
  std::vector<std::size_t> lengths_;                    // Of the names, the longest first.
  std::vector<std::string> folders_;                    // The longest first.
  std::unordered_map<std::string, std::string> texts_;
};

void AddVariable(const char* variable, std::vector<std::string>& values) {
  const char* value = std::getenv(variable);
  if (value != nullptr && *value != '\0') values.emplace_back(value);
}

}  // namespace

Secrets SecretsOfThisMachine() {
  Secrets secrets;
  std::error_code ignored;
  secrets.folders.push_back(fs::current_path(ignored).native());
  AddVariable("HOME", secrets.folders);
  AddVariable("TMPDIR", secrets.folders);
  AddVariable("USER", secrets.words);
  AddVariable("LOGNAME", secrets.words);
  if (const passwd* user = getpwuid(geteuid()); user != nullptr) {
    secrets.words.emplace_back(user->pw_name);
  }
  char host[256] = {};
  if (gethostname(host, sizeof host - 1) == 0) secrets.words.emplace_back(host);
  return secrets;
}

Summary Anonymous(const Summary& summary, const Secrets& secrets, bool hash_names) {
  return Anonymizer(summary, secrets, hash_names).Of(summary);
}

}  // namespace acc::report
