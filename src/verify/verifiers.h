// SPDX-License-Identifier: BSD-3-Clause
// The table of verifiers. Parsing, --help, docs/verifiers.md and the conformance test read it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "verify/verifier.h"

namespace acc::verify {

struct ParameterInfo {
  std::string_view name;      // As on the command line: "rtolmargin".
  std::string_view fallback;  // Its default, as text.
  std::string_view meaning;   // One sentence.
};

struct VerifierInfo {
  std::string_view name;     // "CosineSimilarity", as in reports and folder names.
  std::string_view summary;  // One line, for --help and the docs.
  std::string_view formula;
  std::string_view unit;
  std::string_view range;  // Lowest, highest and perfect score.
  std::string_view nan_behaviour;
  std::string_view source;  // Where the definition comes from.
  bool higher_is_better;
  double perfect;  // The score of identical tensors; may be infinite.
  std::span<const ParameterInfo> parameters;
  std::string_view needs = {};  // What a tensor must hold to get a score; empty: any numbers.
  // Of a verifier that may look at two tensors at a time: the sentence that says why it cannot look
  // at tensors of so many elements, empty where it can. Null: it looks at one at a time.
  std::string (*companion_problem)(std::uint64_t elements, std::uint64_t companion) = nullptr;
  // `parameters` holds a value for each of the parameters above. A bad value is a usage error.
  Result<std::unique_ptr<Verifier>> (*create)(const Parameters& parameters);
};

std::span<const VerifierInfo> Verifiers();

// By name in any case; a usage error with a suggestion for an unknown one.
Result<const VerifierInfo*> FindVerifier(std::string_view name);

// A verifier that the user asked for.
struct Request {
  const VerifierInfo* info = nullptr;
  std::shared_ptr<const Verifier> verifier;
  Parameters parameters;            // Those given and the defaults of the others.
  std::optional<double> threshold;  // The parameter "threshold" that every verifier has.
  std::vector<std::string> ignored_parameters;  // The placeholders given: "param1", …
};

// Reads both syntaxes: {"rtolatol,rtolmargin,0.01,atolmargin,0.01"} and
// {"CosineSimilarity", "param1", "1", "param2", "2"}. A usage error for an unknown verifier, a
// parameter that it does not have (placeholders "param<number>" are ignored), a bad value, a name
// without a value or given twice; "0,01" is refused with a hint to write 0.01.
Result<Request> ParseRequest(std::span<const std::string> words);

}  // namespace acc::verify
