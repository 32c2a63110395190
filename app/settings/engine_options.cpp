// The engine's view of the settings: conflicts and what this build cannot do end here, with a sentence each.
#include <fmt/format.h>

#include "app/settings.h"
#include "app/settings/validation.h"

namespace app {

namespace {

engine::Error refuse(std::string_view key, std::string message) {
  return {engine::ErrorCode::InvalidArgument, std::move(message), std::string(key)};
}

engine::DTypeChoice dtypeOf(std::string_view text) {
  if (text == "auto") return engine::DTypeChoice::Auto;
  if (text == "bfloat16") return engine::DTypeChoice::BFloat16;
  if (text == "float32") return engine::DTypeChoice::Float32;
  return engine::DTypeChoice::Float16;
}

engine::Quantization quantizationOf(std::string_view text) {
  if (text == "ifq") return engine::Quantization::Ifq;
  if (text == "ifq_nf4") return engine::Quantization::IfqNf4;
  if (text == "fp8") return engine::Quantization::Fp8;
  if (text == "smoothquant") return engine::Quantization::SmoothQuant;
  if (text == "auto") return engine::Quantization::Auto;
  return engine::Quantization::None;
}

engine::KvDType kvDtypeOf(std::string_view text) {
  if (text == "fp8") return engine::KvDType::Fp8;
  if (text == "int8") return engine::KvDType::Int8;
  return engine::KvDType::Auto;
}

std::optional<uint32_t> optionalCount(const Settings& settings, std::string_view key) {
  const auto value = settings.integer(key);
  if (!value) return std::nullopt;
  return static_cast<uint32_t>(*value);
}

uint32_t count(const Settings& settings, std::string_view key) {
  return optionalCount(settings, key).value_or(0);
}

/// --ds-dtype sets dtype and quantization of the dynamic engine; what was said otherwise by hand is a conflict.
engine::Result<void> applyDynamicType(const Settings& settings, engine::EngineOptions& options) {
  const std::string& type = settings.text("ds-dtype");
  const bool dtypeSaid = settings.source("dtype") != SettingSource::Default;
  const bool quantizationSaid = settings.source("quantization") != SettingSource::Default;
  const std::string& dtype = settings.text("dtype");
  const std::string& quantization = settings.text("quantization");
  if (type == "int8") {
    if (quantizationSaid && quantization != "ifq") {
      return refuse("ds-dtype", fmt::format("--ds-dtype int8 means --quantization ifq, but --quantization is {}: leave "
                                            "one of the two out",
                                            quantization));
    }
    options.quantization = engine::Quantization::Ifq;
    return {};
  }
  const bool dsSaid = settings.source("ds-dtype") != SettingSource::Default;
  if (!dsSaid && dtypeSaid) return {};
  if (dtypeSaid && dtype != type) {
    return refuse("ds-dtype", fmt::format("--ds-dtype is {} but --dtype is {}: leave one of the two out", type, dtype));
  }
  if (dsSaid && quantizationSaid && quantization != "none") {
    return refuse("ds-dtype", fmt::format("--ds-dtype {} means no quantization, but --quantization is {}: leave one of "
                                          "the two out",
                                          type, quantization));
  }
  options.dtype = dtypeOf(type);
  return {};
}

}  // namespace

engine::Result<engine::EngineOptions> Settings::engineOptions() const {
  engine::EngineOptions options;
  options.modelPath = text("model-path");
  options.modelId = text("model-id");
  options.templateName = text("conv-template");
  options.templateFile = text("chat-template");
  options.userTemplateDirectory = text("template-directory");
  options.device = text("device");
  options.dtype = dtypeOf(text("dtype"));
  options.kvDtype = kvDtypeOf(text("kv-cache-dtype"));
  options.quantization = quantizationOf(text("quantization"));
  options.maxModelLen = optionalCount(*this, "max-model-len");
  options.maxNumBatchedTokens = optionalCount(*this, "max-num-batched-tokens");
  options.maxNumSeqs = count(*this, "max-num-seqs");
  options.maxWaiting = count(*this, "max-waiting");
  options.limitConcurrency = count(*this, "limit-worker-concurrency");
  options.memoryUtilization = real("gpu-memory-utilization").value_or(0.9);
  options.seed = integer("seed");
  options.nThreads = count(*this, "threads");
  options.prefixCache = boolean("prefix-cache");
  options.enforceEager = boolean("enforce-eager");
  options.batchInvariant = boolean("batch-invariant");
  options.useLookahead = boolean("use-lookahead");
  options.numGpus = count(*this, "num-gpus");
  options.workerNum = count(*this, "worker-num");
  options.loadFormat = text("load-format") == "dummy" ? engine::LoadFormat::Dummy : engine::LoadFormat::Auto;

  if (text("engine") == "dynamic") {
    options.policy = engine::SchedulingPolicy::Dynamic;
    constexpr uint32_t kDynamicConcurrency = 32;
    if (source("limit-worker-concurrency") == SettingSource::Default) options.limitConcurrency = kDynamicConcurrency;
    ENGINE_RETURN_IF_ERROR(applyDynamicType(*this, options));
  }
  for (const SettingRow& row : settingRows()) {
    if (row.unavailable.empty() || row.group == "server" || text(row.key) == row.defaultValue) continue;
    return unavailableValue(row, text(row.key), source(row.key));
  }
  return options;
}

}  // namespace app
