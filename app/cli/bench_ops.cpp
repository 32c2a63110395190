#include "app/cli/bench_ops.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace app::cli {

using Json = nlohmann::ordered_json;

std::vector<ProductShape> productShapes(const engine::StepProfile& profile) {
  std::vector<ProductShape> out;
  for (const engine::OpTime& op : profile.ops) {
    // The head is run for a few rows only, whatever the prompt.
    if (op.outCols == 0 || op.name == "head") continue;
    const double calls = static_cast<double>(op.calls) / static_cast<double>(std::max<uint64_t>(profile.steps, 1));
    const auto same = [&op](const ProductShape& shape) {
      return shape.inCols == op.inCols && shape.outCols == op.outCols;
    };
    const auto found = std::find_if(out.begin(), out.end(), same);
    if (found != out.end()) {
      found->calls += calls;
    } else {
      out.push_back({op.inCols, op.outCols, calls});
    }
  }
  return out;
}

Json opRows(const std::string& what, const engine::StepProfile& profile, double read, const MachineLimits& limits) {
  std::vector<engine::OpTime> ops = profile.ops;
  std::stable_sort(ops.begin(), ops.end(),
                   [](const engine::OpTime& a, const engine::OpTime& b) { return a.seconds > b.seconds; });
  const double steps = static_cast<double>(std::max<uint64_t>(profile.steps, 1));
  const double total = profile.seconds();
  Json rows = Json::array();
  for (const engine::OpTime& op : ops) {
    const double bytes = op.seconds > 0 ? op.bytes / op.seconds : 0;
    const double operations = op.seconds > 0 ? op.operations / op.seconds : 0;
    const double rate = limits.productRate(op.inCols, op.outCols);
    const double share = std::max(read > 0 ? bytes / read : 0, rate > 0 ? operations / rate : 0);
    rows.push_back({{"op", op.name},
                    {"calls", static_cast<double>(op.calls) / steps},
                    {"us", op.seconds / steps * 1e6},
                    {"of_step", total > 0 ? op.seconds / total : 0},
                    {"gb_s", bytes / 1e9},
                    {"gop_s", operations / 1e9},
                    {"share", share}});
  }
  return Json{{"step", what},
              {"steps", profile.steps},
              {"tokens_per_step", profile.tokens / steps},
              {"ms", total / steps * 1e3},
              {"ops", rows}};
}

void printOpRows(const Json& step) {
  fmt::print("{}: {:.3f} ms a step op by op, {:.0f} tokens a step\n", step["step"].get<std::string>(),
             step["ms"].get<double>(), step["tokens_per_step"].get<double>());
  for (const Json& op : step["ops"]) {
    fmt::print(
        "  {:<18} {:>4.0f} calls {:>10.1f} us {:>5.1f} % {:>9.1f} GB/s {:>10.1f} GOP/s {:>4.0f} % of the limit\n",
        op["op"].get<std::string>(), op["calls"].get<double>(), op["us"].get<double>(),
        op["of_step"].get<double>() * 100, op["gb_s"].get<double>(), op["gop_s"].get<double>(),
        op["share"].get<double>() * 100);
  }
}

}  // namespace app::cli
