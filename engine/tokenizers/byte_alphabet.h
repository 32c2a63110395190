// The spelling of raw bytes in byte-level vocabularies: printable bytes as themselves, the others as code points from
// U+0100 on, so that a space reads Ġ.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

/// Appends the spelling of raw bytes.
void appendByteSpelling(std::string_view bytes, std::string& out);

/// Raw bytes of a spelling; the spelling itself where a character is not in the alphabet.
std::string bytesOfSpelling(std::string_view spelling);

}  // namespace engine
