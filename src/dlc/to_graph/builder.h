// SPDX-License-Identifier: BSD-3-Clause
// The graph while a DLC is translated into it.
#pragma once

#include <string>
#include <unordered_map>

#include "base/status.h"
#include "dlc/model.h"
#include "dlc/to_graph/to_graph.h"
#include "model/translation/builder.h"

namespace acc::dlc {

using model::AsStored;
using model::ChannelFirst;
using model::Order;
using model::PlaceOf;

class GraphBuilder : public model::GraphBuilder {
 public:
  // Keeps a reference to `source`.
  explicit GraphBuilder(const Graph& source);
  // Reads the tensors and makes the graph's inputs. Fails for nameless and repeated tensors.
  Status Start();

  // Null for unknown names.
  const Tensor* Find(const std::string& tensor) const;
  void Note(std::string note) { notes_.push_back(std::move(note)); }

  Result<TranslatedGraph> Finish();

 private:
  Status AddOutputs();
  void AddEncodings(TranslatedGraph& translated);

  const Graph& source_;
  std::unordered_map<std::string, const Tensor*> tensors_;
  std::vector<std::string> notes_;
};

}  // namespace acc::dlc
