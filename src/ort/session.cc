// SPDX-License-Identifier: BSD-3-Clause
#include "ort/session.h"

#include <fmt/format.h>

#include <exception>
#include <mutex>
#include <set>
#include <utility>

#include "base/interrupt.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "ort/api.h"
#include "ort/assignment.h"
#include "ort/library.h"
#include "ort/message.h"
#include "ort/types.h"

namespace acc::ort {
namespace {

// The runtime has one log for the whole process; what it says while a session is made goes to the
// one who makes it.
struct LogTap {
  std::mutex mutex;
  std::function<void(std::string_view, bool)> sink;
  std::exception_ptr thrown;  // By the sink.
};

LogTap& Tap() {
  static LogTap tap;
  return tap;
}

// Exceptions must not pass through the runtime.
void ORT_API_CALL OnMessage(void*, OrtLoggingLevel level, const char*, const char*, const char*,
                            const char* message) noexcept {
  const std::lock_guard lock(Tap().mutex);
  try {
    if (Tap().sink) Tap().sink(message, level >= ORT_LOGGING_LEVEL_ERROR);
  } catch (...) {
    if (!Tap().thrown) Tap().thrown = std::current_exception();
  }
}

class ScopedTap {
 public:
  explicit ScopedTap(const std::function<void(std::string_view, bool)>& sink) {
    const std::lock_guard lock(Tap().mutex);
    Tap().sink = sink;
  }
  ~ScopedTap() {
    const std::lock_guard lock(Tap().mutex);
    Tap().sink = nullptr;
    Tap().thrown = nullptr;
  }
  // Where a message was lost, what is known of the session is not all there is to know.
  static void ThrowWhatTheSinkThrew() {
    const std::lock_guard lock(Tap().mutex);
    if (Tap().thrown) std::rethrow_exception(Tap().thrown);
  }
  ScopedTap(const ScopedTap&) = delete;
  ScopedTap& operator=(const ScopedTap&) = delete;
};

// Lives until the process ends: plugin libraries must not be unloaded before their sessions, and
// tearing the runtime down at exit gains nothing.
Ort::Env& Environment() {
  static auto* env = new Ort::Env(ORT_LOGGING_LEVEL_WARNING, "acc", OnMessage, nullptr);
  return *env;
}

void RegisterOnce(const Provider& provider) {
  static std::set<std::string> registered;
  if (registered.insert(provider.name).second) {
    Environment().RegisterExecutionProviderLibrary(provider.name.c_str(),
                                                   provider.library.string());
  }
}

std::vector<Ort::ConstEpDevice> DevicesOf(const std::string& provider) {
  std::vector<Ort::ConstEpDevice> devices;
  for (const auto& device : Environment().GetEpDevices()) {
    if (device.EpName() == provider) devices.push_back(device);
  }
  return devices;
}

void AppendProvider(const Provider& provider, Ort::SessionOptions& options) {
  RegisterOnce(provider);
  const auto devices = DevicesOf(provider.name);
  if (devices.empty()) throw Ort::Exception(provider.name + " offers no device here", ORT_FAIL);
  std::unordered_map<std::string, std::string> settings(provider.options.begin(),
                                                        provider.options.end());
  options.AppendExecutionProvider_V2(Environment(), {devices.front()}, settings);
}

Ort::SessionOptions OptionsFor(const SessionConfig& config) {
  Ort::SessionOptions options;
  options.SetGraphOptimizationLevel(config.optimize ? ORT_ENABLE_ALL : ORT_DISABLE_ALL);
  options.SetLogSeverityLevel(config.log ? ORT_LOGGING_LEVEL_VERBOSE : ORT_LOGGING_LEVEL_ERROR);
  // Threads that wait busily for a next run would take processors from those that write tensors.
  options.AddConfigEntry("session.force_spinning_stop", "1");
  if (!config.model_folder.empty()) {
    options.AddConfigEntry("session.model_external_initializers_file_folder_path",
                           config.model_folder.c_str());
  }
  for (const auto& [key, value] : config.entries)
    options.AddConfigEntry(key.c_str(), value.c_str());
  if (!config.custom_op_library.empty()) {
    // A bare name would be looked for in the system's folders, not in the current one.
    const auto library = std::filesystem::absolute(config.custom_op_library);
    options.RegisterCustomOpsLibrary(library.c_str());
  }
  if (config.assigned) options.AddConfigEntry(kRecordAssignment, "1");
  if (config.provider) AppendProvider(*config.provider, options);
  return options;
}

// For calls that only ask for an end: it comes in another way then.
void Ignore(OrtStatus* status) {
  if (status != nullptr) Ort::GetApi().ReleaseStatus(status);
}

Status FromException(const Ort::Exception& exception) {
  std::string reason = PlainMessage(exception.what());
  if (reason.empty()) reason = Printable(exception.what());
  const std::string note = AddressSpaceNote();
  if (note.empty()) return Failure(reason);
  return Failure(fmt::format("{}{} {}, which may be too little.", reason,
                             reason.ends_with('.') ? "" : ".", note));
}

Ort::Value Borrow(const TensorView& tensor, const Ort::MemoryInfo& memory) {
  // The interface wants a pointer to non-const; inputs are not written to.
  auto* bytes = const_cast<std::byte*>(tensor.bytes.data());
  static std::byte nothing[1];
  return Ort::Value::CreateTensor(memory, bytes != nullptr ? bytes : nothing, tensor.bytes.size(),
                                  tensor.dims.data(), tensor.dims.size(), ToOrt(tensor.type));
}

}  // namespace

class Value::State {
 public:
  explicit State(Ort::Value made) : value(std::move(made)) {
    if (!value || !value.HasValue()) {
      unreadable = "an optional without a value";
    } else if (!value.IsTensor()) {
      unreadable = "no tensor but a sequence, map or optional";
    } else {
      Look();
    }
  }

  Ort::Value value;
  TensorView view;
  std::string unreadable;

 private:
  void Look() {
    const auto info = value.GetTensorTypeAndShapeInfo();
    view.type = FromOrt(info.GetElementType());
    view.dims = info.GetShape();
    if (view.type == ElementType::kString || view.type == ElementType::kUndefined) {
      unreadable = view.type == ElementType::kString ? "a tensor of strings"
                                                     : "a tensor of an unsupported element type";
      return;
    }
    const std::uint64_t bytes = ByteSize(view.type, info.GetElementCount());
    view.bytes = {static_cast<const std::byte*>(value.GetTensorRawData()), bytes};
  }
};

Value::Value(std::unique_ptr<State> state) : state_(std::move(state)) {}
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;
const std::string& Value::unreadable() const { return state_->unreadable; }
TensorView Value::view() const { return state_->view; }

class Session::State {
 public:
  State(std::string_view model, const Ort::SessionOptions& options)
      : session(Environment(), model.data(), model.size(), options) {
    Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
      inputs.push_back(
          Describe(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
    }
    for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
      outputs.push_back(Describe(session.GetOutputNameAllocated(i, allocator).get(),
                                 session.GetOutputTypeInfo(i)));
    }
  }

  mutable Ort::Session session;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
};

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;
const std::vector<ValueInfo>& Session::inputs() const { return state_->inputs; }
const std::vector<ValueInfo>& Session::outputs() const { return state_->outputs; }

Result<Session> Session::Create(std::string_view model, const SessionConfig& config) {
  ACC_RETURN_IF_ERROR(LoadOnnxRuntime());
  if (config.assigned && !TellsAssignment()) {
    return Failure("ONNX Runtime " + OnnxRuntimeVersion() +
                   " cannot tell which nodes a provider computes; 1.24 or newer can. Install it "
                   "with 'scripts/setup --for run'.");
  }
  try {
    const ScopedTap tap(config.log);
    Ort::SessionOptions options = OptionsFor(config);
    const OnInterrupt stop(
        [&] { Ignore(Ort::GetApi().SessionOptionsSetLoadCancellationFlag(options, true)); });
    Session made(std::make_unique<State>(model, options));
    ScopedTap::ThrowWhatTheSinkThrew();
    if (config.assigned) ACC_RETURN_IF_ERROR(config.assigned(AssignmentOf(made.state_->session)));
    return made;
  } catch (const Ort::Exception& exception) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    return FromException(exception);
  }
}

Result<std::vector<Value>> Session::Run(const Inputs& inputs,
                                        std::span<const std::string> outputs) const {
  try {
    const auto memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    std::vector<const char*> input_names;
    std::vector<Ort::Value> input_values;
    for (const auto& [name, tensor] : inputs) {
      input_names.push_back(name.c_str());
      input_values.push_back(Borrow(tensor, memory));
    }
    std::vector<const char*> output_names;
    for (const std::string& name : outputs) output_names.push_back(name.c_str());
    Ort::RunOptions options;
    const OnInterrupt stop([&] { Ignore(Ort::GetApi().RunOptionsSetTerminate(options)); });
    auto made = state_->session.Run(options, input_names.data(), input_values.data(),
                                    input_values.size(), output_names.data(), output_names.size());
    std::vector<Value> values;
    values.reserve(made.size());
    for (Ort::Value& value : made) {
      values.emplace_back(std::make_unique<Value::State>(std::move(value)));
    }
    return values;
  } catch (const Ort::Exception& exception) {
    ACC_RETURN_IF_ERROR(CheckInterrupted());
    return FromException(exception);
  }
}

}  // namespace acc::ort
