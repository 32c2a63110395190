// The handlers that routes.cpp names, one file each.
#pragma once

#include "app/server/exchange.h"

namespace app {

Reply chatCompletions(Exchange& exchange);  ///< POST /v1/chat/completions
Reply completions(Exchange& exchange);      ///< POST /v1/completions
Reply listModels(Exchange& exchange);       ///< GET /v1/models
Reply getModel(Exchange& exchange);         ///< GET /v1/models/{id}
Reply health(Exchange& exchange);           ///< GET /health
Reply metrics(Exchange& exchange);          ///< GET /metrics
Reply tokenize(Exchange& exchange);         ///< POST /tokenize
Reply detokenize(Exchange& exchange);       ///< POST /detokenize

}  // namespace app
