// SPDX-License-Identifier: BSD-3-Clause
#include "target/htp/isolated.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "base/child_process.h"
#include "base/json.h"
#include "ort/message.h"

namespace acc::target {
namespace {

// What a message is, in its head's "kind".
constexpr char kValue[] = "value";
constexpr char kUnreadable[] = "unreadable";
constexpr char kSession[] = "session";
constexpr char kNoSession[] = "no_session";
constexpr char kLastWords[] = "last_words";
constexpr char kStatus[] = "status";

Status SendHead(const MessageSink& send, const Json& head, std::span<const std::byte> body = {}) {
  return send(DumpJson(head), body);
}

// The simulator prints a line of its own to stdout, which is for results.
void SilenceStdout() {
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) dup2(null, STDOUT_FILENO);
}

std::string TextOf(const std::exception_ptr& thrown) {
  try {
    if (thrown) std::rethrow_exception(thrown);
  } catch (const std::exception& exception) {
    return ort::PlainMessage(exception.what());
  } catch (...) {
    return "an exception of a kind of its own";
  }
  return "";
}

const MessageSink*& Witness() {
  static const MessageSink* send = nullptr;
  return send;
}

// An exception that the plugin lets escape ends the process; the parent is to know which.
[[noreturn]] void SayLastWords() {
  static_cast<void>(
      SendHead(*Witness(), {{"kind", kLastWords}, {"text", TextOf(std::current_exception())}}));
  std::abort();
}

Json JsonOf(const SessionLog& log, const char* kind) {
  Json nodes = Json::array();
  for (const ort::AssignedNode& node : log.nodes) {
    nodes.push_back({node.provider, node.node, node.op_type});
  }
  return {{"kind", kind},
          {"nodes", std::move(nodes)},
          {"refusals", log.refusals},
          {"errors", log.errors},
          {"backend", log.backend}};
}

SessionLog LogFrom(const Json& json) {
  SessionLog log;
  for (const Json& node : json.at("nodes")) {
    log.nodes.push_back({node.at(0), node.at(1), node.at(2)});
  }
  json.at("refusals").get_to(log.refusals);
  json.at("errors").get_to(log.errors);
  json.at("backend").get_to(log.backend);
  return log;
}

// The child's side of an execution. Taps are named by their index and not decoded; that is the
// parent's work.
Status WorkOn(Execution execution, std::size_t lines, const InputSource& inputs,
              std::string_view what, const MessageSink& send) {
  SessionLog log;
  execution.config.log = [&](std::string_view message, bool is_error) {
    log.Read(message, is_error);
  };
  execution.config.assigned = [&](std::vector<ort::AssignedNode> nodes) {
    log.nodes = std::move(nodes);
    Status sent = SendHead(send, JsonOf(log, kSession));
    log = {};
    return sent;
  };
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
  if (!status.ok()) static_cast<void>(SendHead(send, JsonOf(log, kNoSession)));
  return status;
}

// Nothing of the child's may unwind into the code that forked it.
void Work(const Execution& execution, std::size_t lines, const InputSource& inputs,
          std::string_view what, const MessageSink& send) noexcept {
  SilenceStdout();
  Witness() = &send;
  std::set_terminate(&SayLastWords);
  Status status;
  try {
    status = WorkOn(execution, lines, inputs, what, send);
  } catch (...) {
    status = Failure(TextOf(std::current_exception()));
  }
  static_cast<void>(SendHead(send, {{"kind", kStatus},
                                    {"code", static_cast<int>(status.code())},
                                    {"message", status.message()}}));
}

// The parent's side.
class Receiver {
 public:
  Receiver(const Execution& execution, const Sink& sink, const UnreadableSink& unreadable,
           const SessionSink& session, const ProcessorOf& processor_of)
      : execution_(execution),
        sink_(sink),
        unreadable_(unreadable),
        session_(session),
        processor_of_(processor_of) {}

  Status Receive(std::string_view text, std::span<const std::byte> body) {
    ACC_ASSIGN_OR_RETURN(const Json head, ParseJson(text, "a message of the simulator's process"));
    try {
      return Take(head, body);
    } catch (const std::exception& exception) {
      return Failure(
          fmt::format("a message of the simulator's process cannot be read: {}", exception.what()));
    }
  }

  // After the child ended by `signal` or by itself.
  ChildEnd End(std::optional<int> signal) {
    end_.signal = signal;
    if (!signal && !is_told_) {
      end_.status = Failure("the simulator's process ended before it was done");
    }
    return std::move(end_);
  }

 private:
  Status Take(const Json& head, std::span<const std::byte> body) {
    const std::string kind = head.at("kind");
    if (kind == kValue) return TakeValue(head, body);
    if (kind == kSession) return session_(LogFrom(head));
    if (kind == kNoSession) {
      end_.log = LogFrom(head);
    } else if (kind == kUnreadable) {
      unreadable_(execution_.taps.at(head.at("tap")).tensor, head.at("reason"));
    } else if (kind == kLastWords) {
      end_.last_words = head.at("text");
    } else {
      end_.status = Status(static_cast<StatusCode>(head.at("code").get<int>()), head.at("message"));
      is_told_ = true;
    }
    return OkStatus();
  }

  Status TakeValue(const Json& head, std::span<const std::byte> body) {
    Tap tap = execution_.taps.at(head.at("tap"));
    tap.processor = processor_of_(tap);
    const auto type = ElementTypeFromName(head.at("type").get<std::string>());
    return Deliver(head.at("line"), tap,
                   {type.value_or(ElementType::kUndefined), head.at("dims").get<Shape>(), body},
                   sink_);
  }

  const Execution& execution_;
  const Sink& sink_;
  const UnreadableSink& unreadable_;
  const SessionSink& session_;
  const ProcessorOf& processor_of_;
  ChildEnd end_;
  bool is_told_ = false;  // How the child's work ended.
};

}  // namespace

std::string ChildEnd::Reason() const {
  if (!signal) return status.message();
  if (!last_words.empty()) return "Qualcomm's plugin failed: " + last_words;
  if (*signal == SIGKILL) {
    return "the simulator's process was killed (signal 9); most often memory ran out";
  }
  return fmt::format("Qualcomm's simulator crashed (signal {}, {})", *signal, strsignal(*signal));
}

Result<ChildEnd> ExecuteIsolated(const Execution& execution, std::size_t lines,
                                 const InputSource& inputs, const Sink& sink,
                                 const UnreadableSink& unreadable, const SessionSink& session,
                                 const ProcessorOf& processor_of, std::string_view what) {
  Receiver receiver(execution, sink, unreadable, session, processor_of);
  const auto work = [&](const MessageSink& send) { Work(execution, lines, inputs, what, send); };
  const auto receive = [&](std::string_view text, std::span<const std::byte> body) {
    return receiver.Receive(text, body);
  };
  ACC_ASSIGN_OR_RETURN(const auto signal, RunInChild(work, receive));
  return receiver.End(signal);
}

}  // namespace acc::target
