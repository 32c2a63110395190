#include "app/app_context.h"

#include <fmt/format.h>

namespace app {

namespace {

engine::Result<void> makePrivateDirectory(const std::filesystem::path& directory) {
  std::error_code error;
  const bool created = std::filesystem::create_directories(directory, error);
  if (error) {
    return engine::Error{engine::ErrorCode::Io,
                         fmt::format("cannot create {}: {}", directory.string(), error.message()), directory.string()};
  }
  if (created) std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  return {};
}

}  // namespace

engine::Result<std::unique_ptr<AppContext>> createAppContext(AppContextOptions options) {
  auto context = std::make_unique<AppContext>();
  context->paths = std::move(options.paths);
  context->settings = std::move(options.settings);
  if (options.withConversations) {
    ENGINE_RETURN_IF_ERROR(makePrivateDirectory(context->paths.data));
    ENGINE_ASSIGN_OR_RETURN(context->conversations, ConversationStore::open(context->paths.data / "conversations.db"));
  }
  context->host = std::make_unique<ModelHost>(std::move(options.loader));
  context->server = std::make_unique<HttpServer>(*context->host);
  return context;
}

}  // namespace app
