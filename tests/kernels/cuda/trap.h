// A kernel that leaves the GPU unusable for this program, as a fault of ours or of the hardware would.
#pragma once

namespace kernels::test {

void breakGpu();

}  // namespace kernels::test
