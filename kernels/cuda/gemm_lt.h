// Products of many rows through cuBLASLt.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <cstdint>
#include <map>
#include <tuple>

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/ops.h"
#include "kernels/status.h"

namespace kernels::cuda {

class GemmLt {
 public:
  GemmLt() = default;
  GemmLt(const GemmLt&) = delete;
  GemmLt& operator=(const GemmLt&) = delete;
  ~GemmLt();

  static constexpr uint64_t kWorkspaceBytes = uint64_t{32} << 20;

  Status open();
  static bool supports(const LinearArgs& args) { return args.type != DType::F32; }
  /// The linear op; bias and gates in a kernel of their own behind the product. The first product of a shape, and of a
  /// range of rows, times what cuBLASLt proposes and keeps the fastest: from then on, that range always sums in the
  /// same order. Nothing is timed while the stream is being captured.
  Status run(const LinearArgs& args, cudaStream_t stream);
  uint64_t bytes() const { return m_workspace.size() + m_trial.size(); }
  /// Rows whose products share an algorithm: the most of the range that `nRows` is in.
  static uint32_t rowRange(uint32_t nRows);

 private:
  /// One product: out [nRows, ldOut] = alpha * in W^T + beta * out's own values in `added`.
  struct Product {
    const void *in, *weight, *added;
    void* out;
    uint32_t nRows, nIn, nOut, ldOut;
    DType type, outType;
    float alpha;
  };
  struct Plan {
    cublasLtMatmulDesc_t desc = nullptr;
    cublasLtMatrixLayout_t weight = nullptr, in = nullptr, out = nullptr;
    cublasLtMatmulAlgo_t algorithm{};
  };
  /// The first is the number of rows, or their range.
  using Key = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, DType, DType, bool>;

  Status plan(const Product& product, cudaStream_t stream, Plan** out);
  Status choose(const Product& product, cudaStream_t stream, cublasLtMatmulPreference_t preference, Plan* plan);
  /// Seconds of one product, the least of a few; negative where the algorithm fails.
  double time(const Product& product, const Plan& plan, cudaStream_t stream);
  cublasStatus_t launch(const Product& product, const Plan& plan, void* out, cudaStream_t stream);
  Status multiply(const Product& product, cudaStream_t stream);

  cublasLtHandle_t m_handle = nullptr;
  DeviceBuffer m_workspace;
  DeviceBuffer m_trial;  ///< for timed products that add: the real output may be what they add to
  std::map<Key, Plan> m_plans;
  std::map<Key, cublasLtMatmulAlgo_t> m_choices;
};

}  // namespace kernels::cuda
