#include "kernels/cuda/gemm_lt.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "kernels/cuda/cuda_error.h"
#include "kernels/half.h"

namespace kernels::cuda {

namespace {

/// Proposals that are timed, for use and to find out what the library can do, and how often.
constexpr size_t kCandidates = 8, kAllCandidates = 24;
constexpr int kTrials = 3;
/// A first run so much longer than the best one needs no second.
constexpr double kHopeless = 1.3;
/// Numbers that the products of a measurement are made of, again and again, and how long each pass goes on: long enough
/// that the clock is the one that the power allows.
constexpr size_t kRandomNumbers = size_t{1} << 20;
constexpr int kPasses = 3;
constexpr double kPassSeconds = 0.06;
/// Up to here ranges of rows are 32 wide, then each power of two is cut into two.
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
  for (auto& [key, plan] : m_plans) destroy(plan);
  if (m_handle != nullptr) cublasLtDestroy(m_handle);
}

void GemmLt::destroy(Plan& plan) {
  if (plan.desc != nullptr) cublasLtMatmulDescDestroy(plan.desc);
  if (plan.weight != nullptr) cublasLtMatrixLayoutDestroy(plan.weight);
  if (plan.in != nullptr) cublasLtMatrixLayoutDestroy(plan.in);
  if (plan.out != nullptr) cublasLtMatrixLayoutDestroy(plan.out);
  plan = {};
}

Status GemmLt::open() {
  KERNELS_RETURN_IF_ERROR(checked(cublasLtCreate(&m_handle), "opening cuBLASLt"));
  m_nCandidates = kCandidates;
  return m_workspace.allocate(kWorkspaceBytes, "scratch of matrix products");
}

Status GemmLt::plan(const Product& product, cudaStream_t stream, Plan** out) {
  const Key key{product.nRows,           product.nIn, product.nOut, product.ldOut, product.type, product.outType,
                product.added != nullptr};
  if (const auto found = m_plans.find(key); found != m_plans.end()) {
    *out = &found->second;
    return {};
  }
  Plan made;
  Status status = describe(product, &made);
  if (status.ok()) status = choose(product, stream, &made);
  if (!status.ok()) {
    destroy(made);
    return status;
  }
  *out = &m_plans.emplace(key, made).first->second;
  return {};
}

Status GemmLt::describe(const Product& product, Plan* plan) const {
  const cublasOperation_t transposed = CUBLAS_OP_T, plain = CUBLAS_OP_N;
  const cudaDataType_t type = dataType(product.type), outType = dataType(product.outType);
  // Column-major as cuBLAS sees it: out^T [nOut, nRows] = W [nOut, nIn] in^T.
  cublasStatus_t status = cublasLtMatmulDescCreate(&plan->desc, CUBLAS_COMPUTE_32F, CUDA_R_32F);
  const auto also = [&status](auto call) {
    if (status == CUBLAS_STATUS_SUCCESS) status = call();
  };
  also([&] {
    return cublasLtMatmulDescSetAttribute(plan->desc, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed);
  });
  also([&] { return cublasLtMatmulDescSetAttribute(plan->desc, CUBLASLT_MATMUL_DESC_TRANSB, &plain, sizeof plain); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan->weight, type, product.nIn, product.nOut, product.nIn); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan->in, type, product.nIn, product.nRows, product.nIn); });
  also([&] { return cublasLtMatrixLayoutCreate(&plan->out, outType, product.nOut, product.nRows, product.ldOut); });
  return checked(status, "preparing a matrix product");
}

Status GemmLt::propose(const Product& product, const Plan& plan,
                       std::vector<cublasLtMatmulHeuristicResult_t>* out) const {
  cublasLtMatmulPreference_t preference = nullptr;
  KERNELS_RETURN_IF_ERROR(checked(cublasLtMatmulPreferenceCreate(&preference), "preparing a matrix product"));
  out->resize(m_nCandidates);
  int nResults = 0;
  cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                               &kWorkspaceBytes, sizeof kWorkspaceBytes);
  if (status == CUBLAS_STATUS_SUCCESS) {
    status = cublasLtMatmulAlgoGetHeuristic(m_handle, plan.desc, plan.weight, plan.in, plan.out, plan.out, preference,
                                            static_cast<int>(out->size()), out->data(), &nResults);
  }
  cublasLtMatmulPreferenceDestroy(preference);
  if (status != CUBLAS_STATUS_SUCCESS || nResults == 0) {
    return {StatusCode::Internal, fmt::format("cuBLASLt has no way to multiply {} x {} by {} rows: {}", product.nOut,
                                              product.nIn, product.nRows, cublasLtGetStatusString(status))};
  }
  out->resize(static_cast<size_t>(nResults));
  return {};
}

Status GemmLt::choose(const Product& product, cudaStream_t stream, Plan* plan) {
  const Key range{rowRange(product.nRows), product.nIn, product.nOut, product.ldOut, product.type, product.outType,
                  product.added != nullptr};
  auto known = m_choices.find(range);
  if (known == m_choices.end()) {
    cudaStreamCaptureStatus capturing = cudaStreamCaptureStatusNone;
    CUDA_RETURN_IF_ERROR(cudaStreamIsCapturing(stream, &capturing), "preparing a matrix product");
    cublasLtMatmulAlgo_t best{};
    if (capturing == cudaStreamCaptureStatusNone && timed(product, stream, &best)) {
      known = m_choices.emplace(range, best).first;
    }
  }
  if (known != m_choices.end()) {
    cublasLtMatmulHeuristicResult_t check{};
    const cublasStatus_t status = cublasLtMatmulAlgoCheck(m_handle, plan->desc, plan->weight, plan->in, plan->out,
                                                          plan->out, &known->second, &check);
    if (status == CUBLAS_STATUS_SUCCESS && check.workspaceSize <= kWorkspaceBytes) {
      plan->algorithm = known->second;
      return {};
    }
  }
  // What was not to be timed, or does not do for fewer rows: the library's first proposal.
  std::vector<cublasLtMatmulHeuristicResult_t> results;
  KERNELS_RETURN_IF_ERROR(propose(product, *plan, &results));
  plan->algorithm = results.front().algo;
  return {};
}

bool GemmLt::timed(Product product, cudaStream_t stream, cublasLtMatmulAlgo_t* best) {
  product.nRows = std::min(rowRange(product.nRows), std::max(product.roomRows, product.nRows));
  const uint64_t bytes = uint64_t{product.nRows} * product.ldOut * dtypeBytes(product.outType);
  if (product.added != nullptr && bytes > m_trial.size() &&
      !m_trial.allocate(bytes, "trials of matrix products").ok()) {
    static_cast<void>(cudaGetLastError());
    return false;
  }
  Plan candidate;
  std::vector<cublasLtMatmulHeuristicResult_t> results;
  double least = -1.0;
  if (describe(product, &candidate).ok() && propose(product, candidate, &results).ok()) {
    for (const cublasLtMatmulHeuristicResult_t& result : results) {
      candidate.algorithm = result.algo;
      const double seconds = time(product, candidate, least, stream);
      if (seconds >= 0 && (least < 0 || seconds < least)) {
        least = seconds;
        *best = result.algo;
      }
    }
  }
  destroy(candidate);
  return least >= 0;
}

double GemmLt::time(const Product& product, const Plan& plan, double known, cudaStream_t stream) {
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
      if (known >= 0 && seconds > kHopeless * known) break;
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
  if (nRows <= kFineRows) return nRows <= 16 ? 16 : (nRows + 31) / 32 * 32;
  const uint32_t most = std::bit_ceil(nRows);
  return nRows <= most / 4 * 3 ? most / 4 * 3 : most;
}

Status GemmLt::multiply(const Product& product, cudaStream_t stream) {
  Plan* plan = nullptr;
  KERNELS_RETURN_IF_ERROR(this->plan(product, stream, &plan));
  return checked(launch(product, *plan, product.out, stream), "multiplying matrices");
}

double GemmLt::measureRate(uint32_t nRows, uint32_t nIn, uint32_t nOut, DType type, double heldSeconds,
                           cudaStream_t stream) {
  const uint64_t size = dtypeBytes(type);
  const uint64_t weightBytes = uint64_t{nOut} * nIn * size, inBytes = uint64_t{nRows} * nIn * size;
  DeviceBuffer numbers, out;
  if (m_handle == nullptr || nRows == 0 || nIn == 0 || nOut == 0 ||
      !numbers.allocate(weightBytes + inBytes, "the product test").ok() ||
      !out.allocate(uint64_t{nRows} * nOut * size, "the product test").ok()) {
    static_cast<void>(cudaGetLastError());
    return 0.0;
  }
  // Of either sign: products of zeros take less power, and time.
  std::vector<float> random(kRandomNumbers);
  uint32_t state = 1;
  for (float& v : random) {
    state = state * 1664525u + 1013904223u;
    v = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
  }
  std::vector<std::byte> host(kRandomNumbers * size);
  for (size_t i = 0; i < kRandomNumbers; ++i) {
    const uint16_t bits = type == DType::F16 ? floatToHalf(random[i]) : floatToBfloat(random[i]);
    const void* from = type == DType::F32 ? static_cast<const void*>(&random[i]) : &bits;
    std::memcpy(host.data() + i * size, from, size);
  }
  for (uint64_t at = 0; at < numbers.size(); at += host.size()) {
    if (cudaMemcpy(numbers.as(at), host.data(), std::min<uint64_t>(host.size(), numbers.size() - at),
                   cudaMemcpyHostToDevice) != cudaSuccess)
      return 0.0;
  }
  Product product{};
  product.in = numbers.as(weightBytes);
  product.weight = numbers.as();
  product.out = out.as();
  product.nRows = product.roomRows = nRows;
  product.nIn = nIn;
  product.nOut = product.ldOut = nOut;
  product.type = product.outType = type;
  product.alpha = 1.0f;
  Plan plan;
  m_nCandidates = kAllCandidates;
  const bool found = describe(product, &plan).ok() && timed(product, stream, &plan.algorithm);
  m_nCandidates = kCandidates;
  const double once = found ? time(product, plan, -1.0, stream) : -1.0;
  if (once <= 0) {
    destroy(plan);
    return 0.0;
  }
  const int nRuns = std::clamp(static_cast<int>(kPassSeconds / once), 1, 1000);
  cudaEvent_t begin = nullptr, end = nullptr;
  const int nPasses = std::max(kPasses, static_cast<int>(heldSeconds / kPassSeconds + 0.5));
  double best = 0.0, allOperations = 0.0, allSeconds = 0.0;
  if (cudaEventCreate(&begin) == cudaSuccess && cudaEventCreate(&end) == cudaSuccess) {
    for (int pass = 0; pass < nPasses; ++pass) {
      static_cast<void>(cudaEventRecord(begin, stream));
      for (int i = 0; i < nRuns; ++i) static_cast<void>(launch(product, plan, product.out, stream));
      static_cast<void>(cudaEventRecord(end, stream));
      float milliseconds = 0.0f;
      if (cudaEventSynchronize(end) != cudaSuccess || cudaEventElapsedTime(&milliseconds, begin, end) != cudaSuccess ||
          milliseconds <= 0.0f)
        break;
      const double operations = 2.0 * nRows * nIn * static_cast<double>(nOut) * nRuns;
      const double passed = 1e-3 * static_cast<double>(milliseconds);
      best = std::max(best, operations / passed);
      allOperations += operations;
      allSeconds += passed;
    }
  }
  if (begin != nullptr) static_cast<void>(cudaEventDestroy(begin));
  if (end != nullptr) static_cast<void>(cudaEventDestroy(end));
  destroy(plan);
  return heldSeconds > 0 && allSeconds > 0 ? allOperations / allSeconds : best;
}

Status GemmLt::run(const LinearArgs& args, cudaStream_t stream) {
  const bool direct =
      args.epilogue == Epilogue::None && !hasBias(args) && (args.residual == nullptr || args.outType == DType::F32);
  const uint32_t productCols = args.productCols();
  // A bias is added before anything is rounded.
  const DType outType = direct ? args.outType : args.epilogue == Epilogue::None ? DType::F32 : args.type;
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
                  args.nIn, nOut, productCols, args.roomRows, args.type, outType, alpha},
                 stream));
    col += nOut;
  }
  if (direct) return {};
  return toStatus(launchFinish({args.scratch, outType, args}, stream), "a linear op");
}

}  // namespace kernels::cuda
