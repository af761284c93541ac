// SPDX-License-Identifier: BSD-3-Clause
// Work that may crash, in a process of its own: libraries of others cannot take this one down.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.h"

namespace acc {

// A message: a short text and bytes. The spans live only as long as the call.
using MessageSink = std::function<Status(std::string_view head, std::span<const std::byte> body)>;

// Forks; the child runs `work`, which sends messages (from any thread of its own) and returns; then
// the child ends without running destructors. The parent gets the messages in the order in which
// they were sent. Returns nothing when the child ended well, or the signal that killed it. An
// exception that leaves `work` ends the child and is a failure here, with its text. A failure of
// `receive`, and an exception, stop the child and come out; so does the end that the user asks for
// (Interrupted(), see base/interrupt.h). Only to be called while no other thread of this process
// holds a lock. The child dies with its parent.
Result<std::optional<int>> RunInChild(const std::function<void(const MessageSink& send)>& work,
                                      const MessageSink& receive);

}  // namespace acc
