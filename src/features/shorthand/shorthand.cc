// SPDX-License-Identifier: BSD-3-Clause
#include "features/shorthand/shorthand.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/files.h"
#include "base/text.h"
#include "features/shorthand/shaped_input.h"
#include "features/source_model/source_model.h"
#include "model/reader/reader.h"
#include "store/file_names.h"
#include "target/engine.h"
#include "tensor/shape.h"

namespace acc::features {
namespace {

namespace fs = std::filesystem;

using flags::Given;

std::string FirstWord(const Given& given, std::string_view name, std::string_view fallback) {
  const auto found = given.find(name);
  return found == given.end() ? std::string(fallback) : found->second.front().front();
}

void AddMissing(Given& given, std::string_view name, flags::Occurrences words) {
  given.try_emplace(std::string(name), std::move(words));
}

// By the name of the file.
Result<const model::ReaderInfo*> ReaderOf(const fs::path& path) {
  const std::string extension = ToLower(path.extension().string());
  std::string known;
  for (const model::ReaderInfo& reader : model::Readers()) {
    if (reader.extension == extension) return &reader;
    known += fmt::format("{}{}", known.empty() ? "" : ", ", reader.extension);
  }
  if (extension == ".dlc") {
    return UsageError(fmt::format(
        "'{0}' is a converted model, which has no golden run of its own. Give the goldens to "
        "--inference_engine --stage converted --static_model '{0}' --fine_grain_mode GOLDENS, or "
        "look at it with --dlc_info '{0}'",
        Printable(path.string())));
  }
  return UsageError(fmt::format(
      "'{}' is no model by its name, and no flag: the models of a run are {}. See --help",
      Printable(path.string()), known));
}

// "dsp" where the simulator can be opened.
std::string RuntimeHere() {
  for (const target::EngineInfo& engine : target::Engines()) {
    if (engine.name == "htp" && engine.library().ok()) return "dsp";
  }
  return "cpu";
}

bool HoldsIntegers(const std::vector<ValueInfo>& inputs) {
  return std::ranges::any_of(inputs, [](const ValueInfo& input) { return !IsFloat(input.type); });
}

// The words that were given for an input, whatever ends its name has.
const std::vector<std::string>* WordsFor(const flags::Occurrences& given,
                                         const std::string& input) {
  const auto found = std::ranges::find_if(given, [&](const std::vector<std::string>& words) {
    return words[0] == input || ModelSpelling(words[0], {input}) == input;
  });
  return found == given.end() ? nullptr : &*found;
}

// The words of --input_tensor for every input of the model, and a list of one line with their
// files. What is not given is made.
class Inputs {
 public:
  Inputs(const model::Graph& graph, const model::ReaderInfo& reader, fs::path folder,
         flags::Occurrences given)
      : graph_(graph),
        is_channel_last_(reader.is_channel_last),
        folder_(std::move(folder)),
        given_(std::move(given)),
        native_(HoldsIntegers(graph.inputs)) {}

  Status Complete(CompletedRun& run) {
    flags::Occurrences all;
    for (const ValueInfo& input : graph_.inputs) {
      const std::vector<std::string>* words = WordsFor(given_, input.name);
      if (words != nullptr && words->size() > 2) {
        all.push_back(*words);
        continue;
      }
      ACC_ASSIGN_OR_RETURN(all.emplace_back(), Make(input, words));
    }
    // For the run to tell: inputs that the model does not have, or that lie inside of it.
    for (const std::vector<std::string>& words : given_) {
      if (words.size() > 2 && std::ranges::count(all, words) == 0) all.push_back(words);
    }
    run.given["input_tensor"] = all;
    if (!run.given.contains("input_list")) ACC_RETURN_IF_ERROR(WriteList(all, run));
    State(run);
    return OkStatus();
  }

 private:
  // The words for an input without a file: of the dims that are given, or chosen.
  Result<std::vector<std::string>> Make(const ValueInfo& input,
                                        const std::vector<std::string>* words) {
    ValueInfo wanted = input;
    if (words != nullptr) {
      const auto dims = ShapeFromText((*words)[1]);
      if (!dims) {
        return UsageError(
            fmt::format("--input_tensor '{}' is given neither with dims, such as 1,3,224,224, nor "
                        "with dims and "
                        "a raw file",
                        Printable(input.name)));
      }
      wanted.dims = *dims;
      wanted.has_rank = true;
    }
    if (!wanted.has_rank) {
      return UsageError(fmt::format(
          "the model does not say how many dims its input '{0}' has; give them: --input_tensor "
          "'{0}' DIMS",
          Printable(input.name)));
    }
    ACC_ASSIGN_OR_RETURN(const ShapedInput made, MakeShapedInput(graph_, wanted, is_channel_last_));
    ACC_RETURN_IF_ERROR(CreateFolders(folder_));
    const fs::path file = folder_ / (names_.PathFor(input.name) + ".raw");
    ACC_ASSIGN_OR_RETURN(const bool has_own_type, WriteValues(made.values, file));
    const std::string dims = fmt::format("{}", fmt::join(made.values.dims(), ","));
    if (made.values.dims() != wanted.dims) chosen_.push_back(Printable(input.name) + " " + dims);
    made_.push_back(
        fmt::format("'{}' {} ({}): {}", Printable(input.name), dims, Name(input.type), made.kind));
    std::vector<std::string> full = {input.name, dims, file.string()};
    if (has_own_type) full.emplace_back(Name(input.type));
    return full;
  }

  // Whether the file has the input's own type, and not float32.
  Result<bool> WriteValues(const Tensor& values, const fs::path& file) const {
    if (native_ || values.type() == ElementType::kFloat32) {
      ACC_RETURN_IF_ERROR(WriteFile(file, values.bytes()));
      return values.type() != ElementType::kFloat32;
    }
    ACC_ASSIGN_OR_RETURN(const auto floats, ToFloats(values.view()));
    ACC_RETURN_IF_ERROR(WriteFile(file, Tensor::FromFloats(values.dims(), floats).bytes()));
    return false;
  }

  Status WriteList(const flags::Occurrences& all, CompletedRun& run) const {
    std::vector<std::string> files;
    bool native = false;
    for (const std::vector<std::string>& words : all) {
      files.push_back(fmt::format("{}:={}", words[0], fs::absolute(words[2]).string()));
      native |= words.size() > 3 && ToLower(words[3]) != "float32";
    }
    ACC_RETURN_IF_ERROR(CreateFolders(folder_));
    const fs::path list = folder_ / "input_list.txt";
    ACC_RETURN_IF_ERROR(WriteFileAtomically(list, Join(files, " ") + "\n"));
    AddMissing(run.given, "input_list", {{list.string()}});
    if (native) AddMissing(run.given, "use_native_input_files", {{}});
    if (made_.empty()) {
      run.statements.push_back(
          "No --input_list was given, so the target is calibrated with the golden input alone: 50 "
          "or more that are typical give better ranges.");
    }
    return OkStatus();
  }

  void State(CompletedRun& run) const {
    if (!made_.empty()) {
      run.statements.push_back(fmt::format(
          "{} The run has made inputs: {}. Its ranges and scores are only as good as these: give "
          "data with --input_tensor and --input_list.",
          made_.size() == graph_.inputs.size() ? "No data was given."
                                               : "Some inputs were given no data.",
          Join(made_, "; ")));
    }
    if (!chosen_.empty()) {
      run.hint = fmt::format(
          "The model leaves dims open, which were chosen here: {}. Give others with "
          "--input_tensor NAME DIMS",
          Join(chosen_, "; "));
    }
  }

  const model::Graph& graph_;
  const bool is_channel_last_;
  const fs::path folder_;
  const flags::Occurrences given_;
  const bool native_;
  store::FileNames names_;
  std::vector<std::string> made_;    // What was made, and of which kind.
  std::vector<std::string> chosen_;  // Inputs of chosen dims.
};

}  // namespace

Result<CompletedRun> CompleteRun(Given given) {
  CompletedRun run{.given = std::move(given), .statements = {}};
  const fs::path path = FirstWord(run.given, "model_path", "");
  ACC_ASSIGN_OR_RETURN(const model::ReaderInfo* reader, ReaderOf(path));
  ACC_ASSIGN_OR_RETURN(const model::Graph graph, reader->read(path, {}));
  const fs::path folder = fs::path(FirstWord(run.given, "working_dir", "working_directory")) /
                          "made_inputs" / store::FileNames().PathFor(path.stem().string());
  const auto inputs = run.given.find("input_tensor");
  if (inputs == run.given.end() && run.given.contains("input_list")) {
    return UsageError(
        "--input_list without --input_tensor: name the inputs of one of its lines with "
        "--input_tensor, which the golden run gets");
  }
  ACC_RETURN_IF_ERROR(Inputs(graph, *reader, folder,
                             inputs == run.given.end() ? flags::Occurrences() : inputs->second)
                          .Complete(run));
  AddMissing(run.given, "framework", {{std::string(reader->framework)}});
  flags::Occurrences outputs;
  for (const ValueInfo& output : graph.outputs) outputs.push_back({output.name});
  AddMissing(run.given, "output_tensor", std::move(outputs));
  AddMissing(run.given, "runtime", {{RuntimeHere()}});
  AddMissing(run.given, "architecture", {{"x86_64-linux-clang"}});
  AddMissing(run.given, "default_verifier", {{"SQNR"}, {"CosineSimilarity"}});
  return run;
}

}  // namespace acc::features
