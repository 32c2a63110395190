// What a hub's refusal or a broken connection means, in a sentence with its way out.
#pragma once

#include <string>

#include "app/hub/http_loop.h"
#include "engine/result.h"

namespace app::hub {

/// Who asked for what.
struct Asked {
  std::string endpoint, repository, revision, file;  ///< file: empty for lists
  bool withToken = false, tokenWithheld = false;
};

struct Judgement {
  engine::Error error;
  bool again = false;  ///< trying again may help
  double wait = 0;     ///< seconds that the hub asked for
};

/// Of an answer that is no success.
Judgement judgeStatus(const HttpHead& head, const Asked& asked);
/// Of a transfer that did not end as it should have.
Judgement judgeOutcome(const HttpOutcome& outcome, const Asked& asked);

/// Seconds that Retry-After or RateLimit ask for, 0 when they do not.
double retryAfter(const HttpHead& head);

}  // namespace app::hub
