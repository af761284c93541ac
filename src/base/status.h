// SPDX-License-Identifier: BSD-3-Clause
// How expected failures travel: a Status or a Result<T> is returned, nobody logs and returns,
// and main prints the message once. Exceptions of other libraries are caught where they are called.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace acc {

// What a failure means to the caller of the program. ExitCode() maps it to the process's exit code.
enum class StatusCode {
  kOk,
  kUsage,        // The command line or a configuration file is wrong.
  kFailed,       // A file, a model or a runtime made the run impossible.
  kInterrupted,  // The user pressed Ctrl-C.
};

// Success, or a failure with a message that says what failed, on which object, why, and what to do
// next.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  const std::string& message() const { return message_; }

  // The same failure with "context: " before its message; success stays success.
  Status WithContext(std::string_view context) const;

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string message_;
};

inline Status OkStatus() { return {}; }
inline Status UsageError(std::string message) { return {StatusCode::kUsage, std::move(message)}; }
inline Status Failure(std::string message) { return {StatusCode::kFailed, std::move(message)}; }
inline Status Interrupted() { return {StatusCode::kInterrupted, "interrupted"}; }

// 0 done, 2 bad command line, 3 could not run, 130 interrupted. (1, a threshold not met, is no
// failure.)
int ExitCode(const Status& status);

// A T, or the failure that kept it from being made.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(Status failure) : state_(std::move(failure)) {}

  bool ok() const { return std::holds_alternative<T>(state_); }
  Status status() const { return ok() ? Status() : std::get<Status>(state_); }

  // Only after ok().
  T& value() & { return std::get<T>(state_); }
  const T& value() const& { return std::get<T>(state_); }
  T&& value() && { return std::get<T>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<Status, T> state_;
};

}  // namespace acc

#define ACC_CONCAT_INNER(a, b) a##b
#define ACC_CONCAT(a, b) ACC_CONCAT_INNER(a, b)

#define ACC_RETURN_IF_ERROR(expression)                              \
  do {                                                               \
    if (::acc::Status acc_status = (expression); !acc_status.ok()) { \
      return acc_status;                                             \
    }                                                                \
  } while (false)

#define ACC_ASSIGN_OR_RETURN(declaration, expression)    \
  auto ACC_CONCAT(acc_result_, __LINE__) = (expression); \
  if (!ACC_CONCAT(acc_result_, __LINE__).ok()) {         \
    return ACC_CONCAT(acc_result_, __LINE__).status();   \
  }                                                      \
  declaration = std::move(ACC_CONCAT(acc_result_, __LINE__)).value()
