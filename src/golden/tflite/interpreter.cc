// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tflite/interpreter.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "base/interrupt.h"
#include "base/text.h"
#include "base/threads.h"

namespace acc::golden::tflite {
namespace {

struct KernelsRow {
  std::string_view name;
  Kernels kernels;
};

constexpr std::array kKernels = {
    KernelsRow{"builtin", Kernels::kBuiltin},
    KernelsRow{"reference", Kernels::kReference},
    KernelsRow{"xnnpack", Kernels::kXnnpack},
};

// What the library says when something fails, a sentence a line.
class Complaints {
 public:
  // Called by the library, which exceptions must not pass through.
  static void Add(void* self, const char* format, va_list arguments) noexcept {
    std::array<char, 1024> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    try {
      const auto lines = Split(Trim(text.data()), '\n');
      static_cast<Complaints*>(self)->lines_.push_back(Join(lines, " "));
    } catch (const std::exception&) {
      return;  // Out of memory: the failure is told without its words.
    }
  }
  Status Fail(std::string_view what) const {
    return Failure(
        fmt::format("{}{}{}", what, lines_.empty() ? "" : ": ", Printable(Join(lines_, "; "))));
  }

 private:
  std::vector<std::string> lines_;
};

// The library's class of reference kernels, which is made once and never goes: its size is not
// known here, and its members are a few tables.
const void* ReferenceKernels(const Api& api) {
  constexpr std::size_t kAmple = 16384;
  alignas(std::max_align_t) static std::array<std::byte, kAmple> place{};
  static const bool kMade = [&] {
    api.CreateReferenceKernels(place.data());
    return true;
  }();
  return kMade ? place.data() : nullptr;
}

const TfLiteRegistration* FindBuiltin(void* api, TfLiteBuiltinOperator op, int version) {
  const Api& functions = *static_cast<const Api*>(api);
  return functions.FindReferenceKernel(ReferenceKernels(functions), op, version);
}

const TfLiteRegistration* FindCustom(void*, const char*, int) { return nullptr; }

// Memory from `first` up to `last`.
struct Block {
  std::byte* first = nullptr;
  std::byte* last = nullptr;
};

constexpr std::ptrdiff_t kLargePage = std::ptrdiff_t{1} << 21;

// Blocks with less than a large page between them are one.
std::vector<Block> Joined(std::vector<Block> blocks) {
  std::ranges::sort(blocks, {}, &Block::first);
  std::vector<Block> joined;
  for (const Block& block : blocks) {
    if (joined.empty() || block.first - joined.back().last > kLargePage) {
      joined.push_back(block);
    } else {
      joined.back().last = std::max(joined.back().last, block.last);
    }
  }
  return joined;
}

void AskForLargePages(const Block& block) {
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  std::byte* first = block.first - reinterpret_cast<std::uintptr_t>(block.first) % page;
  // Advice: where the system has no such pages, nothing is lost.
  static_cast<void>(madvise(first, static_cast<std::size_t>(block.last - first), MADV_HUGEPAGE));
}

}  // namespace

Result<Kernels> KernelsFromName(std::string_view name) {
  const std::string wanted = ToLower(name);
  const auto* row = std::ranges::find(kKernels, wanted, &KernelsRow::name);
  if (row != kKernels.end()) return row->kernels;
  std::vector<std::string> known;
  for (const KernelsRow& each : kKernels) known.emplace_back(each.name);
  return UsageError(fmt::format("--tflite_kernels is '{}'; it is one of {}.{}", Printable(name),
                                Join(known, ", "), DidYouMean(wanted, known)));
}

struct Interpreter::State {
  const Api* api = nullptr;
  std::string content;
  Complaints complaints;
  TfLiteModel* model = nullptr;
  TfLiteInterpreterOptions* options = nullptr;
  TfLiteDelegate* delegate = nullptr;
  TfLiteInterpreter* interpreter = nullptr;

  ~State() {
    if (interpreter != nullptr) api->TfLiteInterpreterDelete(interpreter);
    if (delegate != nullptr) api->TfLiteXNNPackDelegateDelete(delegate);
    if (options != nullptr) api->TfLiteInterpreterOptionsDelete(options);
    if (model != nullptr) api->TfLiteModelDelete(model);
  }

  Status Choose(Kernels kernels);
  Status Resize(const std::map<int, Shape>& input_dims);
  void UseLargePages() const;
  bool IsInFile(const std::byte* data) const;
};

Status Interpreter::State::Choose(Kernels kernels) {
  if (kernels == Kernels::kReference) {
    if (api->CreateReferenceKernels == nullptr || api->FindReferenceKernel == nullptr) {
      return Failure("this TensorFlow Lite library does not show its reference kernels");
    }
    api->TfLiteInterpreterOptionsSetOpResolver(options, &FindBuiltin, &FindCustom,
                                               const_cast<Api*>(api));
  }
  if (kernels == Kernels::kXnnpack) {
    if (api->TfLiteXNNPackDelegateCreate == nullptr) {
      return Failure("this TensorFlow Lite library is built without XNNPACK");
    }
    delegate = api->TfLiteXNNPackDelegateCreate(nullptr);
    api->TfLiteInterpreterOptionsAddDelegate(options, delegate);
  }
  return OkStatus();
}

Status Interpreter::State::Resize(const std::map<int, Shape>& input_dims) {
  for (const auto& [place, dims] : input_dims) {
    const std::vector<int> given(dims.begin(), dims.end());
    if (api->TfLiteInterpreterResizeInputTensor(interpreter, place, given.data(),
                                                static_cast<int>(given.size())) != kTfLiteOk) {
      return complaints.Fail(
          fmt::format("input {} does not take the dims {}", place, ToText(dims)));
    }
  }
  return OkStatus();
}

// The memory planner has laid out all tensors, and nothing has touched them yet: each page would be
// a fault of its own while operators write, a tenth of a capture's time or more.
void Interpreter::State::UseLargePages() const {
  std::vector<Block> blocks;
  for (int tensor = 0;; ++tensor) {
    const TfLiteTensor* each = api->TfLiteInterpreterGetTensor(interpreter, tensor);
    if (each == nullptr) break;
    auto* const first = static_cast<std::byte*>(api->TfLiteTensorData(each));
    if (first == nullptr || IsInFile(first)) continue;
    blocks.push_back({first, first + api->TfLiteTensorByteSize(each)});
  }
  for (const Block& block : Joined(std::move(blocks))) {
    if (block.last - block.first >= kLargePage) AskForLargePages(block);
  }
}

bool Interpreter::State::IsInFile(const std::byte* data) const {
  const auto file = std::as_bytes(std::span(content));
  return std::less_equal<>()(file.data(), data) && std::less<>()(data, file.data() + file.size());
}

Interpreter::Interpreter(std::unique_ptr<State> state) : state_(std::move(state)) {}
Interpreter::Interpreter(Interpreter&&) noexcept = default;
Interpreter::~Interpreter() = default;

Result<Interpreter> Interpreter::Create(std::string content, Kernels kernels,
                                        const std::map<int, Shape>& input_dims) {
  ACC_ASSIGN_OR_RETURN(const Api* api, LoadTfLite());
  auto state = std::make_unique<State>();
  state->api = api;
  state->content = std::move(content);
  state->model = api->TfLiteModelCreate(state->content.data(), state->content.size());
  if (state->model == nullptr) return Failure("TensorFlow Lite does not take the file");
  state->options = api->TfLiteInterpreterOptionsCreate();
  api->TfLiteInterpreterOptionsSetNumThreads(state->options, static_cast<int>(ThreadCount()));
  api->TfLiteInterpreterOptionsEnableCancellation(state->options, true);
  api->TfLiteInterpreterOptionsSetErrorReporter(state->options, &Complaints::Add,
                                                &state->complaints);
  ACC_RETURN_IF_ERROR(state->Choose(kernels));
  state->interpreter = api->TfLiteInterpreterCreate(state->model, state->options);
  if (state->interpreter == nullptr) return state->complaints.Fail("the model cannot be prepared");
  ACC_RETURN_IF_ERROR(state->Resize(input_dims));
  if (api->TfLiteInterpreterAllocateTensors(state->interpreter) != kTfLiteOk) {
    return state->complaints.Fail("the model cannot be prepared");
  }
  state->UseLargePages();
  return Interpreter(std::move(state));
}

std::uint64_t Interpreter::ByteSize(int tensor) const {
  const auto* found = state_->api->TfLiteInterpreterGetTensor(state_->interpreter, tensor);
  return found == nullptr ? 0 : state_->api->TfLiteTensorByteSize(found);
}

Status Interpreter::SetInput(int place, const TensorView& value) {
  TfLiteTensor* tensor = state_->api->TfLiteInterpreterGetInputTensor(state_->interpreter, place);
  if (tensor == nullptr) return Failure(fmt::format("it has no input {}", place));
  const std::size_t bytes = state_->api->TfLiteTensorByteSize(tensor);
  if (bytes != value.bytes.size()) {
    return Failure(fmt::format("input {} takes {} bytes; {} {} has {}", place, bytes,
                               Name(value.type), ToText(value.dims), value.bytes.size()));
  }
  if (bytes == 0) return OkStatus();
  if (state_->api->TfLiteTensorCopyFromBuffer(tensor, value.bytes.data(), bytes) != kTfLiteOk) {
    return state_->complaints.Fail(fmt::format("input {} cannot be set", place));
  }
  return OkStatus();
}

Status Interpreter::Run() {
  const OnInterrupt stop([&] { state_->api->TfLiteInterpreterCancel(state_->interpreter); });
  if (state_->api->TfLiteInterpreterInvoke(state_->interpreter) == kTfLiteOk) return OkStatus();
  ACC_RETURN_IF_ERROR(CheckInterrupted());
  return state_->complaints.Fail("the run failed");
}

Result<TensorView> Interpreter::Value(int tensor, ElementType type) const {
  const Api& api = *state_->api;
  const TfLiteTensor* found = api.TfLiteInterpreterGetTensor(state_->interpreter, tensor);
  if (found == nullptr) return Failure("TensorFlow Lite does not know it");
  TensorView view{.type = type};
  for (int axis = 0; axis < api.TfLiteTensorNumDims(found); ++axis) {
    view.dims.push_back(api.TfLiteTensorDim(found, axis));
  }
  const auto count = ElementCount(view.dims);
  const std::size_t bytes = api.TfLiteTensorByteSize(found);
  const auto* data = static_cast<const std::byte*>(api.TfLiteTensorData(found));
  if (!count || acc::ByteSize(type, *count) != bytes) {
    return Failure(fmt::format("TensorFlow Lite holds {} bytes for {} {}", bytes, Name(type),
                               ToText(view.dims)));
  }
  if (data == nullptr && bytes > 0) return Failure("no operator of this run made it");
  view.bytes = {data, bytes};
  return view;
}

}  // namespace acc::golden::tflite
