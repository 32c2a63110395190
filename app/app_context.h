// Builds and owns what a program is made of: settings, model host, server, conversations. No globals anywhere else.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "app/conversation_store.h"
#include "app/http_server.h"
#include "app/model_host.h"
#include "app/settings.h"

namespace app {

/// Folders of the XDG base directory specification.
struct AppPaths {
  std::filesystem::path config;  ///< settings.json, templates/
  std::filesystem::path data;    ///< conversations.db
  std::filesystem::path cache;   ///< models/ (the starter model)
  /// From XDG_CONFIG_HOME, XDG_DATA_HOME, XDG_CACHE_HOME or their defaults, each with "hearth" appended.
  static AppPaths standard();
};

struct AppContextOptions {
  AppPaths paths = AppPaths::standard();
  Settings settings;
  ModelHost::Loader loader = engine::loadEngine;  ///< a fake one in tests
  bool withConversations = true;                  ///< the window needs them, the server does not
};

struct AppContext {
  AppPaths paths;
  Settings settings;
  std::unique_ptr<ModelHost> host;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<ConversationStore> conversations;  ///< null without conversations
  std::string conversationsNotice;  ///< not empty: a damaged file was moved aside, in words for the user
};

engine::Result<std::unique_ptr<AppContext>> createAppContext(AppContextOptions options);

/// The starter model's file in the cache, if it is there and whole (size checked; `packaging/starter-model.sh` fetches
/// it).
std::filesystem::path starterModelPath(const AppPaths& paths);

}  // namespace app
