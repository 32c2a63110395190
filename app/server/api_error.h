// Errors of the API: one JSON object, whoever found them.
#pragma once

#include <string>
#include <string_view>

#include "app/server/transport/http_types.h"
#include "engine/result.h"

namespace app {

struct ApiError {
  int status = 400;
  std::string message = {};
  std::string param = {};  ///< the offending field, empty = null
  std::string code = {};   ///< "model_not_found", ...; empty = null
  int retryAfter = 0;      ///< seconds, 0 = no header
};

/// {"error": {"message", "type", "param", "code"}}.
std::string errorBody(const ApiError& error);
/// The response: body, Retry-After, and x-should-retry: false where trying again cannot help.
Reply errorReply(const ApiError& error);

/// An engine's refusal or failure; `promptField` is what an overlong prompt came in ("messages").
ApiError apiError(const engine::Error& error, std::string_view promptField);
ApiError apiError(const HttpFault& fault);

}  // namespace app
