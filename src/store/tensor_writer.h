// SPDX-License-Identifier: BSD-3-Clause
// Writes the tensors of a run as raw files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"
#include "store/file_names.h"
#include "store/manifest.h"
#include "tensor/tensor.h"

namespace acc::store {

class TensorWriter {
 public:
  explicit TensorWriter(std::filesystem::path run) : run_(std::move(run)) {}

  // Stores `value`, which is in the source's axis order, permuted to record.axis_order, as float32
  // and, where its own type is another, as <path>.<type>.raw's exact copy in `native/`.
  // Fills record's file, native_file, type and dims, and adds it to the manifest; a tensor of the
  // same name that was written before is replaced. Fails for types without a byte form.
  // Thread-safe; the manifest keeps the order of calls.
  Status Write(TensorRecord record, const TensorView& value);
  // The same where the tensor's own form is not its value but `native`, such as the integers of a
  // quantized tensor: the raw file gets `value`, the exact copy is of `native`. Both are in the
  // order `held`.
  Status Write(TensorRecord record, const TensorView& value, const TensorView& native,
               AxisOrder held = AxisOrder::kSource);
  // The values of a tensor that was written before, in the order `held`, from a run without
  // capture. Where they are not the same to the bit, they are kept beside the exact copies as the
  // record's plain_file, and the result is true.
  Result<bool> WritePlain(const std::string& name, const TensorView& value,
                          AxisOrder held = AxisOrder::kSource);
  // Whether `other`, which wrote another run of the same line, has for a tensor that both wrote the
  // values of the run without capture: those of WritePlain where they differ.
  Result<bool> ShipsAs(const std::string& name, const TensorWriter& other) const;
  // Takes the files of `other` for a tensor that both wrote in place of its own, and of its plain
  // run; they leave other's folder. True where the values differ.
  Result<bool> Adopt(const std::string& name, const TensorWriter& other);
  // TensorRecord::is_disturbed.
  void MarkDisturbed(const std::string& name);
  void Skip(std::string name, std::string reason);
  // From now on <path>.raw is the exact copy, and float32 is in <path>.raw of `float32/`.
  void SetNativeFirst(bool native_first) { native_first_ = native_first; }
  // Manifest::channel_last_source.
  void SetChannelLastSource(bool channel_last) { manifest_.channel_last_source = channel_last; }

  // Manifest::statements.
  void State(std::vector<std::string> statements) { manifest_.statements = std::move(statements); }

  // Writes tensors.json. `order` gives each tensor's rank; unknown names come last.
  Status Finish(const std::map<std::string, std::size_t>& order);

  // Not while other threads write.
  const Manifest& manifest() const { return manifest_; }
  // The record of a tensor that was written, or null; valid until the next Write.
  const TensorRecord* Find(const std::string& name) const;

 private:
  // Gives the record its file names.
  void Name(TensorRecord& record);
  void Add(TensorRecord record);

  std::filesystem::path run_;
  bool native_first_ = false;
  std::mutex mutex_;
  FileNames names_;
  Manifest manifest_;
  std::map<std::string, std::size_t> index_of_;  // In manifest_.tensors.
};

}  // namespace acc::store
