#include "engine/decoder/decoder.h"

#include <exception>

#include "engine/decoder/weight_loader.h"
#include "engine/loaders/model_source.h"

namespace engine {

namespace {

kernels::WeightFormat formatOf(kernels::DType type) {
  switch (type) {
    case kernels::DType::F16:
      return kernels::WeightFormat::F16;
    case kernels::DType::BF16:
      return kernels::WeightFormat::BF16;
    case kernels::DType::F32:
    case kernels::DType::I32:
    case kernels::DType::I8:
      break;
  }
  return kernels::WeightFormat::F32;
}

}  // namespace

ComputeType computeType(const EngineOptions& options, kernels::DType stored) {
  ComputeType out;
  switch (options.dtype) {
    case DTypeChoice::Auto:
      out.cache = stored;
      break;
    case DTypeChoice::Float16:
      out.cache = kernels::DType::F16;
      break;
    case DTypeChoice::BFloat16:
      out.cache = kernels::DType::BF16;
      break;
    case DTypeChoice::Float32:
      out.cache = kernels::DType::F32;
      break;
  }
  if (out.cache == kernels::DType::F32) out.precision = kernels::Precision::Exact;
  return out;
}

std::optional<kernels::WeightFormat> dummyFormat(const EngineOptions& options, kernels::DType stored) {
  if (options.loadFormat != LoadFormat::Dummy) return std::nullopt;
  return formatOf(computeType(options, stored).cache);
}

Result<std::unique_ptr<Decoder>> Decoder::load(const ModelSource& source, const EngineOptions& options,
                                               kernels::Backend& backend, const LoadControl& control) {
  try {
    const bool dummy = options.loadFormat == LoadFormat::Dummy;
    ENGINE_RETURN_IF_ERROR(requireLoadable(source, dummy));
    ENGINE_ASSIGN_OR_RETURN(ModelDescription description, describeModel(source));
    ENGINE_ASSIGN_OR_RETURN(WeightPlan plan,
                            planWeights(source, description, dummyFormat(options, source.storedDType())));
    std::unique_ptr<Decoder> out(new Decoder(std::move(description.config), std::move(plan)));
    ENGINE_ASSIGN_OR_RETURN(out->m_loaded, loadWeights(out->m_plan, source, backend, control, options.nThreads));
    return out;
  } catch (const std::exception& e) {
    return Error{ErrorCode::OutOfMemory, std::string("no memory for the model's description: ") + e.what()};
  }
}

}  // namespace engine
