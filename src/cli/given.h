// SPDX-License-Identifier: BSD-3-Clause
// The flags that the user gave, on the command line or in the file of --args_config.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "features/features.h"
#include "flags/flag.h"

namespace acc::cli {

// Reads the words, of which the flag that selects the feature is taken out. Fails as Tokens() does;
// a usage error also for an unknown flag (with the nearest spelling), for a word that belongs to no
// flag, for a flag given twice, too few words after a flag, and a word that is none of the flag's
// choices. Choices come back in the table's spelling.
Result<flags::Given> GivenInWords(const features::Feature& feature,
                                  std::span<const std::string> words);

// Reads a JSON object of long or short names, with or without dashes. A switch is true or false;
// another flag has a text or a number, several words as an array, several occurrences as an array
// of arrays. In a flat array each element is an occurrence if it holds enough words by itself;
// otherwise the elements are the words of one occurrence. Dimensions may be an array of numbers.
// null stands for a flag that is not given.
// Fails as GivenInWords does and for text that is no JSON object (usage errors that name the file),
// and for a file that cannot be read.
Result<flags::Given> GivenInConfig(const features::Feature& feature,
                                   const std::filesystem::path& path);

// Both together; a usage error for the flags given in both.
Result<flags::Given> Merge(flags::Given words, const flags::Given& config);

}  // namespace acc::cli
