#include "kernels/cuda/gemm_lt.h"

#include <fmt/format.h>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

cudaDataType_t dataType(DType type) {
  switch (type) {
    case DType::F16:
      return CUDA_R_16F;
    case DType::BF16:
      return CUDA_R_16BF;
    case DType::F32:
    case DType::I32:
    case DType::I8:
      break;
  }
  return CUDA_R_32F;
}

Status checked(cublasStatus_t status, const char* what) {
  if (status == CUBLAS_STATUS_SUCCESS) return {};
  if (status == CUBLAS_STATUS_ALLOC_FAILED) return {StatusCode::OutOfMemory, fmt::format("{}: no memory", what)};
  return {StatusCode::Internal, fmt::format("{}: {}", what, cublasLtGetStatusString(status))};
}

/// Whether the parts' weights lie one behind the other, so that one product does for all.
bool contiguous(const LinearArgs& args) {
  const auto* next = static_cast<const std::byte*>(args.parts[0].weight);
  for (uint32_t i = 0; i < args.nParts; ++i) {
    if (args.parts[i].weight != next) return false;
    next += uint64_t{args.parts[i].nOut} * args.nIn * dtypeBytes(args.type);
  }
  return true;
}

bool hasBias(const LinearArgs& args) {
  for (uint32_t i = 0; i < args.nParts; ++i) {
    if (args.parts[i].bias != nullptr) return true;
  }
  return false;
}

}  // namespace

GemmLt::~GemmLt() {
  for (auto& [key, plan] : m_plans) {
    cublasLtMatmulDescDestroy(plan.desc);
    cublasLtMatrixLayoutDestroy(plan.weight);
    cublasLtMatrixLayoutDestroy(plan.in);
    cublasLtMatrixLayoutDestroy(plan.out);
  }
  if (m_handle != nullptr) cublasLtDestroy(m_handle);
}

Status GemmLt::open() {
  KERNELS_RETURN_IF_ERROR(checked(cublasLtCreate(&m_handle), "opening cuBLASLt"));
  return m_workspace.allocate(kWorkspaceBytes, "scratch of matrix products");
}

Status GemmLt::plan(const Product& product, Plan** out) {
  const Key key{product.nRows,           product.nIn, product.nOut, product.ldOut, product.type, product.outType,
                product.added != nullptr};
  const auto tried = m_plans.try_emplace(key);
  const auto found = tried.first;
  *out = &found->second;
  if (!tried.second) return {};
  Plan& plan = found->second;
  const auto fail = [&](Status status) {
    m_plans.erase(found);
    return status;
  };
  const cublasOperation_t transposed = CUBLAS_OP_T, plain = CUBLAS_OP_N;
  const cudaDataType_t type = dataType(product.type), outType = dataType(product.outType);
  cublasLtMatmulPreference_t preference = nullptr;
  // Column-major as cuBLAS sees it: out^T [nOut, nRows] = W [nOut, nIn] in^T.
  cublasStatus_t status = cublasLtMatmulDescCreate(&plan.desc, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const auto also = [&status](auto call) {
    if (status == CUBLAS_STATUS_SUCCESS) status = call();
  };
  also([&] {
    return cublasLtMatmulDescSetAttribute(plan.desc, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed);
  });
  also([&] { return cublasLtMatmulDescSetAttribute(plan.desc, CUBLASLT_MATMUL_DESC_TRANSB, &plain, sizeof plain); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan.weight, type, product.nIn, product.nOut, product.nIn); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan.in, type, product.nIn, product.nRows, product.nIn); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan.out, outType, product.nOut, product.nRows, product.ldOut); });
  also([&] { return cublasLtMatmulPreferenceCreate(&preference); });
  also([&] {
    return cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &kWorkspaceBytes,
                                                sizeof kWorkspaceBytes);
  });
  cublasLtMatmulHeuristicResult_t result{};
  int nResults = 0;
  also([&] {
    return cublasLtMatmulAlgoGetHeuristic(m_handle, plan.desc, plan.weight, plan.in, plan.out, plan.out, preference, 1,
                                          &result, &nResults);
  });
  if (preference != nullptr) cublasLtMatmulPreferenceDestroy(preference);
  if (status != CUBLAS_STATUS_SUCCESS || nResults == 0) {
    return fail(
        {StatusCode::Internal, fmt::format("cuBLASLt has no way to multiply {} x {} by {} rows: {}", product.nOut,
                                           product.nIn, product.nRows, cublasLtGetStatusString(status))});
  }
  plan.algorithm = result.algo;
  return {};
}

Status GemmLt::multiply(const Product& product, cudaStream_t stream) {
  Plan* plan = nullptr;
  KERNELS_RETURN_IF_ERROR(this->plan(product, &plan));
  const float beta = product.added != nullptr ? 1.0f : 0.0f;
  const void* added = product.added != nullptr ? product.added : product.out;
  return checked(cublasLtMatmul(m_handle, plan->desc, &product.alpha, product.weight, plan->weight, product.in,
                                plan->in, &beta, added, plan->out, product.out, plan->out, &plan->algorithm,
                                m_workspace.as(), kWorkspaceBytes, stream),
                 "multiplying matrices");
}

Status GemmLt::run(const LinearArgs& args, cudaStream_t stream) {
  const bool direct =
      args.epilogue == Epilogue::None && !hasBias(args) && (args.residual == nullptr || args.outType == DType::F32);
  const uint32_t productCols = args.productCols();
  const DType outType = direct ? args.outType : args.type;
  const float alpha = direct && args.residual != nullptr ? args.residualScale : 1.0f;
  const uint32_t nParts = contiguous(args) ? 1 : args.nParts;
  uint32_t col = 0;
  for (uint32_t i = 0; i < nParts; ++i) {
    const uint32_t nOut = nParts == 1 ? productCols : args.parts[i].nOut;
    const uint64_t offset = uint64_t{col} * dtypeBytes(outType);
    auto* base = static_cast<std::byte*>(direct ? args.out : args.scratch);
    const auto* added = direct ? reinterpret_cast<const std::byte*>(args.residual) : nullptr;
    KERNELS_RETURN_IF_ERROR(
        multiply({args.in, args.parts[i].weight, added != nullptr ? added + offset : nullptr, base + offset, args.nRows,
                  args.nIn, nOut, productCols, args.type, outType, alpha},
                 stream));
    col += nOut;
  }
  if (direct) return {};
  return toStatus(launchFinish({args.scratch, outType, args}, stream), "a linear op");
}

}  // namespace kernels::cuda
