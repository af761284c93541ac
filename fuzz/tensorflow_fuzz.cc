// SPDX-License-Identifier: BSD-3-Clause
// Feeds the readers of frozen TensorFlow graphs with what libFuzzer makes: what a file is, the part
// between its ends, the translation, and what is loaded to run that part.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "model/tensorflow/file.h"
#include "model/tensorflow/frozen_graph.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

Result<FrozenGraph> Open(std::span<const std::byte> content, const Ends& ends) {
  ACC_ASSIGN_OR_RETURN(auto graph, ParseGraphDef(content));
  return FrozenGraph::Create(std::move(graph), ends);
}

void Read(std::span<const std::byte> content) {
  const auto graph = Open(content, {.inputs = {"x"}, .outputs = {}});
  if (!graph.ok()) return;
  static_cast<void>(TranslateGraph(*graph, "fuzz").ok());
  // What is loaded to run the graph is a graph, too, unless it is all inputs.
  const std::string part = graph->Serialized();
  if (!part.empty() && !ParseGraphDef(std::as_bytes(std::span(part))).ok()) std::abort();
}

}  // namespace
}  // namespace acc::model::tensorflow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  acc::model::tensorflow::Read(std::as_bytes(std::span(data, size)));
  return 0;
}
