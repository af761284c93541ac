// SPDX-License-Identifier: BSD-3-Clause
#include "cli/docs.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "base/text.h"
#include "cli/help.h"
#include "features/catalog.h"
#include "features/features.h"
#include "flags/flag.h"

namespace acc::cli {
namespace {

using features::Feature;
using flags::Flag;
using flags::Section;
using Out = std::back_insert_iterator<std::string>;

constexpr std::string_view kFirstLine =
    "<!-- Made from the program's tables by `docs_generator docs`; edit those. -->\n";

// Text inside a table's cell.
std::string Cell(std::string_view text) {
  std::string cell;
  for (const char character : text) cell += character == '|' ? "\\|" : std::string(1, character);
  return cell;
}

std::string SectionTable(const Feature& feature, const Section& section) {
  std::string table = fmt::format("### {}\n\n| flag | meaning |\n|---|---|\n", section.heading);
  for (const Flag& flag : feature.flags) {
    if (flag.section == &section) {
      fmt::format_to(Out(table), "| `{}` | {} |\n", Cell(Signature(flag)), Cell(FullHelp(flag)));
    }
  }
  return table + '\n';
}

template <typename Entries>
std::string NameTable(std::string_view title, const Entries& entries) {
  std::string text = fmt::format("| {} | meaning |\n|---|---|\n", title);
  for (const auto& entry : entries) {
    fmt::format_to(Out(text), "| `{}` | {} |\n", entry.name, Cell(entry.summary));
  }
  return text + '\n';
}

std::string CommandLinePage() {
  std::string page = fmt::format("{}# Command line\n\n{}\n\n", kFirstLine, kPurpose);
  page +=
      "A flag is given as `--flag value` or `--flag=value`, in any order. The same flags can stand "
      "in a JSON file, by their long names: `--args_config file.json` with, for example, "
      "`{\"runtime\": \"dsp\", \"verbose\": true, \"input_tensor\": [[\"data\", \"1,3,224,224\", "
      "\"data.raw\"]]}`. The file `<feature>_options.json` that each run leaves behind has that "
      "form too. A value that starts with a dash is written `--flag=-value`.\n\n";
  for (const Feature* feature : features::Features()) {
    fmt::format_to(Out(page), "## {}\n\n{}\n\n```\n{}\n```\n\n", feature->title, feature->summary,
                   ExampleCommand(*feature));
    if (!feature->deprecated_flag.empty()) {
      fmt::format_to(Out(page), "`--{}` is the old name of `--{}` and still works.\n\n",
                     feature->deprecated_flag, feature->flag);
    }
    for (const Section* section : feature->sections) page += SectionTable(*feature, *section);
  }
  page += "## Names\n\n" + NameTable("framework", features::Frameworks()) +
          NameTable("runtime", features::Runtimes());
  page += "The verifiers have [their own page](verifiers.md).\n\n## Exit codes\n\n";
  page += "| code | meaning |\n|---|---|\n";
  for (const ExitCodeInfo& row : ExitCodes()) {
    fmt::format_to(Out(page), "| {} | {} |\n", row.code, row.meaning);
  }
  return page;
}

std::string ParameterTable(const verify::VerifierInfo& verifier) {
  if (verifier.parameters.empty()) return "";
  std::string text = "\n| parameter | default | meaning |\n|---|---|---|\n";
  for (const verify::ParameterInfo& parameter : verifier.parameters) {
    fmt::format_to(Out(text), "| `{}` | {} | {} |\n", parameter.name, Cell(parameter.fallback),
                   Cell(parameter.meaning));
  }
  return text;
}

std::string VerifiersPage() {
  std::string page = fmt::format("{}# Verifiers\n\n", kFirstLine);
  page +=
      "A verifier turns a pair of tensors, golden and target, into one score. Name them with "
      "`--default_verifier`, in any case and as often as needed. Every verifier has the parameter "
      "`threshold`: a score beyond it makes the exit code 1. With a threshold, what could not be "
      "judged makes it 1 as well, and the output says which: NaN or infinity where the other side "
      "holds something else, a file that is missing, of another size or unreadable, and a tensor "
      "without a twin unless a run, the graph or the mapping says why. What is empty on both sides "
      "is suspicious and within every threshold. Where each element is the same infinity on both "
      "sides, every score is perfect.\n\n";
  page += NameTable("verifier", features::Verifiers());
  for (const verify::VerifierInfo& verifier : features::Verifiers()) {
    fmt::format_to(Out(page), "## {}\n\n{}\n\n", verifier.name, verifier.summary);
    fmt::format_to(Out(page), "- Formula: {}\n- Unit: {}\n- Range: {}\n", verifier.formula,
                   verifier.unit, verifier.range);
    fmt::format_to(Out(page), "- Better: {}\n- NaN and infinity: {}\n- Source: {}\n",
                   verifier.higher_is_better ? "higher" : "lower", verifier.nan_behaviour,
                   verifier.source);
    if (!verifier.needs.empty()) fmt::format_to(Out(page), "- Needs: {}\n", verifier.needs);
    page += ParameterTable(verifier) + '\n';
  }
  page.pop_back();
  return page;
}

std::string AlgorithmsPage() {
  std::string page = fmt::format("{}# Encoding algorithms\n\n", kFirstLine);
  page +=
      "An encoding algorithm chooses the range that a tensor is quantized over. "
      "[Quantization](quantization.md) says which flags choose it and when to use which.\n\n";
  page += NameTable("algorithm", features::EncodingAlgorithms());
  for (const auto& algorithm : features::EncodingAlgorithms()) {
    fmt::format_to(Out(page), "## {}\n\n{}\n\n", algorithm.name, algorithm.summary);
    fmt::format_to(Out(page), "- {}: `{}`\n", algorithm.cost == nullptr ? "Range" : "Minimizes",
                   algorithm.criterion);
    if (!algorithm.calibration.empty()) {
      fmt::format_to(Out(page), "- As a calibration: `{}`\n", algorithm.calibration);
    }
    fmt::format_to(Out(page), "- Symmetric: {}\n- NaN and infinity: passed over\n- Source: {}\n\n",
                   algorithm.symmetric ? "always" : "where asked for", algorithm.source);
  }
  page.pop_back();
  return page;
}

std::string ChecksPage() {
  std::string page = fmt::format("{}# Quantization checks\n\n", kFirstLine);
  page +=
      "What the algorithms of [the quantization checker](quant-checker.md) compute and when a "
      "tensor "
      "passes. x is a value of the unquantized tensor, q(x) the same after quantization and back. "
      "The names are those of Qualcomm's checker, which documents neither formulas nor rules; "
      "these "
      "are this program's.\n\n";
  page += NameTable("check", features::QuantizationChecks());
  for (const inspect::CheckInfo& check : features::QuantizationChecks()) {
    fmt::format_to(Out(page), "## {}\n\n{}\n\n", check.name, check.summary);
    fmt::format_to(Out(page), "- Computes: {}\n- Passes if: {}\n", check.formula, check.passes_if);
    fmt::format_to(Out(page), "- Threshold: {}\n", check.needs_threshold ? check.unit : "none");
    fmt::format_to(Out(page), "- Judges inputs: {}\n", check.judges_inputs ? "yes" : "no");
    page += "- NaN and infinity: passed over and counted; the tensor fails\n\n";
  }
  page.pop_back();
  return page;
}

constexpr std::array kDocuments = {
    DocumentInfo{"command-line.md", &CommandLinePage},
    DocumentInfo{"encoding-algorithms.md", &AlgorithmsPage},
    DocumentInfo{"quantization-checks.md", &ChecksPage},
    DocumentInfo{"verifiers.md", &VerifiersPage},
};

}  // namespace

std::span<const DocumentInfo> Documents() { return kDocuments; }

}  // namespace acc::cli
