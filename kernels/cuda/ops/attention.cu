// Which kernel does attention: the first row of the table that knows the shape and the device.
#include "kernels/cuda/ops/attention.h"
#include "kernels/cuda/ops/attention_decode.cuh"

namespace kernels::cuda {

namespace {

/// The plain path has no tiles, and no limits but its own.
bool supportsPlain(const AttentionArgs&, int) {
  return true;
}
cudaError_t launchPlain(const AttentionArgs& args, cudaStream_t stream) {
  return launchAttentionPlain(args, stream);
}

bool supportsTiles(const AttentionArgs& args, int major) {
  return major >= 8 && attentionTiled(args) && args.heads.nHeads / args.heads.nKvHeads <= 128 &&
         (args.oneOrder || args.sequenceBound() <= kAttentionMaxSequences);
}
bool supportsTiles90(const AttentionArgs& args, int major) {
  return major == 9 && supportsTiles(args, major) && attentionPrefill90Supports(args);
}

/// Sequences with one token apart from the others: their bits are those of a step that has no others.
template <cudaError_t (*launchSeveral)(const AttentionArgs& args, cudaStream_t stream)>
cudaError_t launchTiles(const AttentionArgs& args, cudaStream_t stream) {
  if (!args.oneOrder && !args.chunksOnly) {
    if (const cudaError_t error = launchAttentionDecode(args, stream); error != cudaSuccess || args.decodeOnly)
      return error;
  }
  return launchSeveral(args, stream);
}

struct Way {
  bool (*supports)(const AttentionArgs& args, int major);
  cudaError_t (*launch)(const AttentionArgs& args, cudaStream_t stream);
};
constexpr Way kWays[] = {
    {supportsTiles90, launchTiles<launchAttentionPrefill90>},
    {supportsTiles, launchTiles<launchAttentionPrefill>},
    {supportsPlain, launchPlain},
};

}  // namespace

uint64_t attentionScratchBytes(const HeadShape& heads, uint32_t maxSequences, uint32_t nMultiprocessors) {
  return attentionDecodeScratchBytes(heads, maxSequences, nMultiprocessors);
}

uint64_t attentionCounters(const HeadShape& heads, uint32_t maxSequences) {
  return uint64_t{maxSequences} * heads.nKvHeads * decodeCut(heads, 0).nChunks;
}

cudaError_t launchAttention(const AttentionArgs& args, int major, cudaStream_t stream) {
  if (args.nRows == 0) return cudaSuccess;
  for (const Way& way : kWays)
    if (way.supports(args, major)) return way.launch(args, stream);
  return cudaErrorNotSupported;
}

}  // namespace kernels::cuda
