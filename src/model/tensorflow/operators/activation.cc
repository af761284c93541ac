// SPDX-License-Identifier: BSD-3-Clause
#include "model/tensorflow/operators.h"
#include "model/tensorflow/translation.h"

namespace acc::model::tensorflow {
namespace {

void Relu(Translation& t) { t.Make("Relu", {t.Input(0)}); }
void Sigmoid(Translation& t) { t.Make("Sigmoid", {t.Input(0)}); }
void Tanh(Translation& t) { t.Make("Tanh", {t.Input(0)}); }
void Elu(Translation& t) { t.Make("Elu", {t.Input(0)}); }
void Selu(Translation& t) { t.Make("Selu", {t.Input(0)}); }
void Softplus(Translation& t) { t.Make("Softplus", {t.Input(0)}); }
void Softsign(Translation& t) { t.Make("Softsign", {t.Input(0)}); }

void Relu6(Translation& t) { t.Make("Clip", {t.Input(0), t.Number(0), t.Number(6)}); }

void ClipByValue(Translation& t) {
  t.Make("Max", {t.Add("Min", {t.Input(0), t.Input(2)}), t.Input(1)});
}

void LeakyRelu(Translation& t) {
  t.Make("LeakyRelu", {t.Input(0)}, {{"alpha", t.Float("alpha", 0.2F)}});
}

void Softmax(Translation& t) { t.Make("Softmax", {t.Input(0)}, {{"axis", std::int64_t{-1}}}); }

void LogSoftmax(Translation& t) {
  t.Make("LogSoftmax", {t.Input(0)}, {{"axis", std::int64_t{-1}}});
}

constexpr Operator kRows[] = {
    {"ClipByValue", 3, 3, &ClipByValue},
    {"Elu", 1, 1, &Elu},
    {"LeakyRelu", 1, 1, &LeakyRelu},
    {"LogSoftmax", 1, 1, &LogSoftmax},
    {"Relu", 1, 1, &Relu},
    {"Relu6", 1, 1, &Relu6},
    {"Selu", 1, 1, &Selu},
    {"Sigmoid", 1, 1, &Sigmoid},
    {"Softmax", 1, 1, &Softmax},
    {"Softplus", 1, 1, &Softplus},
    {"Softsign", 1, 1, &Softsign},
    {"Tanh", 1, 1, &Tanh},
};

}  // namespace

std::span<const Operator> ActivationOperators() { return kRows; }

}  // namespace acc::model::tensorflow
