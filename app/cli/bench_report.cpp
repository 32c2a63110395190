#include "app/cli/bench_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "app/cli/bench_ops.h"
#include "app/cli/bench_run.h"
#include "engine/text.h"

namespace app::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Rows of the products that show a GPU's rate.
constexpr uint32_t kProductTokens = 2048;

/// Medians of one row.
struct Row {
  double tokensPerSecond = 0, meanContext = 0;
  double limit = 0;                             ///< of the machine, around the runs
  double device = -1, gap = -1, worstGap = -1;  ///< see BenchResult
  std::vector<double> chunks;                   ///< of the last run's prompt
};

/// Runs between measurements: limit, run, limit, run, limit.
engine::Result<Row> measure(uint32_t rounds, const std::function<double()>& limit, std::vector<double>& allLimits,
                            const std::function<engine::Result<BenchResult>()>& run) {
  Row row;
  std::vector<double> speeds, devices, gaps, worstGaps, limits = {limit()};
  for (uint32_t round = 0; round < rounds; ++round) {
    ENGINE_ASSIGN_OR_RETURN(const BenchResult result, run());
    speeds.push_back(result.tokensPerSecond);
    row.meanContext = result.meanContext;
    devices.push_back(result.deviceSeconds);
    gaps.push_back(result.gapSeconds);
    worstGaps.push_back(result.worstGapSeconds);
    row.chunks = result.chunkSeconds;
    limits.push_back(limit());
  }
  row.tokensPerSecond = median(speeds);
  row.limit = median(limits);
  row.device = median(devices);
  row.gap = median(gaps);
  row.worstGap = median(worstGaps);
  allLimits.insert(allLimits.end(), limits.begin(), limits.end());
  return row;
}

/// Weights that every token of a prompt is multiplied with: those of the shapes, where they are known, or all but the
/// embedding and the head.
double promptWeights(const engine::ModelInfo& model, std::span<const ProductShape> shapes) {
  if (!shapes.empty()) {
    double weights = 0;
    for (const ProductShape& shape : shapes) {
      weights += shape.calls * static_cast<double>(shape.inCols) * static_cast<double>(shape.outCols);
    }
    return weights;
  }
  const double table = static_cast<double>(model.vocabSize) * model.hiddenSize;
  return std::max(0.0, static_cast<double>(model.parameters) - (model.tiedHead ? 1 : 2) * table);
}

double share(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

/// The whole report while it is being made.
class BenchReport {
 public:
  BenchReport(engine::Engine& engine, MachineLimits& limits, const BenchPlan& plan, bool people)
      : m_engine(engine), m_facts(engine.facts()), m_limits(limits), m_plan(plan), m_people(people) {}

  engine::Result<Json> run();

 private:
  void measureLimits();
  void printLoad() const;
  void printMemory() const;
  Json memoryJson() const;
  Json loadJson() const;
  engine::Result<void> measureOps();
  engine::Result<void> measureDecode();
  engine::Result<void> measureThroughput();
  engine::Result<void> measurePrefill();
  engine::Result<void> measureCached();
  engine::Result<void> addOps(const std::string& what, const DecodeShape& shape, bool prompt);
  Json limitsJson() const;

  engine::Engine& m_engine;
  const engine::EngineFacts& m_facts;
  MachineLimits& m_limits;
  const BenchPlan& m_plan;
  const bool m_people;
  std::optional<kernels::WeightFormat> m_format;
  std::vector<ProductShape> m_shapes;  ///< of a prompt's step, on a GPU
  double m_upload = 0;                 ///< bytes a second from page-locked memory to the device
  std::vector<double> m_reads, m_products;
  Json m_decode = Json::array(), m_throughput = Json::array(), m_prefill = Json::array(), m_cached = Json::array(),
       m_ops = Json::array();
};

void BenchReport::measureLimits() {
  m_reads.push_back(m_limits.measureRead());
  m_upload = m_limits.measureUpload();
  if (!m_people) return;
  fmt::print("{}, {}, {}\n{}\n", m_facts.model.modelId, m_facts.model.weightType, m_facts.computeType,
             m_facts.deviceReason);
  fmt::print("read stream {:.1f} GB/s\n", m_reads.back() / 1e9);
  printLoad();
  printMemory();
  fmt::print("weights {} a step; medians of {} rounds\n", engine::formatBytes(m_facts.plan.weightBytesPerToken),
             m_plan.rounds);
}

/// Bytes of weights a second.
double loadRate(const engine::LoadFacts& load) {
  return static_cast<double>(load.bytesRead) / std::max(load.weightSeconds, 1e-9);
}

void BenchReport::printLoad() const {
  const engine::LoadFacts& load = m_facts.load;
  fmt::print("load {} in {:.3f} s, {:.1f} GB/s", engine::formatBytes(load.bytesRead), load.weightSeconds,
             loadRate(load) / 1e9);
  if (m_upload > 0) {
    fmt::print(", {:.0f} % of the copy rate of {:.1f} GB/s from page-locked memory",
               share(loadRate(load), m_upload) * 100, m_upload / 1e9);
  }
  if (load.bytesDirect > 0) fmt::print("; {} past the page cache", engine::formatBytes(load.bytesDirect));
  fmt::print("\nin all {:.3f} s:", m_facts.loadSeconds);
  for (const engine::LoadStage& stage : load.stages) fmt::print(" {} {:.3f}", stage.name, stage.seconds);
  fmt::print("\n");
}

void BenchReport::printMemory() const {
  using engine::formatBytes;
  const engine::DeviceMemoryPlan planned =
      m_facts.plan.devices.empty() ? engine::DeviceMemoryPlan{} : m_facts.plan.devices.front();
  const engine::DeviceMemoryPlan& taken = m_facts.measured;
  fmt::print("memory planned {} (weights {}, cache {}, steps {}), taken {} ({}, {}, {})", formatBytes(planned.needed()),
             formatBytes(planned.weights), formatBytes(planned.kvCache), formatBytes(planned.activations),
             formatBytes(taken.needed()), formatBytes(taken.weights), formatBytes(taken.kvCache),
             formatBytes(taken.activations));
  if (m_facts.driverBytes > 0) {
    const double apart = share(static_cast<double>(m_facts.driverBytes), static_cast<double>(planned.needed())) - 1;
    fmt::print("; the driver says {}, {:+.2f} % of the plan", formatBytes(m_facts.driverBytes), apart * 100);
  }
  fmt::print("\n");
}

Json BenchReport::memoryJson() const {
  const engine::DeviceMemoryPlan planned =
      m_facts.plan.devices.empty() ? engine::DeviceMemoryPlan{} : m_facts.plan.devices.front();
  const auto json = [](const engine::DeviceMemoryPlan& memory) {
    return Json{{"weights", memory.weights},
                {"kv_cache", memory.kvCache},
                {"activations", memory.activations},
                {"needed", memory.needed()}};
  };
  Json out = {{"planned", json(planned)}, {"taken", json(m_facts.measured)}};
  if (m_facts.driverBytes > 0) out["driver"] = m_facts.driverBytes;
  if (m_facts.plan.pinnedBytes > 0) out["pinned_while_loading"] = m_facts.plan.pinnedBytes;
  return out;
}

Json BenchReport::loadJson() const {
  Json stages = Json::object();
  for (const engine::LoadStage& stage : m_facts.load.stages) stages[stage.name] = stage.seconds;
  Json out = {{"bytes", m_facts.load.bytesRead},       {"bytes_direct", m_facts.load.bytesDirect},
              {"seconds", m_facts.load.weightSeconds}, {"gb_s", loadRate(m_facts.load) / 1e9},
              {"all_seconds", m_facts.loadSeconds},    {"stages", stages}};
  if (m_upload > 0) {
    out["upload_gb_s"] = m_upload / 1e9;
    out["share"] = share(loadRate(m_facts.load), m_upload);
  }
  return out;
}

engine::Result<void> BenchReport::addOps(const std::string& what, const DecodeShape& shape, bool prompt) {
  ENGINE_ASSIGN_OR_RETURN(const engine::StepProfiles profiles, benchOps(m_engine, shape));
  const engine::StepProfile& profile = prompt ? profiles.prompt : profiles.decode;
  // The first breakdown is the prompt's: its products are the shapes that a GPU's rate is measured with.
  if (m_format && m_ops.empty()) {
    if (m_limits.onGpu()) m_shapes = productShapes(profile);
    const kernels::Precision precision =
        m_facts.options.dtype == engine::DTypeChoice::Float32 ? kernels::Precision::Exact : kernels::Precision::Fast;
    ENGINE_RETURN_IF_ERROR(
        m_limits.prepareProducts(*m_format, precision, m_shapes, std::min(shape.context, kProductTokens)));
    m_products.push_back(m_limits.measureProducts());
    if (m_people) fmt::print("product rate {:.0f} GOP/s\n", m_products.back() / 1e9);
  }
  if (profile.steps == 0) return {};
  m_ops.push_back(opRows(what, profile, m_reads.back(), m_limits));
  if (m_people) printOpRows(m_ops.back());
  return {};
}

engine::Result<void> BenchReport::measureOps() {
  constexpr uint32_t kSteps = 16;
  const uint32_t prompt = *std::max_element(m_plan.prefill.begin(), m_plan.prefill.end());
  ENGINE_RETURN_IF_ERROR(addOps(fmt::format("prompt of {}", prompt), {.context = prompt, .tokens = 1}, true));
  const auto decode = [&](uint32_t context, uint32_t sequences) {
    return addOps(fmt::format("decode, context {}, {} sequences", context, sequences),
                  {.context = context, .tokens = kSteps, .sequences = sequences}, false);
  };
  ENGINE_RETURN_IF_ERROR(decode(m_plan.context.front(), m_plan.sequences.front()));
  if (m_plan.throughput.empty()) return {};
  return decode(BenchPlan::kThroughputPrompt, *std::max_element(m_plan.throughput.begin(), m_plan.throughput.end()));
}

engine::Result<void> BenchReport::measureDecode() {
  const double weightBytes = static_cast<double>(m_facts.plan.weightBytesPerToken);
  const double kvBytes = static_cast<double>(m_facts.plan.kvBytesPerToken);
  for (const uint32_t context : m_plan.context) {
    for (const uint32_t sequences : m_plan.sequences) {
      const DecodeShape shape{.context = context, .tokens = m_plan.decode, .sequences = sequences};
      ENGINE_ASSIGN_OR_RETURN(const Row row, measure(
                                                 m_plan.rounds, [&] { return m_limits.measureRead(); }, m_reads,
                                                 [&] { return benchDecode(m_engine, shape); }));
      const double bytes = weightBytes + sequences * kvBytes * row.meanContext;
      const double stepSeconds = sequences / row.tokensPerSecond;
      const double part = share(bytes / stepSeconds, row.limit);
      m_decode.push_back({{"context", context},
                          {"sequences", sequences},
                          {"tokens_per_s", row.tokensPerSecond},
                          {"step_ms", stepSeconds * 1e3},
                          {"bytes_per_step", bytes},
                          {"read_gb_s", row.limit / 1e9},
                          {"share", part}});
      if (row.gap >= 0) {
        m_decode.back()["device_ms"] = row.device * 1e3;
        m_decode.back()["gap_us"] = row.gap * 1e6;
        m_decode.back()["worst_gap_us"] = row.worstGap * 1e6;
      }
      if (!m_people) continue;
      fmt::print(
          "decode  context {:>5}, {:>3} sequences: {:>8.1f} tok/s, {:>7.2f} ms a step, {:>5.1f} GB/s, {:>3.0f} % of "
          "the read stream of {:.1f} GB/s\n",
          context, sequences, row.tokensPerSecond, stepSeconds * 1e3, bytes / stepSeconds / 1e9, part * 100,
          row.limit / 1e9);
      if (row.gap < 0) continue;
      fmt::print("        the device works {:.3f} ms a step and waits {:.1f} us between two (1 in 100: {:.1f} us)\n",
                 row.device * 1e3, row.gap * 1e6, row.worstGap * 1e6);
    }
  }
  return {};
}

engine::Result<void> BenchReport::measureThroughput() {
  for (const uint32_t sequences : m_plan.throughput) {
    const DecodeShape shape{.context = BenchPlan::kThroughputPrompt, .tokens = m_plan.decode, .sequences = sequences};
    std::vector<double> answers, decodes, totals, firsts;
    for (uint32_t round = 0; round < m_plan.rounds; ++round) {
      ENGINE_ASSIGN_OR_RETURN(const ThroughputResult result, benchThroughput(m_engine, shape));
      answers.push_back(result.answerTokensPerSecond);
      decodes.push_back(result.decodeTokensPerSecond);
      totals.push_back(result.totalTokensPerSecond);
      firsts.push_back(result.firstTokenSeconds);
    }
    m_throughput.push_back({{"sequences", sequences},
                            {"prompt_tokens", shape.context},
                            {"answer_tokens", shape.tokens},
                            {"answer_tokens_per_s", median(answers)},
                            {"decode_tokens_per_s", median(decodes)},
                            {"total_tokens_per_s", median(totals)},
                            {"first_token_s", median(firsts)}});
    if (!m_people) continue;
    fmt::print(
        "throughput {:>3} sequences of {} in, {} out: {:>8.1f} tok/s out ({:.1f} while all decode), {:>8.1f} tok/s in "
        "all, first token after {:.3f} s\n",
        sequences, shape.context, shape.tokens, median(answers), median(decodes), median(totals), median(firsts));
  }
  return {};
}

engine::Result<void> BenchReport::measurePrefill() {
  for (const uint32_t tokens : m_plan.prefill) {
    ENGINE_ASSIGN_OR_RETURN(const Row row, measure(
                                               m_plan.rounds, [&] { return m_limits.measureProducts(); }, m_products,
                                               [&] { return benchPrefill(m_engine, tokens); }));
    // Each product is a multiplication and an addition.
    const double operations = 2.0 * promptWeights(m_facts.model, m_shapes) * row.tokensPerSecond;
    const double part = share(operations, row.limit);
    m_prefill.push_back({{"tokens", tokens},
                         {"tokens_per_s", row.tokensPerSecond},
                         {"gop_per_s", operations / 1e9},
                         {"product_gop_s", row.limit / 1e9},
                         {"share", part}});
    const double held = m_limits.measureHeldProducts(tokens / row.tokensPerSecond);
    if (held > 0) {
      m_prefill.back()["held_product_gop_s"] = held / 1e9;
      m_prefill.back()["held_share"] = share(operations, held);
    }
    std::vector<double> chunks;
    for (const double each : row.chunks) chunks.push_back(each * 1e3);
    if (!chunks.empty()) {
      m_prefill.back()["device_ms"] = row.device * 1e3;
      m_prefill.back()["chunk_ms"] = chunks;
    }
    if (!m_people) continue;
    fmt::print("prefill {:>5} tokens: {:>8.1f} tok/s, {:.0f} GOP/s, {:.0f} % of the product rate of {:.0f} GOP/s\n",
               tokens, row.tokensPerSecond, operations / 1e9, part * 100, row.limit / 1e9);
    if (held > 0) {
      fmt::print("        {:.0f} % of the {:.0f} GOP/s that the device keeps up for as long as the prompt takes\n",
                 share(operations, held) * 100, held / 1e9);
    }
    if (chunks.empty()) continue;
    fmt::print("        the device works {:.1f} ms on it; chunks of the last prompt {:.1f} ms\n", row.device * 1e3,
               fmt::join(chunks, ", "));
  }
  return {};
}

engine::Result<void> BenchReport::measureCached() {
  for (const uint32_t tokens : m_plan.cached) {
    // Once unseen: a device prepares itself for lengths that it has not met.
    ENGINE_RETURN_IF_ERROR(benchCached(m_engine, tokens));
    std::vector<double> colds, cacheds;
    int64_t found = 0;
    for (uint32_t round = 0; round < m_plan.rounds; ++round) {
      ENGINE_ASSIGN_OR_RETURN(const CachedResult result, benchCached(m_engine, tokens));
      colds.push_back(result.coldSeconds);
      cacheds.push_back(result.cachedSeconds);
      found = result.cachedTokens;
    }
    const double cold = median(colds), cached = median(cacheds);
    m_cached.push_back({{"tokens", tokens},
                        {"cached_tokens", found},
                        {"cold_s", cold},
                        {"cached_s", cached},
                        {"share", share(cached, cold)}});
    if (!m_people) continue;
    fmt::print("first token of {} in {:.2f} ms, with {} of them cached in {:.2f} ms: {:.1f} % of it\n", tokens,
               cold * 1e3, found, cached * 1e3, share(cached, cold) * 100);
  }
  return {};
}

Json BenchReport::limitsJson() const {
  Json out = {{"read_gb_s", median(m_reads) / 1e9},
              {"read_gb_s_least", *std::min_element(m_reads.begin(), m_reads.end()) / 1e9},
              {"read_gb_s_most", *std::max_element(m_reads.begin(), m_reads.end()) / 1e9},
              {"weight_bytes_per_step", m_facts.plan.weightBytesPerToken}};
  if (m_format) {
    out["product_format"] = kernels::weightFormatInfo(*m_format).name;
    out["product_gop_s"] = median(m_products) / 1e9;
  }
  return out;
}

engine::Result<Json> BenchReport::run() {
  // Without stored weights the type of the computation is theirs.
  const std::string& type = m_facts.model.weightType.empty() ? m_facts.computeType : m_facts.model.weightType;
  m_format = formatOfWeightType(type);
  measureLimits();
  ENGINE_RETURN_IF_ERROR(measureOps());
  ENGINE_RETURN_IF_ERROR(measureDecode());
  ENGINE_RETURN_IF_ERROR(measureThroughput());
  ENGINE_RETURN_IF_ERROR(measurePrefill());
  ENGINE_RETURN_IF_ERROR(measureCached());
  return Json{{"device", m_facts.device + ": " + m_facts.deviceReason},
              {"model", m_facts.model.modelId},
              {"weight_type", m_facts.model.weightType},
              {"compute", m_facts.computeType},
              {"rounds", m_plan.rounds},
              {"limits", limitsJson()},
              {"decode", m_decode},
              {"throughput", m_throughput},
              {"prefill", m_prefill},
              {"cached", m_cached},
              {"ops", m_ops},
              {"load", loadJson()},
              {"memory", memoryJson()}};
}

}  // namespace

void BenchPlan::fillDefaults(bool onGpu) {
  m_ownPrefill = prefill.empty();
  m_ownContext = context.empty();
  m_ownCached = cached.empty();
  const auto fill = [](std::vector<uint32_t>& list, std::initializer_list<uint32_t> values) {
    if (list.empty()) list = values;
  };
  if (onGpu) {
    fill(prefill, {512, 2048, 8192});
    fill(context, {0, 2048, 8192});
    fill(sequences, {1});
    fill(throughput, {1, 8, 16, 32, 64, 128, 256});
    fill(cached, {4096});
  } else {
    fill(prefill, {512});
    fill(context, {0});
    fill(sequences, {1, 4, 16});
  }
}

void BenchPlan::fitDefaults(uint32_t contextLength) {
  const auto cut = [](std::vector<uint32_t>& list, uint32_t most) {
    for (uint32_t& length : list) length = std::min(length, most);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  };
  if (m_ownPrefill) cut(prefill, std::max(contextLength, 2u) - 1);
  if (m_ownCached) cut(cached, std::max(contextLength, 2u) - 1);
  if (m_ownContext) cut(context, contextLength > decode ? contextLength - decode : 0);
}

uint32_t BenchPlan::mostSequences() const {
  uint32_t most = 1;
  for (const uint32_t n : sequences) most = std::max(most, n);
  for (const uint32_t n : throughput) most = std::max(most, n);
  return most;
}

engine::Result<Json> runBenchPlan(engine::Engine& engine, MachineLimits& limits, const BenchPlan& plan, bool people) {
  return BenchReport(engine, limits, plan, people).run();
}

}  // namespace app::cli
