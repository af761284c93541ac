// SPDX-License-Identifier: BSD-3-Clause
// A file as a GraphDef message.
#pragma once

#include <graph_def.pb.h>

#include <filesystem>
#include <memory>
#include <span>

#include "base/status.h"

namespace acc::model::tensorflow {

namespace proto = ::acc::tensorflow;

// Fails for a missing, truncated or foreign file (a SavedModel, a checkpoint, a model of another
// framework, …), saying what it is and what to do. Every node has a name and an op.
Result<std::unique_ptr<proto::GraphDef>> ReadGraphDef(const std::filesystem::path& path);

// The same of a file's content.
Result<std::unique_ptr<proto::GraphDef>> ParseGraphDef(std::span<const std::byte> content);

}  // namespace acc::model::tensorflow
