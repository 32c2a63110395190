// What the model page asks, answered without files: an 8B model on a GPU of 25.76 GB whose engine can quantise.
#pragma once

#include "engine/capabilities.h"
#include "tests/support/fake_tokenizer.h"
#include "ui/model/model_sources.h"

namespace ui_test {

inline constexpr const char* kFakeModel = "/models/Meta-Llama-3.1-8B-Instruct";

/// The machine and model; change what a test is about.
struct FakeMachine {
  std::string device = "cuda:0";
  uint64_t total = 25'757'220'864, other = 1'420'000'000, reserve = 1'160'000'000, work = 620'000'000;
  uint64_t perToken = 131072;
  uint32_t trained = 131072;
  double bandwidth = 931e9;
  bool quantizes = true;
  int devices = 1;  ///< the model is divided evenly; the first carries what else runs
  std::vector<app::FoundModel> found;
  std::vector<std::string> searchProblems;
};

inline uint64_t fakeWeights(engine::Quantization mode) {
  using Mode = engine::Quantization;
  if (mode == Mode::None) return 16'060'000'000;
  return mode == Mode::IfqNf4 ? 4'940'000'000 : 8'530'000'000;
}

inline engine::ModelInfo fakeModelInfo(const std::filesystem::path& path, uint32_t trained) {
  engine::ModelInfo info;
  info.path = path;
  info.modelId = path.filename().string();
  info.format = "safetensors";
  info.architecture = "LlamaForCausalLM";
  info.family = "llama";
  info.weightType = "bfloat16";
  info.parameters = 8'030'000'000;
  info.weightBytes = fakeWeights(engine::Quantization::None);
  info.trainedContext = trained;
  info.tokenizer = "BPE, 128,256 tokens";
  info.licence = "Llama 3.1 Community";
  for (int i = 1; i <= 4; ++i) info.shards.push_back({"model-0000" + std::to_string(i), 1, 1, true});
  if (path.filename().string().find("Baichuan") != std::string::npos) {
    info.problems.push_back("Shard 2 of 3 is cut short: 1.2 of 9.9 GB.");
  }
  return info;
}

inline engine::MemoryPlan fakePlan(const FakeMachine& machine, const engine::EngineOptions& options) {
  engine::MemoryPlan plan;
  engine::DeviceMemoryPlan& device = plan.devices.emplace_back();
  device.device = machine.device;
  device.total = machine.total;
  device.otherPrograms = machine.other;
  device.reserve = machine.reserve;
  device.weights = fakeWeights(options.quantization);
  device.activations = machine.work;
  for (int i = 1; i < machine.devices; ++i) {
    engine::DeviceMemoryPlan more = plan.devices.front();
    more.device = "cuda:" + std::to_string(i);
    more.otherPrograms = 40'000'000;
    plan.devices.push_back(more);
  }
  for (engine::DeviceMemoryPlan& each : plan.devices) each.weights /= static_cast<uint64_t>(machine.devices);
  plan.kvBytesPerToken = machine.perToken;
  plan.weightBytesPerToken = fakeWeights(options.quantization) - 500'000'000;
  plan =
      engine::planForContext(std::move(plan), options, machine.trained, options.maxModelLen.value_or(machine.trained));
  const uint64_t kv = plan.devices.front().kvCache / static_cast<uint64_t>(machine.devices);
  for (engine::DeviceMemoryPlan& each : plan.devices) each.kvCache = kv;
  if (!plan.fits) plan.shortfall = "It needs more memory than is free.";
  return plan;
}

inline ui::ModelSources fakeSources(const FakeMachine& machine = {}) {
  ui::ModelSources sources;
  sources.inspect = [machine](const std::filesystem::path& path) -> engine::Result<engine::ModelInfo> {
    if (path.string().find("nonexistent") != std::string::npos) {
      return engine::Error{engine::ErrorCode::NotFound, path.string() + " does not exist"};
    }
    return fakeModelInfo(path, machine.trained);
  };
  sources.plan = [machine](const engine::ModelInfo&, const engine::EngineOptions& options) {
    return engine::Result<engine::MemoryPlan>(fakePlan(machine, options));
  };
  sources.modes = [machine](const engine::ModelInfo& model) {
    std::vector<engine::QuantizationMode> modes = engine::quantizationModes(model);
    for (engine::QuantizationMode& mode : modes) {
      if (!machine.quantizes) continue;
      mode.available = mode.mode != engine::Quantization::SmoothQuant;
      mode.reason =
          mode.available ? "" : "Needs smoothq_model-8bit-auto.safetensors, which this directory does not have.";
    }
    return modes;
  };
  sources.device = [machine](const engine::EngineOptions& options) -> engine::Result<engine::DeviceChoice> {
    if (options.device == "cpu") return engine::DeviceChoice{-1, "cpu", "asked for by --device cpu"};
    if (options.device == "cuda" && machine.device == "cpu") {
      return engine::Error{engine::ErrorCode::Unsupported, "--device cuda: no driver. Use --device cpu or auto."};
    }
    return engine::DeviceChoice{machine.device == "cpu" ? -1 : 0, machine.device, "auto: what the machine has"};
  };
  sources.tokenizer = [](const std::filesystem::path&) {
    return engine::Result<std::shared_ptr<const engine::Tokenizer>>(std::make_shared<test_support::FakeTokenizer>());
  };
  sources.readBandwidth = [machine](const engine::EngineOptions&) { return machine.bandwidth; };
  sources.hostMemory = [] { return engine::HostMemory{67'400'000'000, 51'300'000'000, 310'000'000}; };
  sources.search = [machine](const ui::ModelSources::Folders& folders) {
    app::ModelSearch search{machine.found, machine.searchProblems};
    for (const std::filesystem::path& folder : folders) search.models.push_back({folder / "more.gguf", folder});
    return search;
  };
  return sources;
}

}  // namespace ui_test
