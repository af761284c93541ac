// SPDX-License-Identifier: BSD-3-Clause
#include "base/status.h"

namespace acc {

Status Status::WithContext(std::string_view context) const {
  if (ok() || code_ == StatusCode::kInterrupted) return *this;
  return {code_, std::string(context) + ": " + message_};
}

int ExitCode(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk: return 0;
    case StatusCode::kUsage: return 2;
    case StatusCode::kFailed: return 3;
    case StatusCode::kInterrupted: return 130;
  }
  return 3;
}

}  // namespace acc
