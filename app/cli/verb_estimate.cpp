// estimate: the memory plan for the flags of serve.
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/cli/verb.h"
#include "engine/capabilities.h"
#include "engine/memory_plan.h"
#include "engine/text.h"
#include "kernels/cuda_module.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

Json planJson(const engine::MemoryPlan& plan) {
  Json devices = Json::array();
  for (const engine::DeviceMemoryPlan& device : plan.devices) {
    devices.push_back({{"device", device.device},
                       {"total", device.total},
                       {"other_programs", device.otherPrograms},
                       {"weights", device.weights},
                       {"kv_cache", device.kvCache},
                       {"activations", device.activations},
                       {"reserve", device.reserve},
                       {"needed", device.needed()},
                       {"free_after", device.freeAfter()}});
  }
  return {{"fits", plan.fits},
          {"context", plan.contextLength},
          {"largest_context", plan.largestContext},
          {"kv_blocks", plan.kvBlocks},
          {"kv_bytes_per_token", plan.kvBytesPerToken},
          {"weight_bytes_per_token", plan.weightBytesPerToken},
          {"pinned_bytes", plan.pinnedBytes},
          {"devices", devices},
          {"shortfall", plan.shortfall}};
}

void printPlan(const engine::MemoryPlan& plan) {
  using engine::formatBytes;
  for (const engine::DeviceMemoryPlan& device : plan.devices) {
    fmt::print("{}: {} in all\n", device.device, formatBytes(device.total));
    fmt::print("  other programs  {:>10}\n", formatBytes(device.otherPrograms));
    fmt::print("  weights         {:>10}\n", formatBytes(device.weights));
    fmt::print("  KV cache        {:>10}   {} tokens at {} each\n", formatBytes(device.kvCache),
               uint64_t{plan.kvBlocks} * 16, formatBytes(plan.kvBytesPerToken));
    fmt::print("  workspace       {:>10}\n", formatBytes(device.activations));
    fmt::print("  reserve         {:>10}\n", formatBytes(device.reserve));
    const int64_t free = device.freeAfter();
    fmt::print("  {:<16}{:>10}\n", free < 0 ? "missing" : "free",
               formatBytes(static_cast<uint64_t>(free < 0 ? -free : free)));
  }
  if (plan.pinnedBytes > 0) {
    fmt::print("loading takes {} of page-locked host memory\n", formatBytes(plan.pinnedBytes));
  }
  fmt::print("context {} tokens, the largest that fits is {}\n", plan.contextLength, plan.largestContext);
  if (!plan.shortfall.empty()) fmt::print("{}\n", plan.shortfall);
}

/// Rows of --compare: each quantization mode, or why it cannot be had.
int compare(const engine::ModelInfo& model, const CommandLine& line) {
  Json rows = Json::array();
  for (const char* mode : {"none", "ifq", "ifq_nf4", "fp8", "smoothquant", "auto"}) {
    Settings settings = line.settings;
    const auto set = settings.set("quantization", mode, SettingSource::Flag);
    auto options = set.ok() ? settings.engineOptions() : engine::Result<engine::EngineOptions>(set.error());
    auto plan =
        options.ok() ? engine::planMemory(model, options.value()) : engine::Result<engine::MemoryPlan>(options.error());
    if (!plan.ok()) {
      rows.push_back({{"quantization", mode}, {"available", false}, {"reason", plan.error().message}});
      if (!line.json) fmt::print("{:<12} {}\n", mode, plan.error().message);
      continue;
    }
    Json row = {{"quantization", mode}, {"available", true}};
    row.update(planJson(plan.value()));
    rows.push_back(row);
    if (!line.json && !plan->devices.empty()) {
      const engine::DeviceMemoryPlan& device = plan->devices.front();
      fmt::print("{:<12} weights {:>10}, in all {:>10}, {}\n", mode, engine::formatBytes(device.weights),
                 engine::formatBytes(device.needed()), plan->fits ? "fits" : "does not fit");
    }
  }
  if (line.json) printJson({{"modes", rows}});
  return kOk;
}

/// What the planned GPU can do; nothing for a processor.
std::vector<engine::GpuAbility> abilitiesOf(const engine::MemoryPlan& plan) {
  std::vector<kernels::CudaDevice> devices;
  if (plan.devices.empty() || plan.devices.front().device == "cpu" || !kernels::listCudaDevices(&devices).ok())
    return {};
  for (const kernels::CudaDevice& device : devices) {
    if (plan.devices.front().device == fmt::format("cuda:{}", device.index)) return engine::gpuAbilities(device);
  }
  return {};
}

}  // namespace

int runEstimate(std::span<const std::string> arguments) {
  CommandLine line("estimate", "The memory plan for the same flags as serve; nothing is loaded.", {"model", "engine"});
  line.addModelPositional();
  bool comparing = false;
  line.options.add_flag("--compare", comparing, "One row for each quantization mode");
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) return usage("estimate needs a path: hearth-cli estimate PATH");

  const auto model = engine::inspectModel(line.settings.text("model-path"));
  if (!model.ok()) return fail(model.error());
  for (const std::string& problem : model->problems) fmt::print(stderr, "problem: {}\n", problem);
  if (comparing) return compare(model.value(), line);
  const auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  const auto plan = engine::planMemory(model.value(), options.value());
  if (!plan.ok()) return fail(plan.error());
  const std::vector<engine::GpuAbility> abilities = abilitiesOf(plan.value());
  if (line.json) {
    Json json = planJson(plan.value());
    for (const engine::GpuAbility& ability : abilities) {
      json["gpu"].push_back({{"name", ability.name}, {"available", ability.available}, {"note", ability.note}});
    }
    printJson(json);
  } else {
    printPlan(plan.value());
    for (const engine::GpuAbility& ability : abilities) {
      fmt::print("{:<20} {:<4} {}\n", ability.name, ability.available ? "yes" : "no", ability.note);
    }
  }
  return plan->fits ? kOk : kFailed;
}

}  // namespace app::cli
