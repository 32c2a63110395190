#include "ui/model/plan_facts.h"

#include <algorithm>

#include "kernels/backend.h"

namespace ui {

PlanFacts PlanFacts::of(const engine::DeviceMemoryPlan& device) {
  PlanFacts facts;
  facts.device = QString::fromStdString(device.device);
  facts.total = static_cast<double>(device.total);
  facts.other = static_cast<double>(device.otherPrograms);
  facts.weights = static_cast<double>(device.weights);
  facts.kv = static_cast<double>(device.kvCache);
  facts.kvContext = facts.kv;
  facts.work = static_cast<double>(device.activations);
  facts.reserve = static_cast<double>(device.reserve);
  facts.needed = static_cast<double>(device.needed());
  const double after = static_cast<double>(device.freeAfter());
  facts.free = std::max(0.0, after);
  facts.missing = std::max(0.0, -after);
  facts.fits = after >= 0;
  facts.known = true;
  return facts;
}

PlanFacts PlanFacts::of(const engine::MemoryPlan& plan) {
  if (plan.devices.empty()) return {};
  PlanFacts facts = of(plan, plan.devices.front());
  for (size_t i = 1; i < plan.devices.size(); ++i) {
    const PlanFacts more = of(plan.devices[i]);
    facts.total += more.total;
    facts.other += more.other;
    facts.weights += more.weights;
    facts.kv += more.kv;
    facts.work += more.work;
    facts.reserve += more.reserve;
    facts.needed += more.needed;
    facts.free += more.free;
    facts.missing += more.missing;
  }
  facts.kvContext = std::min(facts.kv, facts.perToken * facts.context);
  facts.fits = plan.fits;
  return facts;
}

QList<PlanFacts> PlanFacts::ofDevices(const engine::MemoryPlan& plan) {
  QList<PlanFacts> all;
  double whole = 0;
  for (const engine::DeviceMemoryPlan& device : plan.devices) whole += static_cast<double>(device.kvCache);
  for (const engine::DeviceMemoryPlan& device : plan.devices) {
    PlanFacts facts = of(plan, device);
    if (whole > 0) facts.perToken *= facts.kv / whole;
    facts.kvContext = std::min(facts.kv, facts.perToken * facts.context);
    all.append(facts);
  }
  return all;
}

PlanFacts PlanFacts::of(const engine::MemoryPlan& plan, const engine::DeviceMemoryPlan& measured) {
  PlanFacts facts = of(measured);
  facts.perToken = static_cast<double>(plan.kvBytesPerToken);
  facts.room = static_cast<double>(plan.kvBlocks) * kernels::kKvBlockTokens;
  facts.context = static_cast<int>(plan.contextLength);
  facts.kvContext = std::min(facts.kv, facts.perToken * facts.context);
  facts.blocks = static_cast<int>(plan.kvBlocks);
  facts.largest = static_cast<int>(plan.largestContext);
  facts.shortfall = QString::fromStdString(plan.shortfall);
  return facts;
}

}  // namespace ui
