// Addresses of the hub's interface.
#pragma once

#include <string>

#include "app/hub.h"

namespace app::hub {

std::string searchUrl(const std::string& endpoint, const HubSearch& search);
std::string listUrl(const std::string& endpoint, const std::string& repository, const std::string& revision);
std::string fileUrl(const std::string& endpoint, const std::string& repository, const std::string& revision,
                    const std::string& path);

}  // namespace app::hub
