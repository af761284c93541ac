// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tensorflow/quiet.h"

#include <exception>
#include <string>

#include "base/log.h"
#include "base/text.h"

namespace acc::golden::tensorflow {

StderrToLog::~StderrToLog() {
  try {
    for (const std::string& line : Split(held_back_.Take(), '\n')) {
      if (!line.empty()) LogDebug("TensorFlow: {}", Printable(line));
    }
  } catch (const std::exception&) {
    return;  // Out of memory: what is lost are details.
  }
}

}  // namespace acc::golden::tensorflow
