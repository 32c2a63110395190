// Stored types that have no kernels of their own, turned into one that has: exactly, but for float64.
#pragma once

#include <cstddef>
#include <span>

#include "engine/loaders/stored_type.h"

namespace engine {

/// Bytes that `elements` stored elements take after convertElements(). A multiple of the block.
size_t convertedBytes(StoredType type, size_t elements);
/// Turns stored elements into the format that storedTypeInfo(type).loadsAs names. `out` has convertedBytes(). Types
/// that load unchanged are copied.
void convertElements(StoredType type, std::span<const std::byte> stored, size_t elements, std::span<std::byte> out);

}  // namespace engine
