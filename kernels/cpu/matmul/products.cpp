// Which product serves which format.
#include "kernels/cpu/matmul/products.h"

#include <array>

#include "kernels/cpu/matmul/format_products.h"

namespace kernels::cpu {

namespace {
using Choose = Product (*)();
// In the order of WeightFormat, from Q4_0 on.
constexpr size_t kFirstQuantized = static_cast<size_t>(WeightFormat::Q4_0);
constexpr std::array<Choose, 8> kFast{fastProductQ4_0, fastProductQ4_1, fastProductQ5_0, fastProductQ5_1,
                                      fastProductQ8_0, fastProductQ4_K, fastProductQ5_K, fastProductQ6_K};
constexpr std::array<Choose, 8> kExact{exactProductQ4_0, exactProductQ4_1, exactProductQ5_0, exactProductQ5_1,
                                       exactProductQ8_0, exactProductQ4_K, exactProductQ5_K, exactProductQ6_K};
}  // namespace

Product quantProduct(WeightFormat format) {
  return kFast[static_cast<size_t>(format) - kFirstQuantized]();
}

Product quantExactProduct(WeightFormat format) {
  return kExact[static_cast<size_t>(format) - kFirstQuantized]();
}

}  // namespace kernels::cpu
