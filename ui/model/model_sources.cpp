#include "ui/model/model_sources.h"

#include <algorithm>

#include "engine/load_tokenizer.h"

namespace ui {

namespace {

/// Larger than any cache of a processor.
constexpr uint64_t kHostStream = 192ull << 20;
constexpr uint64_t kGpuStream = 1024ull << 20;
/// The best of some passes: others use the machine too.
constexpr int kPasses = 2;

double measureReadBandwidth(const engine::EngineOptions& options) {
  const auto device = engine::chooseDevice(options);
  if (!device) return 0;
  const auto backend = engine::openBackend(options, *device, kernels::DType::F16);
  if (!backend) return 0;
  double best = 0;
  for (int pass = 0; pass < kPasses; ++pass) {
    best = std::max(best, (*backend)->measureReadBandwidth(device->isCuda() ? kGpuStream : kHostStream));
  }
  return best;
}

}  // namespace

ModelSources ModelSources::real(std::filesystem::path cache) {
  ModelSources sources;
  sources.inspect = engine::inspectModel;
  sources.plan = engine::planMemory;
  sources.modes = engine::quantizationModes;
  sources.device = engine::chooseDevice;
  sources.tokenizer = engine::loadTokenizer;
  sources.readBandwidth = measureReadBandwidth;
  sources.hostMemory = engine::hostMemory;
  sources.search = [cache = std::move(cache)](Folders folders) {
    for (std::filesystem::path& folder : app::standardModelFolders(cache)) {
      if (std::find(folders.begin(), folders.end(), folder) == folders.end()) folders.push_back(std::move(folder));
    }
    return app::findModels(folders, nullptr);
  };
  return sources;
}

}  // namespace ui
