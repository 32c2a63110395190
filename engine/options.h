// How a model is to be loaded and run: what the settings say, in the engine's terms.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace engine {

enum class DTypeChoice { Auto, Float16, BFloat16, Float32 };
enum class Quantization { None, Ifq, IfqNf4, Fp8, SmoothQuant, Auto };
enum class KvDType { Auto, Fp8, Int8 };
enum class SchedulingPolicy { Continuous, Dynamic };
enum class LoadFormat { Auto, Dummy };

/// Defaults are those of spec.md section 3. What this build cannot do yet is refused by loadEngine with the flag's
/// name.
struct EngineOptions {
  std::filesystem::path modelPath;
  std::string modelId;                 ///< overrides the files' own
  std::string templateName;            ///< CONV_TEMPLATE
  std::filesystem::path templateFile;  ///< --chat-template
  std::filesystem::path userTemplateDirectory;
  std::string device = "auto";  ///< auto, cpu, cuda, cuda:N
  DTypeChoice dtype = DTypeChoice::Float16;
  KvDType kvDtype = KvDType::Auto;
  Quantization quantization = Quantization::None;
  std::optional<uint32_t> maxModelLen;          ///< absent: the model's
  std::optional<uint32_t> maxNumBatchedTokens;  ///< absent: max(context, 2048)
  uint32_t maxNumSeqs = 256;
  uint32_t maxWaiting = 0;          ///< queue bound; 0 = max(16, 8 x concurrency x workers)
  uint32_t limitConcurrency = 128;  ///< requests in progress
  double memoryUtilization = 0.9;
  std::optional<int64_t> seed;
  uint32_t nThreads = 0;  ///< CPU worker threads; 0 = all cores
  bool prefixCache = true;
  bool enforceEager = false;
  bool batchInvariant = false;  ///< answers do not depend, to the bit, on what else runs; always so on the CPU
  bool useLookahead = false;
  uint32_t numGpus = 0, workerNum = 1;
  SchedulingPolicy policy = SchedulingPolicy::Continuous;
  LoadFormat loadFormat = LoadFormat::Auto;
};

}  // namespace engine
