// SPDX-License-Identifier: BSD-3-Clause
// How the files of a target run are to be read where the user says of which type they are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/status.h"
#include "match/match.h"
#include "store/manifest.h"
#include "tensor/element_type.h"
#include "tensor/encoding.h"
#include "tensor/pair_reader.h"
#include "tensor/raw_file.h"

namespace acc::features {

struct TargetFile {
  std::string file;  // Relative to the run.
  RawFormat format;
  bool stays_integer = false;  // Integers that no encoding turns into real numbers.
  std::string note;            // What was done with integers, in one sentence; or empty.
};

// The file of `record` and how to read it. `data_type` is that of --data_type, or nothing.
//
// A run with tensors.json says the type itself: its files are float32, and a tensor of an integer
// type has an exact copy beside. That copy is read where `data_type` names its type; another type
// is a contradiction, and an error. Other runs hold what `data_type` says.
// Integers become real numbers by `encoding`, whose bitwidth must be theirs; without one, or with a
// float one, they stay integers. Signed integers are codes less half of their range.
Result<TargetFile> TargetFileOf(const store::TensorRecord& record, bool has_manifest,
                                const std::optional<ElementType>& data_type,
                                const std::optional<TensorEncoding>& encoding);

// Sets files.wide where a side says that it holds 64-bit numbers or 32-bit integers and keeps an
// exact copy: golden and target are then compared in their own types, not as the float32 of
// `files`. Codes of real numbers (a target with an encoding) stay what `files` makes of them.
void AddExactCopies(const match::Pair& pair, const std::filesystem::path& golden_run,
                    const std::filesystem::path& target_run, PairSource& files);

}  // namespace acc::features
