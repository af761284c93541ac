// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/isolated.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/child_process.h"
#include "base/json.h"

namespace acc::target {
namespace {

// What a message is, in its head's "kind".
constexpr char kValue[] = "value";
constexpr char kUnreadable[] = "unreadable";
constexpr char kNotTaken[] = "not_taken";
constexpr char kStatus[] = "status";

constexpr char kNextStep[] =
    " Try another --act_bitwidth or --precision, another generation (--runtime dspv75), or "
    "--runtime "
    "cpu.";

Status SendHead(const MessageSink& send, const Json& head, std::span<const std::byte> body = {}) {
  return send(head.dump(-1, ' ', false, Json::error_handler_t::replace), body);
}

// The simulator prints a line of its own to stdout, which is for results.
void SilenceStdout() {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDOUT_FILENO);
}

// The child's side. Taps are named by their index and not decoded; that is the parent's work.
void Work(Execution execution, std::size_t lines, const InputSource& inputs, std::string_view what,
          const MessageSink& send) {
  SilenceStdout();
  PlacementLog placement;
  execution.config.log = [&](std::string_view message) { placement.Read(message); };
  for (std::size_t i = 0; i < execution.taps.size(); ++i) {
    execution.taps[i].tensor = std::to_string(i);
    execution.taps[i].encoding.reset();
  }
  const auto forward = [&](std::size_t line, const Tap& tap, const TensorView& stored,
                           const TensorView&) {
    return SendHead(send,
                    {{"kind", kValue},
                     {"tap", std::stoul(tap.tensor)},
                     {"line", line},
                     {"type", Name(stored.type)},
                     {"dims", stored.dims}},
                    stored.bytes);
  };
  const auto no_value = [&](const std::string& tap, const std::string& reason) {
    static_cast<void>(
        SendHead(send, {{"kind", kUnreadable}, {"tap", std::stoul(tap)}, {"reason", reason}}));
  };
  Status status = Execute(execution, lines, inputs, forward, no_value, what);
  if (status.code() == StatusCode::kFailed) status = Failure(status.message() + kNextStep);
  for (const NotTaken& node : placement.NodesNotTaken()) {
    static_cast<void>(SendHead(send, {{"kind", kNotTaken},
                                      {"node", node.node},
                                      {"op_type", node.op_type},
                                      {"reason", node.reason}}));
  }
  static_cast<void>(SendHead(send, {{"kind", kStatus},
                                    {"code", static_cast<int>(status.code())},
                                    {"message", status.message()}}));
}

}  // namespace

Result<std::optional<int>> ExecuteIsolated(const Execution& execution, std::size_t lines,
                                           const InputSource& inputs, const Sink& sink,
                                           const UnreadableSink& unreadable,
                                           std::vector<NotTaken>& not_taken,
                                           std::string_view what) {
  Status status;
  not_taken.clear();
  const auto work = [&](const MessageSink& send) { Work(execution, lines, inputs, what, send); };
  const auto receive = [&](std::string_view text, std::span<const std::byte> body) -> Status {
    ACC_ASSIGN_OR_RETURN(const Json head, ParseJson(text, "a message of the simulator's process"));
    const std::string kind = head.at("kind");
    if (kind == kValue) {
      const auto type = ElementTypeFromName(head.at("type").get<std::string>());
      return Deliver(head.at("line"), execution.taps.at(head.at("tap")),
                     {type.value_or(ElementType::kUndefined), head.at("dims").get<Shape>(), body},
                     sink);
    }
    if (kind == kUnreadable) {
      unreadable(execution.taps.at(head.at("tap")).tensor, head.at("reason"));
    } else if (kind == kNotTaken) {
      not_taken.push_back({head.at("node"), head.at("op_type"), head.at("reason")});
    } else {
      status = Status(static_cast<StatusCode>(head.at("code").get<int>()), head.at("message"));
    }
    return OkStatus();
  };
  ACC_ASSIGN_OR_RETURN(const auto signal, RunInChild(work, receive));
  if (!signal && !status.ok()) return status;
  return signal;
}

}  // namespace acc::target
