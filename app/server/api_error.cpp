#include "app/server/api_error.h"

#include "app/server/json_text.h"

namespace app {

namespace {

std::string_view typeOf(int status) {
  switch (status) {
    case 401:
      return "authentication_error";
    case 403:
      return "permission_error";
    case 429:
      return "rate_limit_error";
    default:
      return status >= 500 ? "server_error" : "invalid_request_error";
  }
}

void appendNullable(std::string& out, std::string_view text) {
  if (text.empty()) {
    out += "null";
  } else {
    appendJsonString(out, text);
  }
}

}  // namespace

std::string errorBody(const ApiError& error) {
  std::string body = R"({"error":{"message":)";
  appendJsonString(body, error.message);
  body += R"(,"type":)";
  // OpenAI's clients know a wrong key by its code; its type is that of every bad request.
  appendJsonString(body, error.code == "invalid_api_key" ? "invalid_request_error" : typeOf(error.status));
  body += R"(,"param":)";
  appendNullable(body, error.param);
  body += R"(,"code":)";
  appendNullable(body, error.code);
  body += "}}";
  return body;
}

Reply errorReply(const ApiError& error) {
  Reply reply;
  reply.status = error.status;
  reply.body = errorBody(error);
  if (error.retryAfter > 0) reply.headers.emplace_back("Retry-After", std::to_string(error.retryAfter));
  const bool retryHelps = error.status == 408 || error.status == 409 || error.status == 429 ||
                          (error.status >= 500 && error.status != 501 && error.status != 505);
  if (!retryHelps) reply.headers.emplace_back("x-should-retry", "false");
  return reply;
}

ApiError apiError(const engine::Error& error, std::string_view promptField) {
  ApiError result{.status = 500, .message = error.message};
  switch (error.code) {
    case engine::ErrorCode::InvalidArgument:
    case engine::ErrorCode::Unsupported:
      result.status = 400;
      result.param = error.context.empty() ? std::string(promptField) : error.context;
      break;
    case engine::ErrorCode::ContextLength:
      result.status = 400;
      result.code = "context_length_exceeded";
      result.param = promptField;
      break;
    case engine::ErrorCode::QueueFull:
      result.status = 429;
      result.code = "queue_full";
      result.retryAfter = 1;
      break;
    case engine::ErrorCode::Unavailable:
    case engine::ErrorCode::Cancelled:
      result.status = 503;
      result.code = "unavailable";
      result.retryAfter = 5;
      break;
    case engine::ErrorCode::OutOfMemory:
      result.status = 503;
      result.code = "out_of_memory";
      result.retryAfter = 5;
      break;
    case engine::ErrorCode::NotFound:
    case engine::ErrorCode::Damaged:
    case engine::ErrorCode::Io:
    case engine::ErrorCode::Internal:
      break;
  }
  return result;
}

ApiError apiError(const HttpFault& fault) {
  return {.status = fault.status, .message = fault.message};
}

}  // namespace app
