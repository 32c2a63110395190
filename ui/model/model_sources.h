// What the model page asks about models and machine, always on worker threads. The real answers unless a test, or a
// window to look at, brings others.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "app/model_finder.h"
#include "engine/capabilities.h"
#include "engine/device.h"
#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "engine/tokenizer.h"

namespace ui {

struct ModelSources {
  using Folders = std::vector<std::filesystem::path>;

  std::function<engine::Result<engine::ModelInfo>(const std::filesystem::path&)> inspect;
  std::function<engine::Result<engine::MemoryPlan>(const engine::ModelInfo&, const engine::EngineOptions&)> plan;
  std::function<std::vector<engine::QuantizationMode>(const engine::ModelInfo&)> modes;
  std::function<engine::Result<engine::DeviceChoice>(const engine::EngineOptions&)> device;
  std::function<engine::Result<std::shared_ptr<const engine::Tokenizer>>(const std::filesystem::path&)> tokenizer;
  /// Bytes a second that the device of the options reads its memory with, measured now; 0 when it cannot be told.
  std::function<double(const engine::EngineOptions&)> readBandwidth;
  std::function<engine::HostMemory()> hostMemory;
  /// The folders of the settings, and the standard ones.
  std::function<app::ModelSearch(const Folders& folders)> search;

  /// Those of this machine; `cache` is the program's own cache folder.
  static ModelSources real(std::filesystem::path cache);
};

}  // namespace ui
