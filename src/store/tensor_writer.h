// SPDX-License-Identifier: BSD-3-Clause
// Writes the tensors of a run as raw files.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "base/status.h"
#include "store/manifest.h"
#include "tensor/tensor.h"

namespace acc::store {

// Turns tensor names into file names that stay inside the run and differ from each other, also
// where the names are "../x", "/etc/x", hold NUL or other control bytes, are 5,000 characters long
// or differ only in case. "/" makes a folder, as in "inception_3a/1x1/bn.raw"; an ordinary name is
// kept as it is. A name that is changed gets a suffix made from a hash of the whole name.
class FileNames {
 public:
  // The path relative to the run, without an extension; the same for the same name.
  std::string PathFor(std::string_view tensor_name);

 private:
  std::map<std::string, std::string, std::less<>> path_of_;
  std::set<std::string> taken_;  // Case-folded.
};

class TensorWriter {
 public:
  explicit TensorWriter(std::filesystem::path run) : run_(std::move(run)) {}

  // Stores `value`, which is in the source's axis order, permuted to record.axis_order, as float32
  // and, where its own type is another, as <path>.<type>.raw's exact copy in `native/`.
  // Fills record's file, native_file, type and dims, and adds it to the manifest.
  // Thread-safe; the manifest keeps the order of calls.
  Status Write(TensorRecord record, const TensorView& value);
  void Skip(std::string name, std::string reason);

  // Writes tensors.json. `order` gives each tensor's rank; unknown names come last.
  Status Finish(const std::map<std::string, std::size_t>& order);

  const Manifest& manifest() const { return manifest_; }

 private:
  std::filesystem::path run_;
  std::mutex mutex_;
  FileNames names_;
  Manifest manifest_;
};

}  // namespace acc::store
