// Published ids of texts and chat prompts, from files beside the repository.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/load_tokenizer.h"
#include "tests/engine/tokenizers/unpacked.h"

namespace {

namespace fs = std::filesystem;
using engine::PromptSegment;
using engine::TokenId;
using nlohmann::json;
using Segments = std::vector<PromptSegment>;

const fs::path kTokenizers = fs::path(HEARTH_SHARED) / "tokenizers";

/// Folders whose files this build reads; the vocabulary of Qwen 1 is that of Qwen 2.5 with other specials.
const std::map<std::string, std::string> kFolders = {
    {"llama2", "llama2"},     {"llama3", "llama3"},       {"qwen", "qwen2.5"},     {"qwen2.5", "qwen2.5"},
    {"baichuan", "baichuan"}, {"baichuan2", "baichuan2"}, {"chatglm2", "chatglm2"}};

Segments llama2(const json& messages) {
  Segments out;
  std::string system;
  bool first = true;
  for (const json& message : messages) {
    const std::string text = message["content"];
    if (message["role"] == "system") {
      system = text;
    } else if (message["role"] == "user") {
      out.push_back({first ? "[INST] " : "<s>[INST] ", true});
      if (first && !system.empty()) {
        out.push_back({"<<SYS>>\n", true});
        out.push_back({system, false});
        out.push_back({"\n<</SYS>>\n\n", true});
      }
      out.push_back({text, false});
      out.push_back({" [/INST]", true});
      first = false;
    } else {
      out.push_back({" ", true});
      out.push_back({text, false});
      out.push_back({" </s>", true});
    }
  }
  return out;
}

Segments chatMl(const json& messages, const std::string& defaultSystem) {
  Segments out;
  const auto add = [&](const std::string& role, const std::string& text) {
    out.push_back({"<|im_start|>" + role + "\n", true});
    out.push_back({text, false});
    out.push_back({"<|im_end|>\n", true});
  };
  if (messages[0]["role"] != "system") add("system", defaultSystem);
  for (const json& message : messages) add(message["role"], message["content"]);
  out.push_back({"<|im_start|>assistant\n", true});
  return out;
}

Segments llama3(const json& messages) {
  Segments out = {{"<|begin_of_text|>", true}};
  const auto header = [](const std::string& role) {
    return PromptSegment{"<|start_header_id|>" + role + "<|end_header_id|>\n\n", true};
  };
  for (const json& message : messages) {
    out.push_back(header(message["role"]));
    out.push_back({message["content"], false});
    out.push_back({"<|eot_id|>", true});
  }
  out.push_back(header("assistant"));
  return out;
}

TEST(ChatVectorsTest, IdsAreTheReferences) {
  if (!fs::exists(kTokenizers / "chat-vectors.json")) GTEST_SKIP() << "the shared vectors are not there";
  std::ifstream in(kTokenizers / "chat-vectors.json");
  std::map<std::string, std::shared_ptr<const engine::Tokenizer>> tokenizers;
  int checked = 0;
  for (const json& vector : json::parse(in)) {
    const std::string family = vector["family"];
    const auto folder = kFolders.find(family);
    if (folder == kFolders.end()) continue;
    auto& tokenizer = tokenizers[folder->second];
    if (tokenizer == nullptr) {
      const Unpacked unpacked(kTokenizers / folder->second);
      auto loaded = engine::loadTokenizer(unpacked.path());
      ASSERT_TRUE(loaded.ok()) << loaded.error().message;
      tokenizer = *loaded;
    }
    auto ids = vector["ids"].get<std::vector<TokenId>>();
    engine::Result<std::vector<TokenId>> got = std::vector<TokenId>();
    if (vector.contains("text")) {
      const bool parse = vector.value("special_in_text", json(false)) == true;
      // ChatGLM's two ids in front are its template's matter.
      if (vector.contains("prefix")) ids.erase(ids.begin(), ids.begin() + 2);
      got = tokenizer->encode(vector["text"].get<std::string>(), {false, parse});
    } else if (vector["template"] == "llama-2") {
      got = tokenizer->encodeSegments(llama2(vector["messages"]), true);
    } else if (vector["template"] == "llama-3") {
      got = tokenizer->encodeSegments(llama3(vector["messages"]), true);
    } else if (vector["template"] == "qwen-7b-chat") {
      got = tokenizer->encodeSegments(chatMl(vector["messages"], "You are a helpful assistant."), true);
    } else if (family == "qwen2.5") {
      got = tokenizer->encodeSegments(
          chatMl(vector["messages"], "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."), true);
    } else {
      continue;
    }
    ASSERT_TRUE(got.ok()) << got.error().message;
    EXPECT_EQ(*got, ids) << vector.dump();
    ++checked;
  }
  EXPECT_GE(checked, 20);
  RecordProperty("checked", checked);
}

}  // namespace
