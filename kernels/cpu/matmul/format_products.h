// The products of each quantized format, for this machine: what quant_format.cpp.in defines.
#pragma once

#include "kernels/cpu/matmul/products.h"

namespace kernels::cpu {

Product fastProductQ4_0();
Product fastProductQ4_1();
Product fastProductQ5_0();
Product fastProductQ5_1();
Product fastProductQ8_0();
Product fastProductQ4_K();
Product fastProductQ5_K();
Product fastProductQ6_K();
Product exactProductQ4_0();
Product exactProductQ4_1();
Product exactProductQ5_0();
Product exactProductQ5_1();
Product exactProductQ8_0();
Product exactProductQ4_K();
Product exactProductQ5_K();
Product exactProductQ6_K();

}  // namespace kernels::cpu
