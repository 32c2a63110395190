#include "app/server/body_json.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "engine/text.h"

namespace app {

namespace {

using Json = nlohmann::ordered_json;

/// Builds the value from parse events. The library's own builder looks every key up in what it has, which is quadratic
/// for ordered objects; here keys are appended, and repeated ones are sorted out when their object ends.
class Builder : public nlohmann::json_sax<Json> {
 public:
  explicit Builder(const BodyJsonLimits& limits) : m_limits(limits) {}

  bool null() override { return add(Json()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Json::object()); }
  bool start_array(size_t) override { return open(Json::array()); }
  bool key(string_t& name) override {
    m_key = std::move(name);
    return true;
  }
  bool end_object() override {
    keepLast(m_open.back()->get_ref<Json::object_t&>());
    m_open.pop_back();
    return true;
  }
  bool end_array() override {
    m_open.pop_back();
    return true;
  }
  bool parse_error(size_t position, const std::string& lastToken, const nlohmann::detail::exception&) override {
    m_problem = fmt::format("malformed at byte {} near '{}'", position, engine::printable(lastToken, 40));
    return false;
  }

  Json take() { return std::move(m_root); }
  const std::string& problem() const { return m_problem; }

 private:
  bool add(Json value) { return place(std::move(value)) != nullptr; }

  bool open(Json container) {
    if (m_open.size() >= m_limits.depth) {
      m_problem = fmt::format("nested deeper than {} levels", m_limits.depth);
      return false;
    }
    Json* placed = place(std::move(container));
    if (placed != nullptr) m_open.push_back(placed);
    return placed != nullptr;
  }

  /// Containers in m_open stay where they are: only the innermost one grows.
  Json* place(Json&& value) {
    if (++m_values > m_limits.values) {
      m_problem = fmt::format("more than {} values", m_limits.values);
      return nullptr;
    }
    if (m_open.empty()) {
      m_root = std::move(value);
      return &m_root;
    }
    Json& parent = *m_open.back();
    if (parent.is_array()) return &parent.get_ref<Json::array_t&>().emplace_back(std::move(value));
    auto& members = static_cast<Json::object_t::Container&>(parent.get_ref<Json::object_t&>());
    return &members.emplace_back(std::move(m_key), std::move(value)).second;
  }

  static void keepLast(Json::object_t& object) {
    auto& members = static_cast<Json::object_t::Container&>(object);
    std::unordered_map<std::string_view, size_t> lastAt;
    for (size_t i = 0; i < members.size(); ++i) lastAt[members[i].first] = i;
    if (lastAt.size() == members.size()) return;
    std::vector<bool> kept(members.size(), false);
    for (const auto& [name, index] : lastAt) kept[index] = true;
    // Member names are const, so a shorter list is built instead of closing gaps.
    Json::object_t::Container shorter;
    shorter.reserve(lastAt.size());
    for (size_t i = 0; i < members.size(); ++i) {
      if (kept[i]) shorter.emplace_back(members[i].first, std::move(members[i].second));
    }
    members.swap(shorter);
  }

  BodyJsonLimits m_limits;
  Json m_root;
  std::vector<Json*> m_open;
  std::string m_key, m_problem;
  size_t m_values = 0;
};

}  // namespace

engine::Result<Json> parseBodyJson(std::string_view text, const BodyJsonLimits& limits) {
  try {
    Builder builder(limits);
    if (Json::sax_parse(text, &builder)) return builder.take();
    return engine::Error{engine::ErrorCode::InvalidArgument, builder.problem()};
  } catch (const std::exception&) {
    return engine::Error{engine::ErrorCode::OutOfMemory, "there is no memory for it"};
  }
}

}  // namespace app
