#include "kernels/cuda/gemm_lt.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

/// Proposals that are timed, and how often.
constexpr size_t kCandidates = 8;
constexpr int kTrials = 4;
/// Up to here ranges of rows are 64 wide, then they double.
constexpr uint32_t kFineRows = 256;

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

Status GemmLt::plan(const Product& product, cudaStream_t stream, Plan** out) {
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
  Status chosen = checked(status, "preparing a matrix product");
  if (chosen.ok()) chosen = choose(product, stream, preference, &plan);
  if (preference != nullptr) cublasLtMatmulPreferenceDestroy(preference);
  return chosen.ok() ? chosen : fail(chosen);
}

Status GemmLt::choose(const Product& product, cudaStream_t stream, cublasLtMatmulPreference_t preference, Plan* plan) {
  const Key range{rowRange(product.nRows), product.nIn, product.nOut, product.ldOut, product.type, product.outType,
                  product.added != nullptr};
  if (const auto known = m_choices.find(range); known != m_choices.end()) {
    cublasLtMatmulHeuristicResult_t check{};
    const cublasStatus_t status = cublasLtMatmulAlgoCheck(m_handle, plan->desc, plan->weight, plan->in, plan->out,
                                                          plan->out, &known->second, &check);
    if (status == CUBLAS_STATUS_SUCCESS && check.workspaceSize <= kWorkspaceBytes) {
      plan->algorithm = known->second;
      return {};
    }
  }
  std::array<cublasLtMatmulHeuristicResult_t, kCandidates> results{};
  int nResults = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(m_handle, plan->desc, plan->weight, plan->in, plan->out, plan->out, preference,
                                     static_cast<int>(results.size()), results.data(), &nResults);
  if (status != CUBLAS_STATUS_SUCCESS || nResults == 0) {
    return {StatusCode::Internal, fmt::format("cuBLASLt has no way to multiply {} x {} by {} rows: {}", product.nOut,
                                              product.nIn, product.nRows, cublasLtGetStatusString(status))};
  }
  plan->algorithm = results[0].algo;
  cudaStreamCaptureStatus capturing = cudaStreamCaptureStatusNone;
  CUDA_RETURN_IF_ERROR(cudaStreamIsCapturing(stream, &capturing), "preparing a matrix product");
  if (capturing != cudaStreamCaptureStatusNone || m_choices.count(range) != 0) return {};
  const uint64_t bytes = uint64_t{product.nRows} * product.ldOut * dtypeBytes(product.outType);
  if (product.added != nullptr && bytes > m_trial.size() &&
      !m_trial.allocate(bytes, "trials of matrix products").ok()) {
    static_cast<void>(cudaGetLastError());
    return {};  // without room to try, the library's first proposal stands
  }
  double best = -1.0;
  for (int i = 0; i < nResults; ++i) {
    Plan candidate = *plan;
    candidate.algorithm = results[static_cast<size_t>(i)].algo;
    const double seconds = time(product, candidate, stream);
    if (seconds >= 0 && (best < 0 || seconds < best)) {
      best = seconds;
      plan->algorithm = candidate.algorithm;
    }
  }
  m_choices.emplace(range, plan->algorithm);
  return {};
}

double GemmLt::time(const Product& product, const Plan& plan, cudaStream_t stream) {
  cudaEvent_t begin = nullptr, end = nullptr;
  double best = -1.0;
  void* out = product.added != nullptr ? m_trial.as() : product.out;
  if (cudaEventCreate(&begin) == cudaSuccess && cudaEventCreate(&end) == cudaSuccess &&
      launch(product, plan, out, stream) == CUBLAS_STATUS_SUCCESS) {
    for (int run = 0; run < kTrials; ++run) {
      static_cast<void>(cudaEventRecord(begin, stream));
      const cublasStatus_t status = launch(product, plan, out, stream);
      static_cast<void>(cudaEventRecord(end, stream));
      float milliseconds = 0.0f;
      if (status != CUBLAS_STATUS_SUCCESS || cudaEventSynchronize(end) != cudaSuccess ||
          cudaEventElapsedTime(&milliseconds, begin, end) != cudaSuccess) {
        best = -1.0;
        break;
      }
      const double seconds = 1e-3 * static_cast<double>(milliseconds);
      best = run == 0 ? seconds : std::min(best, seconds);
    }
  }
  if (begin != nullptr) static_cast<void>(cudaEventDestroy(begin));
  if (end != nullptr) static_cast<void>(cudaEventDestroy(end));
  return best;
}

cublasStatus_t GemmLt::launch(const Product& product, const Plan& plan, void* out, cudaStream_t stream) {
  const float beta = product.added != nullptr ? 1.0f : 0.0f;
  const void* added = product.added != nullptr ? product.added : out;
  return cublasLtMatmul(m_handle, plan.desc, &product.alpha, product.weight, plan.weight, product.in, plan.in, &beta,
                        added, plan.out, out, plan.out, &plan.algorithm, m_workspace.as(), kWorkspaceBytes, stream);
}

uint32_t GemmLt::rowRange(uint32_t nRows) {
  if (nRows <= kFineRows) return (nRows + 63) / 64 * 64;
  return std::bit_ceil(nRows);
}

Status GemmLt::multiply(const Product& product, cudaStream_t stream) {
  Plan* plan = nullptr;
  KERNELS_RETURN_IF_ERROR(this->plan(product, stream, &plan));
  return checked(launch(product, *plan, product.out, stream), "multiplying matrices");
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
