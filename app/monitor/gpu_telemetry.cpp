#include "app/monitor.h"

namespace app {

namespace {

/// What stands where no driver is asked.
class NoGpuTelemetry : public GpuTelemetry {
 public:
  std::string absence() const override { return "This version does not read a GPU's figures."; }
  std::vector<GpuSample> sample() override { return {}; }
};

}  // namespace

std::unique_ptr<GpuTelemetry> openGpuTelemetry() {
  return std::make_unique<NoGpuTelemetry>();
}

}  // namespace app
