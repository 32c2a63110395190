#include "app/hub/model_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <set>

#include "app/hub/names.h"
#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

/// Everything but weights that a loader, a tokenizer or a person reads. Programs of the repository are not among it.
constexpr std::array kCompanions = {"config.json",
                                    "generation_config.json",
                                    "ti_model_config.json",
                                    "tokenizer.json",
                                    "tokenizer_config.json",
                                    "tokenizer.model",
                                    "special_tokens_map.json",
                                    "added_tokens.json",
                                    "vocab.json",
                                    "vocab.txt",
                                    "merges.txt",
                                    "chat_template.jinja",
                                    "chat_template.json",
                                    "quantize_config.json",
                                    "smoothq_model-8bit-auto.safetensors"};
constexpr std::array kCompanionPatterns = {"*.tiktoken", "LICENSE*", "LICENCE*", "USE_POLICY*", "NOTICE*", "README.md"};

bool isCompanion(const std::string& path) {
  if (path.find('/') != path.npos) return false;
  return std::find(kCompanions.begin(), kCompanions.end(), path) != kCompanions.end() ||
         std::any_of(kCompanionPatterns.begin(), kCompanionPatterns.end(),
                     [&](const char* pattern) { return matchesPattern(pattern, path); });
}

/// "front-00002-of-00004.end": which of how many.
struct Shard {
  std::string front;
  uint32_t index = 0, count = 0;
};

std::optional<Shard> shardOf(std::string_view path, std::string_view ending) {
  if (!path.ends_with(ending)) return std::nullopt;
  const std::string_view stem = path.substr(0, path.size() - ending.size());
  const size_t of = stem.rfind("-of-");
  if (of == stem.npos || of == 0) return std::nullopt;
  const size_t dash = stem.rfind('-', of - 1);
  if (dash == stem.npos) return std::nullopt;
  const auto number = [](std::string_view text, uint32_t* value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value);
    return error == std::errc() && end == text.data() + text.size() && *value > 0 && *value < 100000;
  };
  Shard out;
  out.front = stem.substr(0, dash);
  const bool good = number(stem.substr(dash + 1, of - dash - 1), &out.index) && number(stem.substr(of + 4), &out.count);
  return good && out.index <= out.count ? std::optional(out) : std::nullopt;
}

std::string missingShards(const std::vector<HubFile>& files, const std::vector<size_t>& chosen,
                          std::string_view ending) {
  uint32_t count = 0;
  std::set<uint32_t> present;
  for (const size_t i : chosen) {
    const auto shard = shardOf(files[i].path, ending);
    if (!shard) continue;
    count = shard->count;
    present.insert(shard->index);
  }
  for (uint32_t i = 1; i <= count; ++i) {
    if (!present.contains(i)) return fmt::format("shard {} of {} is not in the repository", i, count);
  }
  return {};
}

std::optional<size_t> indexOf(const std::vector<HubFile>& files, std::string_view path) {
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].path == path) return i;
  }
  return std::nullopt;
}

void sum(const std::vector<HubFile>& files, HubChoice& choice) {
  choice.bytes = 0;
  // Each is below 2^50 and there are at most 20,000, so the sum fits.
  for (const size_t i : choice.files) choice.bytes += files[i].bytes;
}

/// Weights in the root folder: `stem` + ending, or its shards and their index, or the only such file there is.
std::vector<size_t> rootWeights(const std::vector<HubFile>& files, std::string_view stem, std::string_view ending) {
  std::vector<size_t> whole, shards, others;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[i].path;
    if (path.find('/') != path.npos || !path.ends_with(ending) || isCompanion(path)) continue;
    const auto shard = shardOf(path, ending);
    if (shard && shard->front == stem) {
      shards.push_back(i);
    } else if (path == fmt::format("{}{}", stem, ending)) {
      whole.push_back(i);
    } else if (!path.starts_with("adapter_") && !path.starts_with("consolidated") && path != "training_args.bin") {
      others.push_back(i);
    }
  }
  if (!shards.empty()) {
    if (const auto index = indexOf(files, fmt::format("{}{}.index.json", stem, ending))) shards.push_back(*index);
    return shards;
  }
  if (!whole.empty()) return whole;
  return others.size() == 1 ? others : std::vector<size_t>{};
}

std::optional<HubChoice> directoryChoice(const std::vector<HubFile>& files, HubFormat format) {
  const bool safetensors = format == HubFormat::Safetensors;
  const std::string_view ending = safetensors ? ".safetensors" : ".bin";
  const auto config = indexOf(files, "config.json");
  HubChoice out;
  out.label = safetensors ? "safetensors" : "pytorch";
  out.format = format;
  out.files = rootWeights(files, safetensors ? "model" : "pytorch_model", ending);
  if (out.files.empty() || !config) return std::nullopt;
  out.problem = missingShards(files, out.files, ending);
  for (size_t i = 0; i < files.size(); ++i) {
    if (isCompanion(files[i].path)) out.files.push_back(i);
  }
  out.main = *config;
  sum(files, out);
  return out;
}

std::vector<HubChoice> ggufChoices(const std::vector<HubFile>& files) {
  std::map<std::string, HubChoice> sets;
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string lower = lowerCase(files[i].path);
    if (!lower.ends_with(".gguf")) continue;
    const std::string name = lower.substr(lower.rfind('/') + 1);
    // Parts of other things: picture encoders, importance matrices, drafts of vocabularies.
    if (name.starts_with("mmproj") || name.find("imatrix") != name.npos) continue;
    const auto shard = shardOf(files[i].path, ".gguf");
    HubChoice& set = sets[shard ? fmt::format("{} of {}", shard->front, shard->count) : files[i].path];
    set.format = HubFormat::Gguf;
    if (set.files.empty() || (shard && shard->index == 1)) set.main = i;
    set.files.push_back(i);
  }
  std::vector<HubChoice> out;
  std::map<std::string, int> labels;
  for (auto& [key, set] : sets) {
    set.label = quantizationOf(files[set.main].path);
    set.problem = missingShards(files, set.files, ".gguf");
    sum(files, set);
    if (!set.label.empty()) ++labels[set.label];
    out.push_back(std::move(set));
  }
  for (HubChoice& set : out) {
    if (set.label.empty() || labels[set.label] > 1) set.label = files[set.main].path;
  }
  std::sort(out.begin(), out.end(), [](const HubChoice& a, const HubChoice& b) { return a.bytes < b.bytes; });
  return out;
}

/// "Q4_K_M (4.9 GB), Q8_0 (8.5 GB)".
std::string listOf(const std::vector<HubChoice>& choices) {
  constexpr size_t kMost = 30;
  std::string out;
  for (size_t i = 0; i < choices.size() && i < kMost; ++i) {
    out += fmt::format("{}{} ({})", i == 0 ? "" : ", ", choices[i].label, engine::formatBytes(choices[i].bytes));
  }
  return choices.size() > kMost ? fmt::format("{} and {} more", out, choices.size() - kMost) : out;
}

engine::Result<HubChoice> whole(const HubChoice& choice) {
  if (choice.problem.empty()) return choice;
  return Error{ErrorCode::Damaged, fmt::format("{} is incomplete: {}", choice.label, choice.problem), "choice"};
}

/// The file that names a set of files picked by patterns.
size_t mainOf(const HubListing& listing, const std::vector<size_t>& chosen) {
  for (const size_t i : chosen) {
    if (listing.files[i].path == "config.json") return i;
  }
  for (const size_t i : chosen) {
    if (lowerCase(listing.files[i].path).ends_with(".gguf")) return i;
  }
  return chosen.front();
}

}  // namespace

std::string quantizationOf(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  std::string out;
  for (size_t begin = 0; begin < name.size();) {
    const size_t end = std::min(name.find_first_of("-. ", begin), name.size());
    std::string word(name.substr(begin, end - begin));
    begin = end + 1;
    for (char& c : word) {
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    const std::string_view rest = word.starts_with("IQ")   ? std::string_view(word).substr(2)
                                  : word.starts_with("TQ") ? std::string_view(word).substr(2)
                                  : word.starts_with("Q")  ? std::string_view(word).substr(1)
                                                           : std::string_view();
    const bool quantized = rest.size() > 1 && rest[0] >= '1' && rest[0] <= '8' && rest[1] == '_';
    if (quantized || word == "F32" || word == "F16" || word == "BF16" || word == "FP16" || word.starts_with("MXFP4")) {
      out = word;
    }
  }
  return out;
}

std::vector<HubChoice> findChoices(const std::vector<HubFile>& files) {
  std::vector<HubChoice> out;
  if (auto safetensors = directoryChoice(files, HubFormat::Safetensors)) {
    out.push_back(std::move(*safetensors));
  } else if (auto pytorch = directoryChoice(files, HubFormat::Pytorch)) {
    out.push_back(std::move(*pytorch));
  }
  for (HubChoice& gguf : ggufChoices(files)) out.push_back(std::move(gguf));
  return out;
}

engine::Result<HubChoice> selectFiles(const HubListing& listing, const std::vector<std::string>& include) {
  const std::vector<HubChoice>& choices = listing.choices;
  if (include.empty()) {
    if (choices.empty()) {
      return Error{ErrorCode::NotFound,
                   fmt::format("{} holds no weights that Hearth knows (safetensors, PyTorch .bin or .gguf, with "
                               "config.json): name files to get them anyway",
                               listing.id),
                   "choice"};
    }
    if (choices.front().format != HubFormat::Gguf || choices.size() == 1) return whole(choices.front());
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("{} holds {} models; choose one: {}", listing.id, choices.size(), listOf(choices)),
                 "choice"};
  }
  std::set<size_t> chosen;
  for (const std::string& wanted : include) {
    const auto label = std::find_if(choices.begin(), choices.end(), [&](const HubChoice& choice) {
      return lowerCase(choice.label) == lowerCase(wanted);
    });
    if (label != choices.end()) {
      if (include.size() == 1) return whole(*label);
      ENGINE_ASSIGN_OR_RETURN(const HubChoice one, whole(*label));
      chosen.insert(one.files.begin(), one.files.end());
      continue;
    }
    bool found = false;
    for (size_t i = 0; i < listing.files.size(); ++i) {
      if (!matchesPattern(wanted, listing.files[i].path)) continue;
      chosen.insert(i);
      found = true;
    }
    if (!found) {
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("'{}' fits no file of {}{}{}", engine::printable(wanted), listing.id,
                               choices.empty() ? "" : "; there is ", listOf(choices)),
                   "file"};
    }
  }
  HubChoice out;
  out.files.assign(chosen.begin(), chosen.end());
  out.main = mainOf(listing, out.files);
  out.format = lowerCase(listing.files[out.main].path).ends_with(".gguf") ? HubFormat::Gguf : HubFormat::Safetensors;
  out.label = out.files.size() == 1 ? listing.files[out.main].path : fmt::format("{} files", out.files.size());
  sum(listing.files, out);
  return out;
}

}  // namespace app::hub
