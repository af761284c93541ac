// SPDX-License-Identifier: BSD-3-Clause
// For tests: a folder that goes away, and tensor files in it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/scratch_folder_testing.h"
#include "verify/comparison.h"

namespace acc::verify {

class TestFolder : public ScratchFolder {
 public:
  std::filesystem::path Write(const std::string& name, std::span<const float> values) const {
    EXPECT_TRUE(WriteFile(*this / name, std::as_bytes(values)).ok());
    return *this / name;
  }

  PairFiles WritePair(std::span<const float> golden, std::span<const float> target) const {
    PairFiles files;
    files.golden = Write("golden.raw", golden);
    files.target = Write("target.raw", target);
    files.dims = {static_cast<std::int64_t>(target.size())};
    return files;
  }
};

inline Request MakeRequest(std::initializer_list<std::string> words) {
  const std::vector<std::string> list(words);
  Result<Request> request = ParseRequest(list);
  EXPECT_TRUE(request.ok()) << request.status().message();
  return request.ok() ? *request : Request();
}

// Every verifier with its defaults, in the order of the table.
inline std::vector<Request> AllRequests() {
  std::vector<Request> requests;
  for (const VerifierInfo& info : Verifiers()) {
    requests.push_back(MakeRequest({std::string(info.name)}));
  }
  return requests;
}

// The comparison of two vectors; a failed one fails the test.
inline Comparison CompareValues(std::span<const float> golden, std::span<const float> target,
                                std::span<const Request> requests) {
  const TestFolder folder;
  Result<Comparison> result = Compare(folder.WritePair(golden, target), requests);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return result.ok() ? *std::move(result) : Comparison();
}

}  // namespace acc::verify
