#include "app/hub/hub_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "app/hub/names.h"
#include "engine/json.h"
#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;
using Json = nlohmann::json;

constexpr size_t kMostFiles = 20000, kMostModels = 1000, kMostTags = 500, kMostText = 200;
constexpr uint64_t kMostFileBytes = uint64_t{1} << 48;  // twenty thousand of them still fit 64 bits

engine::JsonLimits limits() {
  engine::JsonLimits out;
  out.maxBytes = kMostListBytes;
  out.maxDepth = 32;
  out.maxValues = 1u << 20;
  return out;
}

const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_string() ? engine::printable(value->get_ref<const std::string&>(), kMostText)
                                                : std::string();
}

uint64_t count(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_number_unsigned() ? value->get<uint64_t>() : 0;
}

bool flag(const Json& object, const char* key) {
  const Json* value = member(object, key);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

/// "gated": false, "auto" or "manual".
HubGate gateOf(const Json& model) {
  const Json* gated = member(model, "gated");
  if (gated == nullptr || (gated->is_boolean() && !gated->get<bool>()) || gated->is_null()) return HubGate::Open;
  return gated->is_string() && *gated == "manual" ? HubGate::Approval : HubGate::Licence;
}

std::vector<std::string> tagsOf(const Json& model) {
  std::vector<std::string> out;
  const Json* tags = member(model, "tags");
  if (tags == nullptr || !tags->is_array()) return out;
  for (const Json& tag : *tags) {
    if (tag.is_string() && out.size() < kMostTags) out.push_back(engine::printable(tag.get<std::string>(), kMostText));
  }
  return out;
}

std::string licenceOf(const Json& model, const std::vector<std::string>& tags) {
  constexpr std::string_view kTag = "license:";
  for (const std::string& tag : tags) {
    if (tag.starts_with(kTag)) return tag.substr(kTag.size());
  }
  const Json* card = member(model, "cardData");
  return card != nullptr ? text(*card, "license") : std::string();
}

/// Bytes of a value of a safetensors type, in halves so that four-bit types count too.
uint64_t halfBytes(std::string_view type) {
  if (type == "F64" || type == "I64" || type == "U64") return 16;
  if (type == "F32" || type == "I32" || type == "U32") return 8;
  if (type == "F16" || type == "BF16" || type == "I16" || type == "U16") return 4;
  if (type == "I4" || type == "U4" || type == "F4") return 1;
  return 2;
}

/// Weight bytes of {"parameters": {"BF16": 135000000}}.
uint64_t safetensorsBytes(const Json& model) {
  const Json* safetensors = member(model, "safetensors");
  const Json* parameters = safetensors != nullptr ? member(*safetensors, "parameters") : nullptr;
  if (parameters == nullptr || !parameters->is_object()) return 0;
  uint64_t halves = 0;
  for (const auto& [type, number] : parameters->items()) {
    if (!number.is_number_unsigned()) continue;
    const uint64_t values = number.get<uint64_t>();
    if (values > kMostFileBytes || halves > 4 * kMostFileBytes) return 0;
    halves += values * halfBytes(type);
  }
  return halves / 2;
}

uint64_t parametersOf(const Json& model) {
  for (const char* key : {"safetensors", "gguf"}) {
    const Json* found = member(model, key);
    if (const uint64_t total = found != nullptr ? count(*found, "total") : 0; total > 0) return total;
  }
  return 0;
}

std::optional<HubModel> readModel(const Json& json) {
  HubModel out;
  const Json* id = member(json, "id");
  if (id == nullptr) id = member(json, "modelId");
  if (id == nullptr || !id->is_string()) return std::nullopt;
  const auto name = parseRepository(id->get_ref<const std::string&>(), "");
  if (!name.ok() || name->id != id->get_ref<const std::string&>()) return std::nullopt;
  out.id = name->id;
  const std::vector<std::string> tags = tagsOf(json);
  const auto tagged = [&](const char* tag) { return std::find(tags.begin(), tags.end(), tag) != tags.end(); };
  out.licence = licenceOf(json, tags);
  out.updated = text(json, "lastModified");
  out.downloads = count(json, "downloads");
  out.likes = count(json, "likes");
  out.parameters = parametersOf(json);
  out.bytes = safetensorsBytes(json);
  if (const Json* gguf = member(json, "gguf")) {
    out.architecture = text(*gguf, "architecture");
    out.contextLength = count(*gguf, "context_length");
  }
  out.safetensors = tagged("safetensors") || out.bytes > 0;
  out.gguf = tagged("gguf");
  out.isPrivate = flag(json, "private");
  out.gate = gateOf(json);
  return out;
}

/// Nothing when the name is unsafe or size or checksum are missing.
std::optional<HubFile> readFile(const Json& json) {
  HubFile out;
  const Json* path = member(json, "rfilename");
  if (path == nullptr || !path->is_string() || !isSafePath(path->get_ref<const std::string&>())) return std::nullopt;
  out.path = path->get<std::string>();
  // Paths become messages and answers of --json as well.
  if (engine::printable(out.path, out.path.size()) != out.path) return std::nullopt;
  const Json* lfs = member(json, "lfs");
  const bool large = lfs != nullptr && lfs->is_object();
  const Json* size = member(large ? *lfs : json, "size");
  const Json* checksum = large ? member(*lfs, "sha256") : member(json, "blobId");
  if (large && checksum == nullptr) checksum = member(*lfs, "oid");
  if (size == nullptr || !size->is_number_unsigned() || size->get<uint64_t>() > kMostFileBytes) return std::nullopt;
  if (checksum == nullptr || !checksum->is_string()) return std::nullopt;
  out.bytes = size->get<uint64_t>();
  out.checksum = checksum->get<std::string>();
  if (!isChecksum(out.checksum) || (large && out.checksum.size() != 64)) return std::nullopt;
  return out;
}

Error malformed(const std::string& why) {
  return {ErrorCode::Io, fmt::format("the hub's answer cannot be read: {}. Is HF_ENDPOINT the address of a hub?", why),
          "network"};
}

}  // namespace

engine::Result<std::vector<HubModel>> readModels(std::string_view json) {
  const auto parsed = engine::parseJson(json, limits());
  if (!parsed.ok()) return malformed(parsed.error().message);
  if (!parsed->is_array()) return malformed("it is no list of models");
  std::vector<HubModel> out;
  for (const Json& entry : *parsed) {
    if (auto model = readModel(entry)) out.push_back(std::move(*model));
    if (out.size() == kMostModels) break;
  }
  return out;
}

engine::Result<HubListing> readListing(std::string_view json) {
  const auto parsed = engine::parseJson(json, limits());
  if (!parsed.ok()) return malformed(parsed.error().message);
  HubListing out;
  const auto model = readModel(*parsed);
  const Json* commit = member(*parsed, "sha");
  const Json* files = member(*parsed, "siblings");
  if (!model || commit == nullptr || !commit->is_string() || !isCommit(commit->get_ref<const std::string&>())) {
    return malformed("it names no model and commit");
  }
  if (files == nullptr || !files->is_array()) return malformed("it lists no files");
  if (files->size() > kMostFiles) {
    return malformed(fmt::format("it lists {} files; at most {} are read", files->size(), kMostFiles));
  }
  out.id = model->id;
  out.commit = commit->get<std::string>();
  out.licence = model->licence;
  out.gate = model->gate;
  out.parameters = model->parameters;
  std::set<std::string> seen;
  for (const Json& entry : *files) {
    auto file = readFile(entry);
    if (file && seen.insert(file->path).second) {
      out.files.push_back(std::move(*file));
    } else {
      ++out.ignored;
    }
  }
  std::sort(out.files.begin(), out.files.end(), [](const HubFile& a, const HubFile& b) { return a.path < b.path; });
  return out;
}

}  // namespace app::hub
