// A model's card, from headers alone.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>

#include "engine/decoder/weight_plan.h"
#include "engine/loaders/model_extras.h"
#include "engine/loaders/model_source.h"
#include "engine/model_info.h"
#include "engine/models/registry.h"
#include "engine/text.h"

namespace engine {

namespace {

std::string formatName(SourceKind kind) {
  switch (kind) {
    case SourceKind::Safetensors:
      return "safetensors";
    case SourceKind::Gguf:
      return "gguf";
    case SourceKind::Pytorch:
      return "pytorch";
    case SourceKind::NoWeights:
      break;
  }
  return {};
}

/// "bfloat16"; "Q4_1 with Q8_0 embedding" where the largest table differs from the rest.
std::string weightTypeName(const ModelSource& source, const WeightPlan& plan) {
  std::map<StoredType, uint64_t> bytes;
  for (const PlannedWeight& weight : plan.weights) {
    if (weight.tensor && weight.desc.use == kernels::WeightUse::Matrix) {
      const StoredTensor& tensor = source.tensors()[*weight.tensor];
      bytes[tensor.type] += tensor.bytes;
    }
  }
  const auto most =
      std::max_element(bytes.begin(), bytes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == bytes.end()) return {};
  std::string out(storedTypeInfo(most->first).name);
  for (const auto& [index, word] : {std::pair(plan.head.weight, "head"), std::pair(plan.embedding, "embedding")}) {
    const std::optional<size_t> tensor = plan.weights[index].tensor;
    if (!tensor || (word == std::string_view("head") && plan.head.weight == plan.embedding)) continue;
    const StoredType type = source.tensors()[*tensor].type;
    if (type != most->first) return fmt::format("{} with {} {}", out, storedTypeInfo(type).name, word);
  }
  return out;
}

void describe(const DecoderConfig& config, ModelInfo& info) {
  info.family = config.family;
  info.nLayers = config.nLayers;
  info.hiddenSize = config.hiddenSize;
  info.nHeads = config.nHeads;
  info.nKvHeads = config.nKvHeads;
  info.headDim = config.headDim;
  info.vocabSize = config.vocabSize;
  info.trainedContext = config.contextLength;
  info.tiedHead = config.tiedHead;
  const uint32_t window = config.windows.empty() ? 0 : *std::max_element(config.windows.begin(), config.windows.end());
  if (window > 0 && window < config.contextLength) {
    const auto sliding = std::count_if(config.windows.begin(), config.windows.end(), [](uint32_t w) { return w > 0; });
    info.notes.push_back(
        fmt::format("{} of {} layers look at the last {} tokens only", sliding, config.nLayers, window));
  }
}

/// Widened types cost memory that the file's size does not show.
void noteConversions(const ModelSource& source, const WeightPlan& plan, ModelInfo& info) {
  std::map<StoredType, uint32_t> converted;
  for (const PlannedWeight& weight : plan.weights) {
    if (weight.tensor && weight.desc.use != kernels::WeightUse::Vector &&
        !loadsUnchanged(source.tensors()[*weight.tensor].type)) {
      ++converted[source.tensors()[*weight.tensor].type];
    }
  }
  for (const auto& [type, count] : converted) {
    const StoredTypeInfo& stored = storedTypeInfo(type);
    info.notes.push_back(fmt::format("{} tensors stored as {} are held as {}", count, stored.name,
                                     kernels::weightFormatInfo(*stored.loadsAs).name));
  }
}

ModelInfo inspect(const ModelSource& source, const std::filesystem::path& path) {
  ModelInfo info;
  info.path = path;
  info.format = formatName(source.kind());
  info.architecture = architectureName(source);
  info.problems = source.problems();
  const ProductConfig product = readProductConfig(source, info.problems);
  info.modelId = product.modelId.empty() ? source.name() : product.modelId;
  info.requestedTemplate = product.templateName;
  if (!product.templateName.empty()) info.requestedTemplateSource = "ti_model_config.json";
  info.chatTemplate = readChatTemplate(source, info.problems);
  info.samplingPreset = readSamplingPreset(source);
  info.licence = readLicence(source);
  info.tokenizer = tokenizerLine(source);
  info.shards = source.shards();
  for (const StoredTensor& tensor : source.tensors()) info.weightBytes += tensor.bytes;

  Result<ModelDescription> description = describeModel(source);
  if (!description.ok()) {
    info.problems.push_back(description.error().message);
  } else {
    describe(description.value().config, info);
    if (source.kind() == SourceKind::Safetensors || source.kind() == SourceKind::Gguf) {
      const Result<WeightPlan> plan = planWeights(source, description.value());
      if (plan.ok()) {
        for (const PlannedWeight& weight : plan.value().weights) {
          if (weight.tensor && weight.values.empty()) info.parameters += weight.desc.rows * weight.desc.cols;
        }
        info.weightType = weightTypeName(source, plan.value());
        noteConversions(source, plan.value(), info);
      } else if (source.weightProblems().empty()) {
        info.problems.push_back(plan.error().message);
      }
      // The tensors may have corrected both.
      info.vocabSize = description.value().config.vocabSize;
      info.tiedHead = description.value().config.tiedHead;
    }
  }
  info.problems.insert(info.problems.end(), source.weightProblems().begin(), source.weightProblems().end());
  if (info.tokenizer.empty()) info.problems.push_back(missingTokenizer(source));
  return info;
}

}  // namespace

Result<ModelInfo> inspectModel(const std::filesystem::path& path) {
  try {
    ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<ModelSource> source, ModelSource::open(path));
    return inspect(*source, path);
  } catch (const std::exception& e) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory to describe the model: {}", e.what()), "model-path"};
  }
}

}  // namespace engine
