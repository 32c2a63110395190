#include "app/hub/hub_requests.h"

#include <fmt/format.h>

#include "app/hub/names.h"

namespace app::hub {

std::string searchUrl(const std::string& endpoint, const HubSearch& search) {
  std::string out = fmt::format("{}/api/models?search={}&sort=downloads&direction=-1&limit={}", endpoint,
                                urlEncode(search.words, false), search.limit);
  if (!search.format.empty()) out += "&filter=" + urlEncode(search.format, false);
  for (const char* field : {"downloads", "likes", "gated", "private", "tags", "lastModified", "safetensors", "gguf"}) {
    out += fmt::format("&expand%5B%5D={}", field);
  }
  return out;
}

std::string listUrl(const std::string& endpoint, const std::string& repository, const std::string& revision) {
  return fmt::format("{}/api/models/{}/revision/{}?blobs=true", endpoint, urlEncode(repository, true),
                     urlEncode(revision, false));
}

std::string fileUrl(const std::string& endpoint, const std::string& repository, const std::string& revision,
                    const std::string& path) {
  return fmt::format("{}/{}/resolve/{}/{}", endpoint, urlEncode(repository, true), urlEncode(revision, false),
                     urlEncode(path, true));
}

}  // namespace app::hub
