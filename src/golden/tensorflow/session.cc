// SPDX-License-Identifier: BSD-3-Clause
#include "golden/tensorflow/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "base/interrupt.h"
#include "base/text.h"
#include "golden/tensorflow/quiet.h"
#include "model/tensorflow/type_numbers.h"

namespace acc::golden::tensorflow {
namespace {

// ConfigProto { allow_soft_placement: true }: ops that the file puts on a GPU run here.
constexpr std::string_view kSoftPlacement("\x38\x01", 2);
// ConfigProto { graph_options { optimizer_options { opt_level: L0 }
//               rewrite_options { disable_meta_optimizer: true } } }
constexpr std::string_view kUnoptimized(
    "\x52\x12\x1a\x0b\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x52\x03\x98\x01\x01", 20);

class CallStatus {
 public:
  explicit CallStatus(const Api& api) : api_(api), status_(api.TF_NewStatus()) {}
  CallStatus(const CallStatus&) = delete;
  CallStatus& operator=(const CallStatus&) = delete;
  ~CallStatus() { api_.TF_DeleteStatus(status_); }

  TF_Status* get() { return status_; }
  Status ToStatus() const {
    if (api_.TF_GetCode(status_) == 0) return OkStatus();
    return Failure(PrintableLines(api_.TF_Message(status_)));
  }

 private:
  const Api& api_;
  TF_Status* status_;
};

std::pair<std::string, int> Parts(const std::string& tensor) {
  const auto colon = tensor.rfind(':');
  if (colon == std::string::npos) return {tensor, 0};
  const auto port = ParseInt(std::string_view(tensor).substr(colon + 1));
  return {tensor.substr(0, colon), static_cast<int>(port.value_or(0))};
}

bool HasRawForm(int type) {
  const ElementType known = model::tensorflow::TypeOf(type);
  return known != ElementType::kUndefined && known != ElementType::kString;
}

}  // namespace

Value::Value(const Api& api, TF_Tensor* tensor) : api_(&api), tensor_(tensor) {}
Value::Value(Value&& other) noexcept
    : api_(other.api_), tensor_(std::exchange(other.tensor_, nullptr)) {}
Value& Value::operator=(Value&& other) noexcept {
  std::swap(api_, other.api_);
  std::swap(tensor_, other.tensor_);
  return *this;
}
Value::~Value() {
  if (tensor_ != nullptr) api_->TF_DeleteTensor(tensor_);
}

std::string Value::TypeName() const {
  return model::tensorflow::TypeName(api_->TF_TensorType(tensor_));
}

std::optional<TensorView> Value::view() const {
  const int type = api_->TF_TensorType(tensor_);
  if (!HasRawForm(type)) return std::nullopt;
  TensorView view{.type = model::tensorflow::TypeOf(type)};
  for (int axis = 0; axis < api_->TF_NumDims(tensor_); ++axis) {
    view.dims.push_back(api_->TF_Dim(tensor_, axis));
  }
  view.bytes = {static_cast<const std::byte*>(api_->TF_TensorData(tensor_)),
                api_->TF_TensorByteSize(tensor_)};
  return view;
}

struct Session::State {
  explicit State(const Api& functions) : api(functions), graph(functions.TF_NewGraph()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    CallStatus status(api);
    if (session != nullptr) {
      api.TF_CloseSession(session, status.get());
      api.TF_DeleteSession(session, status.get());
    }
    for (TF_Tensor* value : input_values) api.TF_DeleteTensor(value);
    api.TF_DeleteGraph(graph);
  }

  Status AddInputs(const std::map<std::string, Tensor>& tensors, TF_ImportGraphDefOptions* options);
  Status AddInput(const Tensor& tensor);
  Status Import(std::string_view graph_def, const std::map<std::string, Tensor>& tensors);
  Status Open(bool optimize);
  Result<OutputPlace> Find(const std::string& tensor) const;
  void Cancel() const {
    CallStatus ignored(api);
    api.TF_CloseSession(session, ignored.get());
  }

  const Api& api;
  TF_Graph* graph;
  TF_Session* session = nullptr;
  std::map<std::string, OutputPlace> inputs;
  std::vector<OutputPlace> input_places;
  std::vector<TF_Tensor*> input_values;
};

Status Session::State::AddInput(const Tensor& tensor) {
  const int type = model::tensorflow::TypeNumber(tensor.type());
  const auto rank = static_cast<int>(tensor.dims().size());
  const std::string name = fmt::format("acc/input/{}", input_places.size());
  TF_OperationDescription* description = api.TF_NewOperation(graph, "Placeholder", name.c_str());
  api.TF_SetAttrType(description, "dtype", type);
  api.TF_SetAttrShape(description, "shape", tensor.dims().data(), rank);
  CallStatus status(api);
  TF_Operation* operation = api.TF_FinishOperation(description, status.get());
  ACC_RETURN_IF_ERROR(status.ToStatus());
  input_places.push_back({operation, 0});
  TF_Tensor* value = api.TF_AllocateTensor(type, tensor.dims().data(), rank, tensor.bytes().size());
  if (value == nullptr) return Failure("there is no memory for an input");
  std::memcpy(api.TF_TensorData(value), tensor.bytes().data(), tensor.bytes().size());
  input_values.push_back(value);
  return OkStatus();
}

Status Session::State::AddInputs(const std::map<std::string, Tensor>& tensors,
                                 TF_ImportGraphDefOptions* options) {
  for (const auto& [name, tensor] : tensors) {
    ACC_RETURN_IF_ERROR(AddInput(tensor).WithContext("input '" + Printable(name) + "'"));
    const auto [operation, port] = Parts(name);
    api.TF_ImportGraphDefOptionsAddInputMapping(options, operation.c_str(), port,
                                                input_places.back());
    inputs.emplace(name, input_places.back());
  }
  return OkStatus();
}

Status Session::State::Import(std::string_view graph_def,
                              const std::map<std::string, Tensor>& tensors) {
  const std::unique_ptr<TF_ImportGraphDefOptions, void (*)(TF_ImportGraphDefOptions*)> options(
      api.TF_NewImportGraphDefOptions(), api.TF_DeleteImportGraphDefOptions);
  ACC_RETURN_IF_ERROR(AddInputs(tensors, options.get()));
  const ByteBuffer buffer{graph_def.data(), graph_def.size(), nullptr};
  CallStatus status(api);
  api.TF_GraphImportGraphDef(graph, &buffer, options.get(), status.get());
  return status.ToStatus();
}

Status Session::State::Open(bool optimize) {
  const std::unique_ptr<TF_SessionOptions, void (*)(TF_SessionOptions*)> options(
      api.TF_NewSessionOptions(), api.TF_DeleteSessionOptions);
  std::string config(kSoftPlacement);
  if (!optimize) config += kUnoptimized;
  CallStatus configured(api);
  api.TF_SetConfig(options.get(), config.data(), config.size(), configured.get());
  ACC_RETURN_IF_ERROR(configured.ToStatus());
  CallStatus opened(api);
  session = api.TF_NewSession(graph, options.get(), opened.get());
  return opened.ToStatus();
}

Result<OutputPlace> Session::State::Find(const std::string& tensor) const {
  if (const auto input = inputs.find(tensor); input != inputs.end()) return input->second;
  const auto [name, port] = Parts(tensor);
  TF_Operation* operation = api.TF_GraphOperationByName(graph, name.c_str());
  if (operation != nullptr && port >= 0 && port < api.TF_OperationNumOutputs(operation)) {
    return OutputPlace{operation, port};
  }
  return Failure(fmt::format("the graph has no tensor '{}'", Printable(tensor)));
}

Session::Session(std::unique_ptr<State> state) : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Result<Session> Session::Create(std::string_view graph_def,
                                const std::map<std::string, Tensor>& inputs, bool optimize) {
  const StderrToLog quiet;
  ACC_ASSIGN_OR_RETURN(const Api* api, LoadTensorflow());
  auto state = std::make_unique<State>(*api);
  ACC_RETURN_IF_ERROR(state->Import(graph_def, inputs));
  ACC_RETURN_IF_ERROR(state->Open(optimize));
  return Session(std::move(state));
}

Result<Expected> Session::Expect(const std::string& tensor) const {
  const Api& api = state_->api;
  ACC_ASSIGN_OR_RETURN(const OutputPlace output, state_->Find(tensor));
  const int type = api.TF_OperationOutputType(output);
  if (!HasRawForm(type)) {
    return Expected{.unreadable = "a tensor of type " + model::tensorflow::TypeName(type)};
  }
  CallStatus status(api);
  const int rank = api.TF_GraphGetTensorNumDims(state_->graph, output, status.get());
  std::vector<std::int64_t> dims(rank < 0 ? 0 : static_cast<std::size_t>(rank));
  if (rank > 0) api.TF_GraphGetTensorShape(state_->graph, output, dims.data(), rank, status.get());
  for (std::int64_t& dim : dims) dim = std::max<std::int64_t>(dim, 1);
  const auto count = ElementCount(dims);
  return Expected{.bytes = ByteSize(model::tensorflow::TypeOf(type),
                                    count.value_or(std::numeric_limits<std::uint64_t>::max()))};
}

Result<std::vector<Value>> Session::Run(std::span<const std::string> tensors) const {
  const Api& api = state_->api;
  std::vector<OutputPlace> outputs;
  for (const std::string& tensor : tensors) {
    ACC_ASSIGN_OR_RETURN(outputs.emplace_back(), state_->Find(tensor));
  }
  std::vector<TF_Tensor*> fetched(outputs.size(), nullptr);
  // TensorFlow has no flag of a run's own; to close its session cancels the run.
  const OnInterrupt stop([&] { state_->Cancel(); });
  CallStatus status(api);
  api.TF_SessionRun(state_->session, nullptr, state_->input_places.data(),
                    state_->input_values.data(), static_cast<int>(state_->input_places.size()),
                    outputs.data(), fetched.data(), static_cast<int>(outputs.size()), nullptr, 0,
                    nullptr, status.get());
  if (!status.ToStatus().ok()) ACC_RETURN_IF_ERROR(CheckInterrupted());
  ACC_RETURN_IF_ERROR(status.ToStatus());
  std::vector<Value> values;
  values.reserve(fetched.size());
  for (TF_Tensor* tensor : fetched) values.emplace_back(api, tensor);
  return values;
}

}  // namespace acc::golden::tensorflow
