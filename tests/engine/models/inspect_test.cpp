#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/model_info.h"
#include "tests/engine/loaders/gguf_builder.h"
#include "tests/support/model_builder.h"

namespace engine {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::GgufBuilder;
using ::testing::HasSubstr;
using testing::ModelBuilder;
using testing::TempFolder;

class InspectTest : public ::testing::Test {
 protected:
  ModelInfo inspect() {
    auto info = inspectModel(folder.path());
    if (!info.ok()) {
      ADD_FAILURE() << info.error().message;
      return {};
    }
    return std::move(info).value();
  }
  std::string problem() {
    model.write(folder);
    const ModelInfo info = inspect();
    return info.problems.empty() ? std::string("(loadable)") : info.problems.front();
  }
  TempFolder folder;
  ModelBuilder model;
};

TEST_F(InspectTest, TellsAModel) {
  model.write(folder);
  folder.write("generation_config.json", R"({"temperature":0.6,"top_p":0.9,"do_sample":true,"eos_token_id":[2,3]})");
  folder.write("ti_model_config.json", R"({"model_id":"org/Thing","conv_template_name":"llama-2"})");
  folder.write("tokenizer_config.json",
               R"({"chat_template":[{"name":"tools","template":"T"},{"name":"default","template":"D"}]})");
  folder.write("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# Model\nlicense: mit\n");
  const ModelInfo info = inspect();
  EXPECT_TRUE(info.loadable()) << info.problems.front();
  EXPECT_EQ(info.modelId, "org/Thing");
  EXPECT_EQ(info.requestedTemplate, "llama-2");
  EXPECT_EQ(info.requestedTemplateSource, "ti_model_config.json");
  EXPECT_EQ(info.format, "safetensors");
  EXPECT_EQ(info.architecture, "LlamaForCausalLM");
  EXPECT_EQ(info.family, "llama");
  EXPECT_EQ(info.weightType, "float32");
  EXPECT_EQ(info.parameters, 10u * 8 * 2 + 8 + 2 * (16 + 4 * 64 + 3 * 96));
  EXPECT_EQ(info.weightBytes, info.parameters * 4);
  EXPECT_EQ(info.headDim, 4u);
  EXPECT_EQ(info.trainedContext, 64u);
  EXPECT_EQ(info.chatTemplate, "D");
  EXPECT_EQ(info.licence, "apache-2.0");
  EXPECT_EQ(info.tokenizer, "tokenizer.json");
  EXPECT_EQ(info.samplingPreset.size(), 2u);
  folder.write("chat_template.jinja", "J");
  EXPECT_EQ(inspect().chatTemplate, "J");
}

TEST_F(InspectTest, TellsShards) {
  std::map<std::string, ModelBuilder::Tensor> first, second;
  nlohmann::json index;
  for (const auto& [name, tensor] : model.tensors) {
    const bool early = first.size() < 10;
    (early ? first : second)[name] = tensor;
    index["weight_map"][name] = early ? "model-1-of-2.safetensors" : "model-2-of-2.safetensors";
  }
  folder.write("config.json", model.config.dump());
  folder.write("model.safetensors.index.json", index.dump());
  folder.write("model-1-of-2.safetensors", ModelBuilder::safetensors(first));
  const std::string whole = ModelBuilder::safetensors(second);
  folder.write("model-2-of-2.safetensors", whole);
  folder.write("tokenizer.json", "{}");
  EXPECT_TRUE(inspect().loadable());
  folder.write("model-2-of-2.safetensors", whole.substr(0, whole.size() - 100));
  ModelInfo info = inspect();
  ASSERT_EQ(info.problems.size(), 1u);
  EXPECT_THAT(info.problems[0], HasSubstr("shard 2 of 2 (model-2-of-2.safetensors) is truncated"));
  EXPECT_EQ(info.shards[1].expectedBytes, info.shards[1].bytes + 100);
  EXPECT_EQ(info.family, "llama");
  std::filesystem::remove(folder.path() / "model-2-of-2.safetensors");
  info = inspect();
  ASSERT_EQ(info.problems.size(), 1u);
  EXPECT_THAT(info.problems[0], HasSubstr("shard 2 of 2 (model-2-of-2.safetensors) is missing"));
  EXPECT_FALSE(info.shards[1].present);
  index["weight_map"]["lm_head.weight"] = "../outside.safetensors";
  folder.write("model.safetensors.index.json", index.dump());
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("no plain file name")));
  folder.write("model.safetensors.index.json", R"({"weight_map":{"a":5}})");
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("gives no file")));
  folder.write("model.safetensors.index.json", "[]");
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("no weight_map")));
}

TEST_F(InspectTest, NamesFieldsThatAreWrong) {
  const nlohmann::json good = model.config;
  struct Case {
    const char* field;
    nlohmann::json value;
    const char* word;
  };
  const std::vector<Case> cases{
      {"hidden_size", 0, "hidden_size is 0"},
      {"hidden_size", -8, "hidden_size is -8"},
      {"hidden_size", "8", "hidden_size is no whole number"},
      {"hidden_size", 8.5, "hidden_size is no whole number"},
      {"hidden_size", 1e300, "hidden_size"},
      {"hidden_size", 18446744073709551615u, "hidden_size"},
      {"num_hidden_layers", 100000, "num_hidden_layers is 100000"},
      {"num_attention_heads", 0, "num_attention_heads is 0"},
      {"num_attention_heads", 3, "no multiple"},
      {"num_key_value_heads", 4, "no multiple"},
      {"head_dim", 3, "even"},
      {"vocab_size", nullptr, "vocab_size is missing"},
      {"rms_norm_eps", 0, "rms_norm_eps"},
      {"rope_theta", -1.0, "rope_theta"},
      {"rope_scaling", {{"type", "yarn"}, {"factor", 4.0}}, "\"yarn\""},
      {"rope_scaling", {{"rope_type", "dynamic"}, {"factor", 4.0}}, "\"dynamic\""},
      {"rope_scaling", {{"rope_type", "linear"}}, "factor is missing"},
      {"rope_scaling", {{"rope_type", "llama3"}, {"factor", 8.0}}, "low_freq_factor is missing"},
      {"rope_scaling", "linear", "rope_scaling is no object"},
      {"hidden_act", "gelu", "hidden_act is \"gelu\""},
      {"attention_bias", "yes", "attention_bias is no boolean"},
      {"eos_token_id", "2", "eos_token_id"},
      {"eos_token_id", {2, -3}, "eos_token_id"},
      {"quantization_config", {{"quant_method", "gptq"}}, "\"gptq\""},
      {"architectures", {"BertModel"}, "BertModel is not supported"},
      {"architectures", nullptr, "architectures"},
      {"architectures", nlohmann::json::array(), "architectures"},
  };
  for (const Case& c : cases) {
    model.config = good;
    model.config[c.field] = c.value;
    EXPECT_THAT(problem(), HasSubstr(c.word)) << c.field;
  }
}

TEST_F(InspectTest, TellsAllProblemsWithFieldsAtOnce) {
  model.config["hidden_size"] = 0;
  model.config["vocab_size"] = -1;
  const std::string text = problem();
  EXPECT_THAT(text, HasSubstr("hidden_size"));
  EXPECT_THAT(text, HasSubstr("vocab_size"));
}

TEST_F(InspectTest, BrokenFilesBecomeProblems) {
  model.write(folder);
  folder.write("config.json", "{\"hidden_size\": ");
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("config.json: JSON is malformed")));
  folder.write("config.json", std::string(3'000'000, '['));
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("deeper")));
  folder.write("config.json", "[]");
  EXPECT_THAT(inspect().problems, Contains(HasSubstr("no JSON object")));
  model.write(folder);
  folder.write("tokenizer_config.json", "{");
  folder.write("ti_model_config.json", R"({"model_id":5})");
  const ModelInfo info = inspect();
  EXPECT_THAT(info.problems, Contains(HasSubstr("tokenizer_config.json")));
  EXPECT_THAT(info.problems, Contains(HasSubstr("model_id is no name")));
}

TEST_F(InspectTest, RecognisesWhatItCannotLoad) {
  EXPECT_EQ(inspectModel(folder.path()).error().code, ErrorCode::NotFound);
  EXPECT_EQ(inspectModel(folder.path() / "absent").error().code, ErrorCode::NotFound);
  folder.write("config.json", model.config.dump());
  folder.write("tokenizer.json", "{}");
  EXPECT_THAT(inspect().problems, ElementsAre(HasSubstr("no weights")));
  folder.write("pytorch_model.bin", "x");
  const ModelInfo info = inspect();
  EXPECT_EQ(info.format, "pytorch");
  EXPECT_THAT(info.problems, ElementsAre(HasSubstr("PyTorch .bin")));
  EXPECT_EQ(info.nLayers, 2u);
}

TEST_F(InspectTest, SaysWhatOfTheTokenizerIsMissing) {
  model.write(folder);
  EXPECT_TRUE(inspect().loadable());
  std::filesystem::remove(folder.path() / "tokenizer.json");
  EXPECT_THAT(inspect().problems, ElementsAre(HasSubstr("neither tokenizer.json, tokenizer.model nor vocab.json")));
  folder.write("vocab.json", "{}");
  EXPECT_THAT(inspect().problems, ElementsAre(HasSubstr("merges.txt is missing")));
  std::filesystem::rename(folder.path() / "vocab.json", folder.path() / "merges.txt");
  EXPECT_THAT(inspect().problems, ElementsAre(HasSubstr("vocab.json is missing")));
  // A lone GGUF file beside the weights lends its tokenizer, as loadTokenizer() has it.
  folder.write("beside.gguf", "");
  EXPECT_EQ(inspect().tokenizer, "of beside.gguf");
  std::filesystem::remove(folder.path() / "beside.gguf");
  folder.write("vocab.json", "{}");
  EXPECT_TRUE(inspect().loadable());
}

TEST_F(InspectTest, AMissingHeadIsTied) {
  model.write(folder);
  EXPECT_FALSE(inspect().tiedHead);
  model.tensors.erase("lm_head.weight");
  model.write(folder);
  EXPECT_TRUE(inspect().tiedHead);
  model.config["tie_word_embeddings"] = true;
  model.write(folder);
  EXPECT_TRUE(inspect().tiedHead);
}

TEST_F(InspectTest, ReadsGgufDirectories) {
  GgufBuilder file;
  file.text("general.architecture", "llama").text("general.license", "mit");
  file.strings("tokenizer.ggml.tokens", {"a", "b"}).text("tokenizer.ggml.model", "gpt2");
  file.text("tokenizer.chat_template", "T");
  folder.write("one.gguf", file.build());
  const ModelInfo info = inspect();
  EXPECT_EQ(info.format, "gguf");
  EXPECT_EQ(info.licence, "mit");
  EXPECT_EQ(info.chatTemplate, "T");
  EXPECT_EQ(info.tokenizer, "byte-level BPE, 2 tokens");
  EXPECT_THAT(info.problems, Contains(HasSubstr("llama.embedding_length is missing")));
  folder.write("two.gguf", file.build());
  EXPECT_THAT(inspectModel(folder.path()).error().message, HasSubstr("2 .gguf files"));
}

TEST_F(InspectTest, GgufKeysAreChecked) {
  const auto base = [] {
    GgufBuilder file;
    file.text("general.architecture", "llama");
    for (const char* key : {"embedding_length", "feed_forward_length", "context_length"}) {
      file.scalar<uint32_t>(std::string("llama.") + key, GgufType::U32, 32);
    }
    file.scalar<uint32_t>("llama.vocab_size", GgufType::U32, 4);
    return file;
  };
  const auto problems = [this](GgufBuilder file, uint32_t blocks, uint32_t heads) {
    file.scalar<uint32_t>("llama.block_count", GgufType::U32, blocks);
    file.scalar<uint32_t>("llama.attention.head_count", GgufType::U32, heads);
    file.scalar<float>("llama.attention.layer_norm_rms_epsilon", GgufType::F32, 1e-5f);
    folder.write("model.gguf", file.build());
    std::string all;
    for (const std::string& text : inspect().problems) all += text + "\n";
    return all;
  };
  EXPECT_THAT(problems(base(), 0, 2), HasSubstr("llama.block_count is 0"));
  EXPECT_THAT(problems(base(), 1, 0), HasSubstr("llama.attention.head_count is 0"));
  EXPECT_THAT(problems(base(), 1, 5), HasSubstr("no multiple"));
  EXPECT_THAT(problems(base(), 1, 2), HasSubstr("only a vocabulary"));
  EXPECT_THAT(problems(base().scalar<uint32_t>("llama.expert_count", GgufType::U32, 8), 1, 2), HasSubstr("experts"));
  EXPECT_THAT(problems(base().text("llama.rope.scaling.type", "yarn"), 1, 2), HasSubstr("\"yarn\""));
  EXPECT_THAT(problems(base().scalar<uint32_t>("llama.rope.dimension_count", GgufType::U32, 64), 1, 2),
              HasSubstr("llama.rope.dimension_count is 64"));
}

}  // namespace
}  // namespace engine
