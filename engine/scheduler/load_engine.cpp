#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>

#include "engine/decoder/decoder.h"
#include "engine/device.h"
#include "engine/load_tokenizer.h"
#include "engine/loaders/model_source.h"
#include "engine/memory/plan_cache.h"
#include "engine/prompt_tools.h"
#include "engine/scheduler/backend_runner.h"
#include "engine/scheduler/byte_tokenizer.h"
#include "engine/scheduler/canary.h"
#include "engine/scheduler/loaded_engine.h"
#include "engine/scheduler/option_checks.h"

namespace engine {

namespace {

class Load {
 public:
  Load(const EngineOptions& options, const LoadControl& control) : m_options(options), m_control(control) {}

  Result<std::shared_ptr<Engine>> run() {
    ENGINE_RETURN_IF_ERROR(checkOptions(m_options));
    ENGINE_ASSIGN_OR_RETURN(m_device, chooseDevice(m_options));
    ENGINE_RETURN_IF_ERROR(stage("model"));
    ENGINE_RETURN_IF_ERROR(describe());
    ENGINE_RETURN_IF_ERROR(stage("tokenizer"));
    ENGINE_RETURN_IF_ERROR(readTokenizer());
    ENGINE_RETURN_IF_ERROR(chooseItsTemplate());
    ENGINE_RETURN_IF_ERROR(stage("memory plan"));
    ENGINE_RETURN_IF_ERROR(planIt());
    ENGINE_RETURN_IF_ERROR(stage("weights"));
    ENGINE_RETURN_IF_ERROR(loadWeights());
    ENGINE_RETURN_IF_ERROR(stage("cache"));
    ENGINE_RETURN_IF_ERROR(makeRunner());
    ENGINE_RETURN_IF_BAD_STATUS(decodeCanary(*m_runner, /*block=*/0, canaryToken(), m_nVocab));
    measureByDriver();
    endStage();
    m_facts.loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - m_begin).count();
    m_facts.model = std::move(m_info);
    auto core = std::make_shared<EngineCore>(coreConfig(), m_tokenizer, std::move(m_runner));
    return std::shared_ptr<Engine>(
        std::make_shared<LoadedEngine>(std::move(m_facts), m_tokenizer, m_template, std::move(core)));
  }

 private:
  Result<void> stage(const char* name) {
    if (m_control.cancel != nullptr && m_control.cancel->load()) {
      return Error{ErrorCode::Cancelled, "The load was cancelled."};
    }
    if (m_control.onProgress) m_control.onProgress({name, 0, 0});
    endStage();
    m_facts.load.stages.push_back({name, 0});
    return {};
  }

  void endStage() {
    const auto now = std::chrono::steady_clock::now();
    if (!m_facts.load.stages.empty()) {
      m_facts.load.stages.back().seconds = std::chrono::duration<double>(now - m_stageBegin).count();
    }
    m_stageBegin = now;
  }

  Result<void> describe() {
    ENGINE_ASSIGN_OR_RETURN(m_info, inspectModel(m_options.modelPath));
    if (!m_options.modelId.empty()) m_info.modelId = m_options.modelId;
    // Without weight files the shapes are enough for made-up weights; what else is missing the loader says itself.
    if (!m_info.loadable() && m_options.loadFormat != LoadFormat::Dummy) {
      std::string all;
      for (const std::string& problem : m_info.problems) all += (all.empty() ? "" : "; ") + problem;
      const ErrorCode code = m_info.family.empty() ? ErrorCode::Unsupported : ErrorCode::Damaged;
      return Error{code, all, "model-path"};
    }
    ENGINE_RETURN_IF_ERROR(checkOptionsForModel(m_options, m_info));
    m_facts.options = resolvedOptions(m_options, m_info);
    m_facts.options.device = m_device.name;
    m_facts.device = m_device.name;
    m_facts.deviceReason = m_device.reason;
    m_facts.quantization = chosenQuantization(m_options, m_info, &m_facts.quantizationReason);
    m_facts.contextLength = *m_facts.options.maxModelLen;
    if (m_facts.contextLength < 2) {
      return Error{ErrorCode::Damaged,
                   "The model does not say how long a context it was trained for; name one with --max-model-len.",
                   "max-model-len"};
    }
    return {};
  }

  Result<void> readTokenizer() {
    auto loaded = loadTokenizer(m_options.modelPath);
    const bool dummy = m_options.loadFormat == LoadFormat::Dummy;
    if (!loaded.ok() && dummy && loaded.error().code == ErrorCode::NotFound) {
      m_tokenizer = std::make_shared<ByteTokenizer>(m_info.vocabSize);
      return {};
    }
    ENGINE_ASSIGN_OR_RETURN(m_tokenizer, std::move(loaded));
    return {};
  }

  Result<void> chooseItsTemplate() {
    ENGINE_ASSIGN_OR_RETURN(TemplateChoice choice, chooseModelTemplate(m_options, m_info, *m_tokenizer));
    m_template = std::move(choice.chatTemplate);
    m_facts.templateName = m_template->name();
    m_facts.templateReason = std::move(choice.reason);
    return {};
  }

  Result<void> planIt() {
    ENGINE_ASSIGN_OR_RETURN(m_facts.plan, planMemory(m_info, m_options));
    if (!m_facts.plan.fits) {
      return Error{ErrorCode::OutOfMemory, m_facts.plan.shortfall, "model-path"};
    }
    m_limits = stepLimits(m_options, m_facts.contextLength, m_device.isCuda());
    return {};
  }

  Result<void> loadWeights() {
    ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<ModelSource> source, ModelSource::open(m_options.modelPath));
    m_compute = computeType(m_options, source->storedDType());
    ENGINE_ASSIGN_OR_RETURN(m_backend, openBackend(m_options, m_device, m_compute.cache));
    const auto begin = std::chrono::steady_clock::now();
    ENGINE_ASSIGN_OR_RETURN(m_decoder, Decoder::load(*source, m_options, *m_backend, m_control));
    m_facts.load.weightSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    m_facts.load.bytesRead = m_decoder->loaded().bytesRead;
    m_facts.load.bytesDirect = m_decoder->loaded().bytesDirect;
    return {};
  }

  /// Blocks of the cache: as planned on a processor; on a GPU by what is left now that the weights are there, for the
  /// plan could not know to the byte what driver and other programs take.
  Result<uint32_t> cacheBlocks() {
    const uint32_t least = contextBlocks(m_facts.contextLength);
    if (!m_device.isCuda()) return std::max(m_facts.plan.kvBlocks, least);
    MemoryPlan left = m_facts.plan;
    const kernels::MemoryInfo memory = m_backend->memory();
    DeviceMemoryPlan& device = left.devices.front();
    device.weights = memory.usedByUs;
    device.otherPrograms = memory.total - std::min(memory.total, memory.free + memory.usedByUs);
    planCache(left, m_limits, m_info.trainedContext, true);
    if (!left.fits) {
      return Error{ErrorCode::OutOfMemory, shortfallText(left, m_info.format != "gguf"), "model-path"};
    }
    return std::max(left.kvBlocks, least);
  }

  Result<void> makeRunner() {
    m_stopIds = m_decoder->config().eosIds;
    m_nVocab = std::min(m_decoder->config().vocabSize, static_cast<uint32_t>(m_tokenizer->vocabSize()));
    ENGINE_ASSIGN_OR_RETURN(const uint32_t nBlocks, cacheBlocks());
    m_facts.options.nThreads = m_backend->device().nThreads;
    m_facts.deviceReason += fmt::format("; {}, {}", m_backend->device().name, m_backend->device().details);
    m_facts.computeType = computeTypeText();
    m_kvBlocks = nBlocks;
    ENGINE_ASSIGN_OR_RETURN(m_runner, BackendRunner::create(std::move(m_backend), std::move(m_decoder), m_limits,
                                                            nBlocks, m_compute, m_nVocab));
    measure();
    return {};
  }

  std::string computeTypeText() const {
    const std::string type(kernels::dtypeName(m_compute.cache));
    if (m_compute.precision == kernels::Precision::Exact) return type + " (exact)";
    const auto& weights = m_decoder->plan().weights;
    const bool blocks = std::any_of(weights.begin(), weights.end(), [](const PlannedWeight& weight) {
      return kernels::weightFormatInfo(weight.desc.format).blockElements > 1;
    });
    return type + (blocks && !m_device.isCuda() ? " (int8 activations)" : "");
  }

  /// What it really takes, beside the plan's figures for the machine.
  void measure() {
    const StepMemory& taken = m_runner->taken();
    if (!m_facts.plan.devices.empty()) m_facts.measured = m_facts.plan.devices.front();
    m_facts.measured.device = m_device.name;
    m_facts.measured.weights = taken.weights;
    m_facts.measured.kvCache = taken.cache;
    m_facts.measured.activations = taken.steps;
  }

  /// After the first step, which has brought the kernels' code onto the device.
  void measureByDriver() {
    if (!m_device.isCuda() || m_facts.plan.devices.empty()) return;
    const kernels::MemoryInfo memory = m_runner->memory();
    const uint64_t used = memory.total - std::min(memory.total, memory.free);
    m_facts.driverBytes = used - std::min(used, m_facts.plan.devices.front().otherPrograms);
  }

  /// A token that every text may begin with.
  TokenId canaryToken() const {
    const TokenId bos = m_tokenizer->bosId();
    return bos >= 0 && static_cast<uint32_t>(bos) < m_nVocab ? bos : 0;
  }

  EngineCoreConfig coreConfig() const {
    EngineCoreConfig config;
    config.limits = m_limits;
    config.nBlocks = m_kvBlocks;
    config.prefixCache = m_options.prefixCache;
    config.nVocab = m_nVocab;
    config.seed = m_options.seed;
    config.canaryToken = canaryToken();
    config.stopIds.assign(m_stopIds.begin(), m_stopIds.end());
    if (m_tokenizer->eosId() >= 0) config.stopIds.push_back(m_tokenizer->eosId());
    for (const std::string& token : m_template->stops().tokens) {
      if (const TokenId id = m_tokenizer->tokenToId(token); id >= 0) config.stopIds.push_back(id);
    }
    config.stopStrings = m_template->stops().strings;
    return config;
  }

  const EngineOptions& m_options;
  const LoadControl& m_control;
  const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point m_stageBegin = m_begin;
  DeviceChoice m_device;
  ModelInfo m_info;
  EngineFacts m_facts;
  std::shared_ptr<const Tokenizer> m_tokenizer;
  std::shared_ptr<const ChatTemplate> m_template;
  StepLimits m_limits;
  ComputeType m_compute;
  std::unique_ptr<kernels::Backend> m_backend;
  std::unique_ptr<Decoder> m_decoder;
  std::unique_ptr<BackendRunner> m_runner;
  std::vector<int32_t> m_stopIds;
  uint32_t m_nVocab = 0, m_kvBlocks = 0;
};

}  // namespace

Result<std::shared_ptr<Engine>> loadEngine(const EngineOptions& options, const LoadControl& control) {
  try {
    return Load(options, control).run();
  } catch (const std::exception& error) {
    return Error{ErrorCode::OutOfMemory,
                 fmt::format("There is not enough memory to load the model: {}.", error.what())};
  }
}

}  // namespace engine
