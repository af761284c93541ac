// SPDX-License-Identifier: BSD-3-Clause
// What most sources include; see precompiled.cmake. No header of this project: a change of one
// would build everything again. Not nlohmann/json.hpp: what it leaves to instantiate would cost
// every source 0.4 s.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
