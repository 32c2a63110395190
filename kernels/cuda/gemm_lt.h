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
  /// The linear op; bias and gates in a kernel of their own behind the product. Choices of algorithms are kept by
  /// shape.
  Status run(const LinearArgs& args, cudaStream_t stream);
  uint64_t bytes() const { return m_workspace.size(); }

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
  using Key = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, DType, DType, bool>;

  Status plan(const Product& product, Plan** out);
  Status multiply(const Product& product, cudaStream_t stream);

  cublasLtHandle_t m_handle = nullptr;
  DeviceBuffer m_workspace;
  std::map<Key, Plan> m_plans;
};

}  // namespace kernels::cuda
