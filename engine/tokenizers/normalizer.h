// Unicode normalisation forms, in time linear in the text whatever its marks.
#pragma once

#include <string>
#include <string_view>

#include "engine/result.h"

namespace engine {

enum class NormalForm { None, Nfc, Nfd, Nfkc, Nfkd };

/// True when `text` certainly is in that form already (ASCII and common scripts are told without work).
bool surelyNormal(NormalForm form, std::string_view text);

/// Appends `text` in the form to `out`. Bytes that are no UTF-8 stay as they are.
Result<void> appendNormalized(NormalForm form, std::string_view text, std::string& out);

}  // namespace engine
