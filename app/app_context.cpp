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
    const std::filesystem::path file = context->paths.data / "conversations.db";
    auto store = ConversationStore::open(file);
    if (!store.ok() && store.error().code == engine::ErrorCode::Damaged) {
      // The damaged file is out of the way: start with a new one, and say so.
      context->conversationsNotice = store.error().message;
      store = ConversationStore::open(file);
    }
    if (!store.ok()) return store.error();
    context->conversations = std::move(*store);
  }
  context->host = std::make_unique<ModelHost>(std::move(options.loader));
  context->server = std::make_unique<HttpServer>(*context->host);
  return context;
}

}  // namespace app
