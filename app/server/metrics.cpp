#include "app/server/metrics.h"

#include <fmt/format.h>

#include <iterator>

namespace app {

namespace {

std::string escapedLabel(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

template <typename T>
void writeValue(std::string& out, std::string_view name, std::string_view type, std::string_view help,
                std::string_view labels, T value) {
  fmt::format_to(std::back_inserter(out), "# HELP hearth:{0} {1}\n# TYPE hearth:{0} {2}\nhearth:{0}{{{3}}} {4}\n", name,
                 help, type, labels, value);
}

}  // namespace

void Histogram::observe(double seconds) {
  const std::lock_guard lock(m_mutex);
  for (size_t i = 0; i < kBounds.size(); ++i) {
    if (seconds <= kBounds[i]) {
      ++m_counts[i];
      break;
    }
  }
  ++m_total;
  m_sum += seconds;
}

double Histogram::mean() const {
  const std::lock_guard lock(m_mutex);
  return m_total == 0 ? 0 : m_sum / static_cast<double>(m_total);
}

void Histogram::write(std::string& out, std::string_view name, std::string_view help, std::string_view labels) const {
  const std::lock_guard lock(m_mutex);
  auto to = std::back_inserter(out);
  fmt::format_to(to, "# HELP hearth:{0} {1}\n# TYPE hearth:{0} histogram\n", name, help);
  uint64_t below = 0;
  for (size_t i = 0; i < kBounds.size(); ++i) {
    below += m_counts[i];
    fmt::format_to(to, "hearth:{}_bucket{{{},le=\"{}\"}} {}\n", name, labels, kBounds[i], below);
  }
  fmt::format_to(to,
                 "hearth:{0}_bucket{{{1},le=\"+Inf\"}} {2}\nhearth:{0}_sum{{{1}}} {3}\nhearth:{0}_count{{{1}}} {2}\n",
                 name, labels, m_total, m_sum);
}

void Metrics::countRequest(std::string_view endpoint, int status) {
  const std::lock_guard lock(m_mutex);
  ++m_requests[{std::string(endpoint), status}];
}

void Metrics::countFinish(std::string_view reason) {
  const std::lock_guard lock(m_mutex);
  ++m_finishes[std::string(reason)];
}

std::string Metrics::page(std::string_view model, const engine::EngineStats& stats, size_t connections) const {
  std::string out;
  const std::string labels = fmt::format("model_name=\"{}\"", escapedLabel(model));
  writeValue(out, "num_requests_running", "gauge", "Requests that the engine works on.", labels, stats.running);
  writeValue(out, "num_requests_waiting", "gauge", "Requests in the engine's queue.", labels, stats.waiting);
  const double used =
      stats.kvBlocksTotal == 0 ? 0 : static_cast<double>(stats.kvBlocksUsed) / static_cast<double>(stats.kvBlocksTotal);
  writeValue(out, "kv_cache_usage_perc", "gauge", "Share of KV cache blocks held by running requests; 1 is all.",
             labels, used);
  writeValue(out, "connections", "gauge", "Open HTTP connections.", labels, connections);
  writeValue(out, "prompt_tokens_total", "counter", "Prompt tokens of API requests.", labels, promptTokens.load());
  writeValue(out, "cached_prompt_tokens_total", "counter", "Prompt tokens taken from the prefix cache.", labels,
             cachedPromptTokens.load());
  writeValue(out, "generation_tokens_total", "counter", "Tokens generated for API requests.", labels,
             generatedTokens.load());
  timeToFirstToken.write(out, "time_to_first_token_seconds", "From the request's arrival to its first token.", labels);
  timePerOutputToken.write(out, "time_per_output_token_seconds", "Mean time between tokens of a request.", labels);
  requestLatency.write(out, "e2e_request_latency_seconds", "From a request's arrival to its last token.", labels);
  const std::lock_guard lock(m_mutex);
  auto to = std::back_inserter(out);
  out +=
      "# HELP hearth:http_requests_total Responses by route and status; 499 is a client that went away.\n"
      "# TYPE hearth:http_requests_total counter\n";
  for (const auto& [key, count] : m_requests) {
    fmt::format_to(to, "hearth:http_requests_total{{endpoint=\"{}\",code=\"{}\"}} {}\n", key.first, key.second, count);
  }
  out +=
      "# HELP hearth:request_success_total Answers by the reason of their end.\n"
      "# TYPE hearth:request_success_total counter\n";
  for (const auto& [reason, count] : m_finishes) {
    fmt::format_to(to, "hearth:request_success_total{{{},finished_reason=\"{}\"}} {}\n", labels, reason, count);
  }
  return out;
}

}  // namespace app
