// Where the time of a step goes, for `hearth-cli bench`.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/cli/bench_limits.h"
#include "engine/step_profile.h"

namespace app::cli {

/// The products of a step and how often it has them.
std::vector<ProductShape> productShapes(const engine::StepProfile& profile);

/// One row an op, the longest first: time a step, bytes and operations a second, and what share of the machine's limit
/// that is, of the read stream (`read`, bytes a second) or of the product rate, whichever is more.
nlohmann::ordered_json opRows(const std::string& what, const engine::StepProfile& profile, double read,
                              const MachineLimits& limits);
void printOpRows(const nlohmann::ordered_json& step);

}  // namespace app::cli
