// Products of many rows through cuBLASLt.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime_api.h>

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

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
  /// range of rows, times what cuBLASLt proposes for the most rows of the range that there is room for and keeps the
  /// fastest: from then on, that range always sums in the same order. Nothing is timed while the stream is captured.
  Status run(const LinearArgs& args, cudaStream_t stream);
  /// Operations a second of the library's best product of this size over random numbers, see
  /// Backend::measureProductRate; 0 on failure.
  double measureRate(uint32_t nRows, uint32_t nIn, uint32_t nOut, DType type, double heldSeconds, cudaStream_t stream);
  uint64_t bytes() const { return m_workspace.size() + m_trial.size(); }
  /// Rows whose products share an algorithm: the most of the range that `nRows` is in.
  static uint32_t rowRange(uint32_t nRows);

 private:
  /// One product: out [nRows, ldOut] = alpha * in W^T + beta * out's own values in `added`.
  struct Product {
    const void *in, *weight, *added;
    void* out;
    uint32_t nRows, nIn, nOut, ldOut, roomRows;
    DType type, outType;
    float alpha;
  };
  struct Plan {
    cublasLtMatmulDesc_t desc = nullptr;
    cublasLtMatrixLayout_t weight = nullptr, in = nullptr, out = nullptr;
    cublasLtMatmulAlgo_t algorithm{};
  };
  static void destroy(Plan& plan);
  /// The first is the number of rows, or their range.
  using Key = std::tuple<uint32_t, uint32_t, uint32_t, uint32_t, DType, DType, bool>;

  Status plan(const Product& product, cudaStream_t stream, Plan** out);
  Status describe(const Product& product, Plan* plan) const;
  Status choose(const Product& product, cudaStream_t stream, Plan* plan);
  /// The algorithm for all rows of the product's range; false where none can be found.
  bool timed(Product product, cudaStream_t stream, cublasLtMatmulAlgo_t* best);
  Status propose(const Product& product, const Plan& plan, std::vector<cublasLtMatmulHeuristicResult_t>* out) const;
  /// Seconds of one product, the least of a few; negative where the algorithm fails. Ends early where the first takes
  /// far longer than `best`, if that is not negative.
  double time(const Product& product, const Plan& plan, double best, cudaStream_t stream);
  cublasStatus_t launch(const Product& product, const Plan& plan, void* out, cudaStream_t stream);
  Status multiply(const Product& product, cudaStream_t stream);

  cublasLtHandle_t m_handle = nullptr;
  DeviceBuffer m_workspace;
  DeviceBuffer m_trial;  ///< for timed products that add: the real output may be what they add to
  std::map<Key, Plan> m_plans;
  std::map<Key, cublasLtMatmulAlgo_t> m_choices;
  size_t m_nCandidates = 0;  ///< proposals that are timed
};

}  // namespace kernels::cuda
