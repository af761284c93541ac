// SPDX-License-Identifier: BSD-3-Clause
#include "ort/assignment.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "ort/api.h"
#include "ort/library.h"

namespace acc::ort {
namespace {

// The first version of ONNX Runtime's interface that has the calls.
constexpr std::uint32_t kFirstVersion = 24;

// The runtime's objects; they live as long as their session.
struct Subgraph;
struct Node;

// The calls' places in the table of functions, which every version only appends to.
enum Place : std::size_t {
  kGetAssignment = 407,  // Session_GetEpGraphAssignmentInfo
  kGetProvider = 408,    // EpAssignedSubgraph_GetEpName
  kGetNodes = 409,       // EpAssignedSubgraph_GetNodes
  kGetName = 410,        // EpAssignedNode_GetName
  kGetOpType = 412,      // EpAssignedNode_GetOperatorType
};

using GetAssignment = OrtStatus*(ORT_API_CALL*)(const OrtSession*, const Subgraph* const**,
                                                std::size_t*);
using GetNodes = OrtStatus*(ORT_API_CALL*)(const Subgraph*, const Node* const**, std::size_t*);
template <typename Object>
using GetText = OrtStatus*(ORT_API_CALL*)(const Object*, const char**);

#if ORT_API_VERSION >= 24
static_assert(offsetof(OrtApi, Session_GetEpGraphAssignmentInfo) == kGetAssignment * sizeof(void*));
static_assert(offsetof(OrtApi, EpAssignedSubgraph_GetEpName) == kGetProvider * sizeof(void*));
static_assert(offsetof(OrtApi, EpAssignedSubgraph_GetNodes) == kGetNodes * sizeof(void*));
static_assert(offsetof(OrtApi, EpAssignedNode_GetName) == kGetName * sizeof(void*));
static_assert(offsetof(OrtApi, EpAssignedNode_GetOperatorType) == kGetOpType * sizeof(void*));
#else
static_assert(sizeof(OrtApi) <= kGetAssignment * sizeof(void*));
#endif

template <typename Call>
Call At(Place place) {
  const auto* table = static_cast<void* const*>(FunctionTable(kFirstVersion));
  return reinterpret_cast<Call>(table[place]);
}

template <typename Object>
std::string Text(Place place, const Object* object) {
  const char* text = nullptr;
  Ort::ThrowOnError(At<GetText<Object>>(place)(object, &text));
  return text != nullptr ? text : "";
}

}  // namespace

bool TellsAssignment() { return FunctionTable(kFirstVersion) != nullptr; }

std::vector<AssignedNode> AssignmentOf(const OrtSession* session) {
  std::vector<AssignedNode> assigned;
  const Subgraph* const* groups = nullptr;
  std::size_t count = 0;
  Ort::ThrowOnError(At<GetAssignment>(kGetAssignment)(session, &groups, &count));
  for (std::size_t i = 0; i < count; ++i) {
    const std::string provider = Text(kGetProvider, groups[i]);
    const Node* const* nodes = nullptr;
    std::size_t members = 0;
    Ort::ThrowOnError(At<GetNodes>(kGetNodes)(groups[i], &nodes, &members));
    for (std::size_t node = 0; node < members; ++node) {
      assigned.push_back({provider, Text(kGetName, nodes[node]), Text(kGetOpType, nodes[node])});
    }
  }
  return assigned;
}

}  // namespace acc::ort
