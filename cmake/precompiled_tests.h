// SPDX-License-Identifier: BSD-3-Clause
// What most unit tests include; see precompiled.cmake.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "precompiled.h"
