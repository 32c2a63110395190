// Which template is chosen and what the reason says; users' own files.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/chat_template.h"
#include "tests/support/temp_folder.h"

namespace engine {
namespace {

struct Chosen {
  std::string name, reason, error;
  ErrorCode code = ErrorCode::Internal;
};

Chosen choose(const TemplateQuery& query) {
  const Result<TemplateChoice> choice = chooseTemplate(query);
  if (!choice.ok()) return {"", "", choice.error().message, choice.error().code};
  return {choice->chatTemplate->name(), choice->reason, "", ErrorCode::Internal};
}

TEST(ChooseTemplate, RequestedNameWins) {
  TemplateQuery query;
  query.requestedName = "llama-2";
  query.requestedSource = "CONV_TEMPLATE";
  query.modelId = "Qwen1.5-7B-Chat";
  query.modelTemplate = "{{ 'own' }}";
  EXPECT_EQ(choose(query).name, "llama-2");
  EXPECT_EQ(choose(query).reason, "CONV_TEMPLATE");
}

TEST(ChooseTemplate, ModelIdList) {
  const auto byId = [](const std::string& id) {
    TemplateQuery query;
    query.modelId = id;
    query.modelTemplate = "{{ 'own' }}";
    return choose(query);
  };
  EXPECT_EQ(byId("Llama-2-7b-chat-hf").name, "llama-2");
  EXPECT_EQ(byId("meta-llama/Meta-Llama-3-8B-Instruct").name, "llama-3");
  EXPECT_EQ(byId("META-LLAMA-3-70B-INSTRUCT").name, "llama-3");
  EXPECT_EQ(byId("Qwen-7B-Chat").name, "qwen-7b-chat");
  EXPECT_EQ(byId("Qwen1.5-0.5B-Chat").name, "qwen-7b-chat");
  EXPECT_EQ(byId("Qwen1.5-0.5B-Chat").reason, "model_id Qwen1.5-0.5B-Chat is in the list");
  EXPECT_EQ(byId("Meta-Llama-3.1-8B-Instruct").name, "model's own");
  EXPECT_EQ(byId("Qwen2.5-7B-Instruct").name, "model's own");
  EXPECT_EQ(byId("Qwen2.5-7B-Instruct").reason, "the model's own chat_template");
  const Chosen baichuan = byId("Baichuan2-13B-Chat");
  EXPECT_EQ(baichuan.name, "model's own");
  EXPECT_NE(baichuan.reason.find("baichuan2-chat is not in this version"), std::string::npos) << baichuan.reason;
}

TEST(ChooseTemplate, RulesAndFamilies) {
  TemplateQuery query;
  query.modelId = "my-llama-2-finetune";
  EXPECT_EQ(choose(query).name, "llama-2");
  EXPECT_EQ(choose(query).reason, "FastChat's rule for names that hold llama-2");
  query.modelId = "something";
  query.family = "qwen2";
  EXPECT_EQ(choose(query).name, "qwen-7b-chat");
  query.family = "llama";
  query.bosToken = "<|begin_of_text|>";
  EXPECT_EQ(choose(query).name, "llama-3");
  query.bosToken = "<s>";
  EXPECT_EQ(choose(query).name, "llama-2");
  query.bosToken = "<weird>";
  EXPECT_EQ(choose(query).name, "generate");
  EXPECT_EQ(choose(query).reason, "nothing is known about how this model is talked to");
}

TEST(ChooseTemplate, BrokenOwnTemplateIsReported) {
  TemplateQuery query;
  query.modelId = "x";
  query.family = "qwen2";
  query.modelTemplate = "a\n{% if %}";
  const Chosen chosen = choose(query);
  EXPECT_EQ(chosen.name, "qwen-7b-chat");
  EXPECT_NE(chosen.reason.find("line 2"), std::string::npos) << chosen.reason;
}

TEST(ChooseTemplate, KnownButAbsentNames) {
  TemplateQuery query;
  query.requestedName = "vicuna_v1.1";
  EXPECT_EQ(choose(query).code, ErrorCode::Unsupported);
  EXPECT_NE(choose(query).error.find("not in this version"), std::string::npos);
  EXPECT_NE(choose(query).error.find("qwen-7b-chat"), std::string::npos);
  query.requestedName = "shennong_chat";
  EXPECT_EQ(choose(query).code, ErrorCode::Unsupported);
  EXPECT_NE(choose(query).error.find("must come from you"), std::string::npos);
  query.requestedName = "nonsense";
  EXPECT_EQ(choose(query).code, ErrorCode::NotFound);
  query.requestedName = "../../etc/passwd";
  EXPECT_EQ(choose(query).code, ErrorCode::NotFound);
}

class UserTemplates : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) { std::ofstream(m_folder.path() / name) << text; }
  TemplateQuery query(const std::string& name) {
    TemplateQuery result;
    result.requestedName = name;
    result.userTemplateDirectory = m_folder.path().string();
    return result;
  }
  engine::testing::TempFolder m_folder;
};

TEST_F(UserTemplates, AddAndOverride) {
  write("shennong_chat.jinja",
        "{#- hearth {\"stop\": [\"##\"], \"stop_tokens\": [\"<e>\"], \"writes_bos\": false} -#}\n{{ "
        "messages[0].content }}!");
  write("llama-2.jinja", "mine");
  const Result<TemplateChoice> own = chooseTemplate(query("shennong_chat"));
  ASSERT_TRUE(own.ok()) << own.error().message;
  EXPECT_EQ(own->chatTemplate->stops().strings, std::vector<std::string>{"##"});
  EXPECT_EQ(own->chatTemplate->stops().tokens, std::vector<std::string>{"<e>"});
  EXPECT_FALSE(own->chatTemplate->writesBos());
  ChatPrompt prompt;
  prompt.messages = {{"user", "x"}};
  EXPECT_EQ(own->chatTemplate->render(prompt)->text, "x!");
  EXPECT_EQ(chooseTemplate(query("llama-2"))->chatTemplate->source(), "mine");
  const std::vector<std::string> names = templateNames(m_folder.path().string());
  EXPECT_NE(std::find(names.begin(), names.end(), "shennong_chat"), names.end());
}

TEST_F(UserTemplates, BrokenFilesAreErrors) {
  write("bad.jinja", "one\n{% endfor %}");
  write("meta.jinja", "{# hearth {\"stop\": 5} #}x");
  EXPECT_NE(choose(query("bad")).error.find("line 2"), std::string::npos);
  EXPECT_NE(choose(query("meta")).error.find("front comment"), std::string::npos);
  TemplateQuery byFile;
  byFile.templateFile = (m_folder.path() / "absent.jinja").string();
  EXPECT_EQ(choose(byFile).code, ErrorCode::NotFound);
  write("ok.jinja", "fine");
  byFile.templateFile = (m_folder.path() / "ok.jinja").string();
  EXPECT_EQ(choose(byFile).reason, "--chat-template " + byFile.templateFile);
}

}  // namespace
}  // namespace engine
