// Words and times of one request, alike in the table and in the inspector.
#pragma once

#include <QString>

#include "app/http_server.h"

namespace ui {

/// It has not ended yet.
bool isLive(const app::LiveRequest& request);
/// The key's name, "this computer", or the address.
QString clientName(const app::LiveRequest& request);
QString stateWords(const app::LiveRequest& request);
/// "14:02:11" of seconds since the epoch.
QString clockTime(double seconds);

}  // namespace ui
