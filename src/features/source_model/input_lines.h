// SPDX-License-Identifier: BSD-3-Clause
// The lines of an input list, as inputs of the target graph.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "convert/convert.h"
#include "features/source_model/source_model.h"
#include "store/input_list.h"
#include "tensor/encoding.h"
#include "tensor/value_info.h"

namespace acc::features {

// What the files of a list hold. All names are those that the list uses.
struct ExpectedInputs {
  std::vector<ValueInfo> inputs;
  store::FileTypes types;
  std::map<std::string, std::string> target_name;  // Of inputs that the target graph still reads.
  // Of inputs whose files hold codes (uint8, int16, …, as the inputs' types say): how to turn them
  // into real numbers. A file that holds float32 all the same has the real numbers.
  std::map<std::string, TensorEncoding> codes;
};

// Of a source model; the list uses the source's names. The target's names are left out.
ExpectedInputs InputsOf(const SourceModel& model, bool native);
// The same with the names of its converted graph.
ExpectedInputs InputsOf(const SourceModel& model, const convert::TargetGraph& target, bool native);

class InputLines {
 public:
  // Checks every line's files before anything runs. Other spellings of an input's name ("a/b" for
  // "a_b", "a:0" for "a") are understood where they fit one input alone.
  static Result<InputLines> Open(const std::filesystem::path& input_list, ExpectedInputs expected);

  std::size_t size() const { return list_.lines.size(); }
  const store::InputList& list() const { return list_; }
  // Under the target graph's names; floats as float32, after they had the source's type, so that
  // the target gets the numbers that golden got.
  Result<store::NamedTensors> Read(std::size_t line) const;

 private:
  // The inputs of one line, with the names of those whose files hold codes.
  struct LineInputs {
    std::vector<ValueInfo> inputs;
    std::set<std::string> codes;
  };
  Result<LineInputs> InputsOfLine(std::size_t line) const;

  store::InputList list_;
  ExpectedInputs expected_;
};

}  // namespace acc::features
