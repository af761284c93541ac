// SPDX-License-Identifier: BSD-3-Clause
// How the fuzz target's inputs are laid out, for the target and for the maker of seeds.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace acc::dlc::fuzz {

// The first byte; any other stands for records.
inline constexpr char kFile = 'F';
inline constexpr char kJson = 'J';
inline constexpr char kRecords = 'R';

struct Records {
  std::string_view model;
  std::string_view params;
  std::string_view external;
};

inline std::string_view TakePart(std::string_view& input) {
  std::size_t size = 0;
  for (int i = 0; i < 3 && !input.empty(); ++i) {
    size |= std::size_t{static_cast<std::uint8_t>(input.front())} << (8 * i);
    input.remove_prefix(1);
  }
  const std::string_view part = input.substr(0, std::min(size, input.size()));
  input.remove_prefix(part.size());
  return part;
}

// Each of the first two after its size in three bytes.
inline Records Split(std::string_view input) {
  Records records;
  records.model = TakePart(input);
  records.params = TakePart(input);
  records.external = input;
  return records;
}

inline std::string Join(const Records& records) {
  std::string input;
  for (const std::string_view part : {records.model, records.params}) {
    for (int i = 0; i < 3; ++i) input.push_back(static_cast<char>(part.size() >> (8 * i)));
    input += part;
  }
  return input.append(records.external);
}

}  // namespace acc::dlc::fuzz
