// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/function_body.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "base/text.h"
#include "model/tensorflow/output_arguments.h"

namespace acc::model::tensorflow {
namespace {

using Attributes = google::protobuf::Map<std::string, proto::AttrValue>;

constexpr std::int64_t kHighestIndex = 65535;

bool IsControl(std::string_view input) { return input.starts_with('^'); }

std::string ControlOf(std::string_view tensor) {
  return fmt::format("^{}", tensor.substr(0, tensor.find(':')));
}

bool HoldsFunction(const proto::AttrValue& value) {
  return value.has_func() || value.list().func_size() > 0;
}

class BodyInliner {
 public:
  BodyInliner(const proto::NodeDef& call, const Call& callee, const Functions& functions,
              bool in_branches, Budget& budget)
      : call_(call),
        callee_(callee),
        functions_(functions),
        in_branches_(in_branches),
        budget_(budget) {}

  Result<InlinedBody> Run() {
    ACC_RETURN_IF_ERROR(Index());
    ACC_RETURN_IF_ERROR(BindArguments());
    ACC_RETURN_IF_ERROR(BindResults());
    while (!needed_.empty()) {
      const proto::NodeDef* def = needed_.back();
      needed_.pop_back();
      ACC_RETURN_IF_ERROR(Add(*def));
    }
    return std::move(body_);
  }

 private:
  Status Index();
  Status BindArguments();
  Status BindResults();
  Result<std::int32_t> TypeOfArgument(const proto::OpDef::ArgDef& argument) const;
  void AddArgument(const std::string& name, std::int32_t type, const std::string& tensor);

  Status Need(std::string_view op);
  Result<std::string> Tensor(const std::string& reference);
  Result<std::string> OutputOf(const proto::NodeDef& def, std::string_view argument,
                               std::int64_t index);
  Result<std::string> Control(std::string_view op);
  Status Add(const proto::NodeDef& def);
  Status TakeInputs(const proto::NodeDef& def, proto::NodeDef& copy);
  Status Fill(proto::AttrValue& value, const std::string& attribute);
  Status FillFunction(proto::NameAttrList& function);
  Status Take(std::size_t ops, std::size_t bytes);

  std::string Inner(std::string_view op) const { return fmt::format("{}/{}", call_.name(), op); }

  const proto::NodeDef& call_;
  const Call& callee_;
  const Functions& functions_;
  const bool in_branches_;
  Budget& budget_;
  std::map<std::string_view, const proto::NodeDef*> ops_;
  std::map<std::string, std::string, std::less<>> arguments_;  // To tensors outside.
  std::vector<std::string> waits_;  // Of ops without inputs, as control inputs.
  std::set<const proto::NodeDef*> seen_;
  std::vector<const proto::NodeDef*> needed_;
  std::map<std::pair<const proto::NodeDef*, std::size_t>, std::string> names_of_ports_;
  InlinedBody body_;
};

Status BodyInliner::Take(std::size_t ops, std::size_t bytes) {
  if (ops > budget_.ops || bytes > budget_.bytes) {
    return Failure("makes the graph too large: functions call functions that call functions");
  }
  budget_.ops -= ops;
  budget_.bytes -= bytes;
  return OkStatus();
}

Status BodyInliner::Index() {
  for (const proto::NodeDef& def : callee_.function->node_def()) {
    if (def.name().empty() || def.op().empty() || !ops_.emplace(def.name(), &def).second) {
      return Failure(fmt::format("has two ops named '{}', or one without a name or type",
                                 Printable(def.name())));
    }
  }
  return OkStatus();
}

Result<std::int32_t> BodyInliner::TypeOfArgument(const proto::OpDef::ArgDef& argument) const {
  if (!argument.number_attr().empty() || !argument.type_list_attr().empty()) {
    return Failure(
        fmt::format("has the argument '{}', a list of tensors", Printable(argument.name())));
  }
  if (argument.type() != 0) return argument.type();
  const auto given = callee_.attributes->find(argument.type_attr());
  if (given == callee_.attributes->end() || given->second.type() == 0) {
    return Failure(
        fmt::format("has the argument '{}', whose type is not given", Printable(argument.name())));
  }
  return given->second.type();
}

void BodyInliner::AddArgument(const std::string& name, std::int32_t type,
                              const std::string& tensor) {
  if (!in_branches_) {
    arguments_.emplace(name, tensor);
    return;
  }
  proto::NodeDef& identity = body_.ops.emplace_back();
  identity.set_name(Inner(name));
  identity.set_op("Identity");
  identity.add_input(tensor);
  (*identity.mutable_attr())["T"].set_type(type);
  arguments_.emplace(name, identity.name() + ":0");
  waits_.push_back("^" + identity.name());
}

Status BodyInliner::BindArguments() {
  std::vector<std::string> given;
  for (int i = 0; i < call_.input_size(); ++i) {
    if (IsControl(call_.input(i))) {
      waits_.push_back(call_.input(i));
    } else if (i >= callee_.first_input) {
      given.push_back(call_.input(i));
    }
  }
  const auto& arguments = callee_.function->signature().input_arg();
  if (given.size() != static_cast<std::size_t>(arguments.size())) {
    return Failure(
        fmt::format("has {} arguments, the call gives {}", arguments.size(), given.size()));
  }
  for (int i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments.Get(i).name();
    ACC_ASSIGN_OR_RETURN(const std::int32_t type, TypeOfArgument(arguments.Get(i)));
    if (name.empty() || ops_.contains(name) || arguments_.contains(name)) {
      return Failure(fmt::format("has an argument named '{}' and something else of that name",
                                 Printable(name)));
    }
    ACC_RETURN_IF_ERROR(Take(in_branches_ ? 1 : 0, call_.name().size() + name.size()));
    AddArgument(name, type, given[static_cast<std::size_t>(i)]);
  }
  return OkStatus();
}

Status BodyInliner::BindResults() {
  proto::NodeDef& call = body_.call;
  call.set_name(call_.name());
  call.set_device(call_.device());
  std::vector<std::int32_t> types;
  for (const proto::OpDef::ArgDef& result : callee_.function->signature().output_arg()) {
    const auto found = callee_.function->ret().find(result.name());
    if (found == callee_.function->ret().end()) {
      return Failure(fmt::format("does not make its result '{}'", Printable(result.name())));
    }
    ACC_ASSIGN_OR_RETURN(types.emplace_back(), TypeOfArgument(result));
    ACC_ASSIGN_OR_RETURN(*call.add_input(), Tensor(found->second));
  }
  for (const auto& [name, op] : callee_.function->control_ret()) {
    ACC_ASSIGN_OR_RETURN(*call.add_input(), Control(op));
  }
  for (const std::string& input : call_.input()) {
    if (IsControl(input)) call.add_input(input);
  }
  call.set_op(types.empty() ? "NoOp" : types.size() == 1 ? "Identity" : "IdentityN");
  if (types.size() == 1) (*call.mutable_attr())["T"].set_type(types.front());
  for (std::size_t i = 0; types.size() > 1 && i < types.size(); ++i) {
    (*call.mutable_attr())["T"].mutable_list()->add_type(types[i]);
  }
  return OkStatus();
}

Status BodyInliner::Need(std::string_view op) {
  const auto found = ops_.find(op);
  if (found == ops_.end()) {
    return Failure(fmt::format("reads '{}', which it does not make", Printable(op)));
  }
  if (seen_.insert(found->second).second) needed_.push_back(found->second);
  return OkStatus();
}

// "argument", "argument:0" or "op:output:index".
Result<std::string> BodyInliner::Tensor(const std::string& reference) {
  const std::string_view text = reference;
  const auto first = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, first);
  const std::string_view rest = first == text.size() ? "" : text.substr(first + 1);
  if (const auto found = arguments_.find(name); found != arguments_.end()) {
    if (rest.empty() || rest == "0") return found->second;
    return Failure(fmt::format("reads '{}', which no argument is", Printable(text)));
  }
  ACC_RETURN_IF_ERROR(Need(name));
  const auto colon = rest.rfind(':');
  const auto index =
      colon == std::string_view::npos ? std::nullopt : ParseInt(rest.substr(colon + 1));
  if (!index || *index < 0 || *index > kHighestIndex) {
    return Failure(fmt::format("reads '{}', which is no output of an op", Printable(text)));
  }
  return OutputOf(*ops_.at(name), rest.substr(0, colon), *index);
}

Result<std::string> BodyInliner::OutputOf(const proto::NodeDef& def, std::string_view argument,
                                          std::int64_t index) {
  std::size_t port = FirstPort(def.op(), argument);
  if (const auto called = functions_.find(def.op()); called != functions_.end()) {
    const auto& results = called->second->signature().output_arg();
    port = static_cast<std::size_t>(
        std::ranges::find(results, argument, &proto::OpDef::ArgDef::name) - results.begin());
  }
  const auto [known, is_new] = names_of_ports_.emplace(std::pair(&def, port), argument);
  if (!is_new && known->second != argument) {
    return Failure(fmt::format(
        "reads the outputs '{}' and '{}' of its op '{}' of type {}, whose "
        "order is not known",
        Printable(known->second), Printable(argument), Printable(def.name()), Printable(def.op())));
  }
  return fmt::format("{}:{}", Inner(def.name()), port + static_cast<std::size_t>(index));
}

Result<std::string> BodyInliner::Control(std::string_view op) {
  if (const auto found = arguments_.find(op); found != arguments_.end()) {
    return ControlOf(found->second);
  }
  ACC_RETURN_IF_ERROR(Need(op));
  return "^" + Inner(op);
}

Status BodyInliner::TakeInputs(const proto::NodeDef& def, proto::NodeDef& copy) {
  for (const std::string& input : def.input()) {
    if (IsControl(input)) {
      ACC_ASSIGN_OR_RETURN(*copy.add_input(), Control(std::string_view(input).substr(1)));
    } else {
      ACC_ASSIGN_OR_RETURN(*copy.add_input(), Tensor(input));
    }
  }
  const bool has_inputs =
      std::ranges::any_of(def.input(), [](const auto& i) { return !IsControl(i); });
  for (std::size_t i = 0; !has_inputs && i < waits_.size(); ++i) copy.add_input(waits_[i]);
  return OkStatus();
}

Status BodyInliner::Add(const proto::NodeDef& def) {
  std::size_t bytes =
      def.ByteSizeLong() + call_.name().size() * (1 + static_cast<std::size_t>(def.input_size()));
  if (def.input().empty()) {
    for (const std::string& wait : waits_) bytes += wait.size();
  }
  ACC_RETURN_IF_ERROR(Take(1, bytes));
  proto::NodeDef copy;
  copy.set_name(Inner(def.name()));
  copy.set_op(def.op());
  copy.set_device(def.device());
  *copy.mutable_attr() = def.attr();
  copy.mutable_attr()->erase("_class");  // Names other ops of the function.
  ACC_RETURN_IF_ERROR(TakeInputs(def, copy));
  for (auto& [name, value] : *copy.mutable_attr()) ACC_RETURN_IF_ERROR(Fill(value, name));
  body_.ops.push_back(std::move(copy));
  return OkStatus();
}

Status BodyInliner::Fill(proto::AttrValue& value, const std::string& attribute) {
  if (value.value_case() == proto::AttrValue::kPlaceholder) {
    const auto given = callee_.attributes->find(value.placeholder());
    if (given == callee_.attributes->end() || HoldsFunction(given->second) ||
        given->second.value_case() == proto::AttrValue::kPlaceholder) {
      return Failure(
          fmt::format("needs the attribute '{}' as its '{}', which the call does not give",
                      Printable(value.placeholder()), Printable(attribute)));
    }
    ACC_RETURN_IF_ERROR(Take(0, given->second.ByteSizeLong()));
    value = given->second;
    return OkStatus();
  }
  if (value.has_func()) return FillFunction(*value.mutable_func());
  if (!value.has_list()) return OkStatus();
  for (proto::NameAttrList& function : *value.mutable_list()->mutable_func()) {
    ACC_RETURN_IF_ERROR(FillFunction(function));
  }
  return OkStatus();
}

Status BodyInliner::FillFunction(proto::NameAttrList& function) {
  for (auto& [name, value] : *function.mutable_attr()) ACC_RETURN_IF_ERROR(Fill(value, name));
  return OkStatus();
}

}  // namespace

Result<InlinedBody> InlineBody(const proto::NodeDef& call, const Call& callee,
                               const Functions& functions, bool in_branches, Budget& budget) {
  return BodyInliner(call, callee, functions, in_branches, budget).Run();
}

}  // namespace acc::model::tensorflow
