// SPDX-License-Identifier: BSD-3-Clause
#include "cli/flags/idle.h"
#include "cli/flags/setters.h"
#include "cli/flags/tables.h"

namespace acc::cli {
namespace {

using features::InferenceEngineOptions;
using enum Feature;
using enum Group;

constexpr std::array<std::string_view, 3> kStages = {"source", "converted", "compiled"};
constexpr std::array<std::string_view, 7> kRuntimes = {"cpu",    "gpu",    "dsp",   "dspv68",
                                                       "dspv69", "dspv73", "dspv75"};
constexpr std::array<std::string_view, 6> kArchitectures = {
    "aarch64-android",    "aarch64-android-clang6.0", "aarch64-android-clang8.0",
    "x86_64-linux-clang", "x86_64-windows-msvc",      "wos"};
constexpr std::array<std::string_view, 3> kHosts = {"x86", "x86_64-windows-msvc", "wos"};
constexpr std::array<std::string_view, 9> kPerfProfiles = {
    "low_balanced",   "balanced",        "high_performance", "sustained_high_performance",
    "burst",          "low_power_saver", "power_saver",      "high_power_saver",
    "system_settings"};
constexpr std::array<std::string_view, 5> kProfilingLevels = {"off", "basic", "moderate",
                                                              "detailed", "linting"};

constexpr Places kOfEngineCore = In({{kInferenceEngine, kCore}, {kEndToEnd, kForEngine}});

constexpr Flag kFlags[] = {
    {.name = "stage",
     .placeholder = "STAGE",
     .choices = kStages,
     .fallback = "source",
     .groups = In({{kInferenceEngine, kCore}, {kEndToEnd, kMoreForEngine}}),
     .help = "What to start from: a source model, a converted model, or a compiled one.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::stage>},
    {.name = "runtime",
     .short_name = "r",
     .placeholder = "RUNTIME",
     .choices = kRuntimes,
     .groups = kOfEngineCore,
     .help = "What computes on the target.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::runtime>},
    {.name = "architecture",
     .short_name = "a",
     .placeholder = "ARCHITECTURE",
     .choices = kArchitectures,
     .groups = kOfEngineCore,
     .help = "The machine that the target runs on.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::architecture>},
    {.name = "input_list",
     .short_name = "l",
     .placeholder = "INPUT_LIST",
     .groups = In({{kInferenceEngine, kCore}, {kQuantChecker, kRequired}, {kEndToEnd, kForEngine}}),
     .help =
         "A text file with one line per inference: the raw files of the inputs, for models of "
         "several inputs each as name:=path. The same lines calibrate the quantization. Lines of "
         "# and layers, or % and tensors, say what is captured instead of every tensor.",
     .set = &Each<&Set<kEnginePart, &InferenceEngineOptions::input_list>,
                  &Set<kCheckerPart, &features::QuantCheckerOptions::input_list>>},
    {.name = "static_model",
     .placeholder = "STATIC_MODEL",
     .groups = In({{kInferenceEngine, kStaticStage}, {kEndToEnd, kMoreForEngine}}),
     .help = "The converted or compiled model.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::static_model>},
    {.name = "use_native_input_files",
     .short_name = "nif",
     .groups = kOfEngine,
     .help = "The files of the input list hold the graph's own types instead of float32.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::use_native_input_files>},
    {.name = "use_native_output_files",
     .short_name = "nof",
     .groups = kOfEngine,
     .help = "Write <tensor>.raw in the graph's own type instead of float32: the integers of a "
             "quantized tensor. Their float32 goes into the folder float32.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::use_native_output_files>},
    {.name = "model_name",
     .short_name = "mn",
     .placeholder = "MODEL_NAME",
     .fallback = "snpe_model",
     .groups = kOfEngine,
     .help = "The name of the converted model; <name>_graph_struct.json carries it.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::model_name>},
    {.name = "htp_socs",
     .placeholder = "HTP_SOCS",
     .groups = kOfEngine,
     .help = "The chip that the HTP is part of.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::htp_socs>,
     .idle = &IdleOnCpu},
    {.name = "debug_mode_off",
     .groups = kOfEngine,
     .help = "Write only the outputs of the model, not every tensor.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::debug_mode_off>},
    {.name = "engine_path",
     .short_name = "p",
     .placeholder = "ENGINE_PATH",
     .groups = kOfEngineAndChecker,
     .help = "The root of Qualcomm's SDK, to use its own tools; without it the engines of this "
             "program run.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::engine_path>,
     .idle = &IdleEnginePath},
    {.name = "deviceId",
     .placeholder = "DEVICEID",
     .groups = kOfEngineAndChecker,
     .help = "The serial number of the device; the first one of the list unless given.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "host_device",
     .placeholder = "HOST",
     .choices = kHosts,
     .fallback = "x86",
     .groups = kOfEngineAndChecker,
     .help = "The machine that converts the model.",
     .set = &Set<kEnginePart, &InferenceEngineOptions::host_device>,
     .idle = &IdleHostDevice},
    {.name = "print_version",
     .placeholder = "PRINT_VERSION",
     .groups = kOfEngine,
     .help = "Print the version of the SDK beside the output.",
     .set = &Accept,
     .idle = &IdlePrintVersion},
    {.name = "perf_profile",
     .placeholder = "PROFILE",
     .choices = kPerfProfiles,
     .groups = kOfEngine,
     .help = "How the device trades speed for power.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "profiling_level",
     .placeholder = "LEVEL",
     .choices = kProfilingLevels,
     .groups = kOfEngine,
     .help = "Profile the run, and how closely.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "offline_prepare",
     .groups = kOfEngine,
     .help = "Prepare the graph for the HTP before it reaches the device.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "extra_converter_args",
     .placeholder = "ARGS",
     .groups = kOfEngineAndChecker,
     .help = "More arguments for Qualcomm's converter, quoted: 'input_dtype=data "
             "float;input_layout=data1 NCHW'.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "extra_quantizer_args",
     .placeholder = "ARGS",
     .groups = kOfEngine,
     .help = "More arguments for Qualcomm's quantizer, quoted: 'arg1=value1;arg2=value2'.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "extra_runtime_args",
     .placeholder = "ARGS",
     .groups = kOfEngine,
     .help = "More arguments for Qualcomm's net runner, quoted: 'arg1=value1;arg2=value2'.",
     .set = &Accept,
     .idle = &IdleWithoutSdk},
    {.name = "fine_grain_mode",
     .placeholder = "FINE_GRAIN_MODE",
     .groups = kOfEngine,
     .help = "The directory of goldens that feed each part of the model by itself.",
     .set = &Accept,
     .idle = &IdleFineGrain},
};

}  // namespace

std::span<const Flag> EngineFlags() { return kFlags; }

}  // namespace acc::cli
